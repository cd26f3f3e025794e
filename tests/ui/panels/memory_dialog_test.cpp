// Memory, note and lorebook in their window: what is typed is kept, entries come and go, books go into files
// and come back.
#include "app/project/project_controller.h"
#include "tests/ui/support/reading_desk.h"
#include "ui/editor/story_editor.h"
#include "ui/reading/lore_page.h"
#include "ui/reading/memory_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>

using test::ReadingDesk;

class MemoryDialogTest : public QObject {
    Q_OBJECT

private slots:
    void memoryAndNoteAreKeptAsTheyAreTyped() {
        ReadingDesk desk;
        QTest::keyClick(&desk.window->editor(), Qt::Key_L, Qt::ControlModifier);
        QVERIFY(desk.dialog().isVisible());
        desk.type(desk.part<QPlainTextEdit>("memory"), QStringLiteral("Nora rows."));
        QCOMPARE(desk.settings().memory, QStringLiteral("Nora rows."));
        QTest::keyClick(desk.part<QPlainTextEdit>("memory"), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(desk.settings().memory, QString()); // the field's own undo
        QTest::keyClick(desk.part<QPlainTextEdit>("memory"), Qt::Key_Y, Qt::ControlModifier);
        desk.dialog().showNote();
        desk.type(desk.part<QPlainTextEdit>("authorsNote"), QStringLiteral("Darker."));
        desk.part<QSpinBox>("noteDepth")->setValue(2);
        QCOMPARE(desk.settings().note, QStringLiteral("Darker."));
        QCOMPARE(desk.settings().noteDepth, 2);
        QVERIFY(desk.parts.waitUntilSaved());
        // Another story has another memory.
        desk.parts.project.newProject();
        QTRY_COMPARE(desk.part<QPlainTextEdit>("memory")->toPlainText(), QString());
        QCOMPARE(desk.part<QSpinBox>("noteDepth")->value(), app::ReadingSettings::kNoteDepth);
    }

    void anEntryIsMadeEditedMovedDeletedAndBroughtBack() {
        ReadingDesk desk;
        desk.dialog().showEntry(0);
        QTest::mouseClick(desk.part<QPushButton>("loreNew"), Qt::LeftButton);
        QTest::keyClicks(desk.part<QLineEdit>("loreName"), QStringLiteral("Ferry"));
        desk.type(desk.part<QLineEdit>("loreKeys"), QStringLiteral("ferry, /row(s)?/"));
        desk.type(desk.part<QPlainTextEdit>("loreText"), QStringLiteral("An old scow."));
        QTest::mouseClick(desk.part<QCheckBox>("loreCase"), Qt::LeftButton, {}, QPoint(8, 8));
        desk.part<QSpinBox>("loreRange")->setValue(50);
        auto* const place = desk.part<QComboBox>("lorePlace");
        place->setCurrentIndex(1);
        emit place->activated(1);
        auto* const group = desk.part<QComboBox>("loreGroup");
        desk.type(group->lineEdit(), QStringLiteral("places"));
        auto* const rule = desk.part<QComboBox>("loreGroupRule");
        QVERIFY(rule->isVisible());
        rule->setCurrentIndex(1);
        emit rule->activated(1);
        QCOMPARE(desk.settings().lorebook.entries.size(), 1);
        app::LoreEntry ferry;
        ferry.name = QStringLiteral("Ferry");
        ferry.text = QStringLiteral("An old scow.");
        ferry.keys = {QStringLiteral("ferry"), QStringLiteral("/row(s)?/")};
        ferry.matchesCase = true;
        ferry.rangeWords = 50;
        ferry.place = app::LorePlace::Note;
        ferry.group = QStringLiteral("places");
        QCOMPARE(desk.settings().lorebook.entries[0], ferry);
        QCOMPARE(desk.settings().lorebook.mostOf(QStringLiteral("places")), 1);
        // A second one in the same group gets the group's rule.
        QTest::mouseClick(desk.part<QPushButton>("loreNew"), Qt::LeftButton);
        QVERIFY(!rule->isVisible());
        desk.type(group->lineEdit(), QStringLiteral("places"));
        QCOMPARE(rule->currentIndex(), 1);
        auto* const list = desk.part<QListWidget>("loreList");
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(desk.settings().lorebook.entries[1], ferry);
        list->setCurrentRow(1);
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Delete);
        QCOMPARE(desk.settings().lorebook.entries.size(), 1);
        QTest::keyClick(list, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(desk.settings().lorebook.entries[1], ferry);
        // The box in the list switches an entry off.
        list->item(1)->setCheckState(Qt::Unchecked);
        QVERIFY(!desk.settings().lorebook.entries[1].isOn);
        desk.type(desk.part<QLineEdit>("loreFilter"), QStringLiteral("scow"));
        QVERIFY(list->item(0)->isHidden() && !list->item(1)->isHidden());
    }

    void aBadExpressionIsToldAtItsField() {
        ReadingDesk desk(QString(3000, u'a') + QStringLiteral("b, and the ferry"));
        desk.dialog().showEntry(0);
        QTest::mouseClick(desk.part<QPushButton>("loreNew"), Qt::LeftButton);
        auto* const keys = desk.part<QLineEdit>("loreKeys");
        auto* const problem = desk.part<QLabel>("loreProblem");
        desk.type(keys, QStringLiteral("/ferr(y/"));
        QVERIFY(problem->isVisible());
        QVERIFY2(problem->text().contains(QStringLiteral("/ferr(y/")), qPrintable(problem->text()));
        keys->clear();
        desk.type(keys, QStringLiteral("/ferr(y)/"));
        QVERIFY(!problem->isVisible());
        // One that runs wild is told as soon as it was looked for; the window goes on meanwhile.
        desk.type(desk.part<QPlainTextEdit>("loreText"), QStringLiteral("Text"));
        keys->clear();
        desk.type(keys, QStringLiteral("/(a+)+$/"));
        QTRY_VERIFY(problem->isVisible());
        QVERIFY2(problem->text().contains(QStringLiteral("too long")), qPrintable(problem->text()));
    }

    void lorebooksGoIntoFilesAndComeBack() {
        ReadingDesk desk;
        desk.change([](app::ReadingSettings& settings) {
            app::LoreEntry ferry;
            ferry.name = QStringLiteral("Ferry");
            ferry.text = QStringLiteral("An old scow.");
            settings.lorebook.entries = {ferry};
        });
        desk.dialog().showEntry(0);
        const QString path = desk.folder.filePath(QStringLiteral("mine"));
        desk.dialog().lore().exportTo(path);
        QTRY_VERIFY(QFile::exists(path + QStringLiteral(".json")));
        desk.dialog().lore().importFrom(path + QStringLiteral(".json"));
        auto* const said = desk.part<QLabel>("loreSaid");
        QTRY_VERIFY(said->isVisible());
        QCOMPARE(desk.settings().lorebook.entries.size(), 2);
        QCOMPARE(desk.settings().lorebook.entries[0], desk.settings().lorebook.entries[1]);
        QFile broken(desk.folder.filePath(QStringLiteral("broken.json")));
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("{\"entries\":[3]}") > 0);
        broken.close();
        desk.dialog().lore().importFrom(broken.fileName());
        QTRY_VERIFY2(said->text().contains(QStringLiteral("broken.json")), qPrintable(said->text()));
        QCOMPARE(desk.settings().lorebook.entries.size(), 2);
        desk.dialog().lore().importFrom(desk.folder.filePath(QStringLiteral("none.json")));
        QTRY_VERIFY2(said->text().contains(QStringLiteral("none.json")), qPrintable(said->text()));
    }
};

QTEST_MAIN(MemoryDialogTest)
#include "memory_dialog_test.moc"
