// The panel "What the model reads", memory, note and lorebook in their window, and the line on the page where
// reading begins.
#include "app/project/project_controller.h"
#include "app/reading/lorebook_file.h"
#include "app/reading/story_reading.h"
#include "app/writing/reading_preview.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/reading/lore_page.h"
#include "ui/reading/memory_dialog.h"
#include "ui/reading/prompt_view.h"
#include "ui/reading/reading_dock.h"
#include "ui/reading/reading_edge.h"
#include "ui/window/actions.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QTest>
#include <QTreeWidget>

using namespace ui;

namespace {

struct ReadingDesk : test::Desk {
    explicit ReadingDesk(const QString& text = QStringLiteral("The ferry came.\nNora rowed"),
                         const app::ScriptedGenerator::Script& script = {})
        : Desk(text, script) {}

    ReadingDock& dock() { return window->reading(); }
    MemoryDialog& dialog() { return window->memory(); }
    const app::ReadingSettings& settings() { return parts.reading.settings(); }
    template <class Widget> Widget* part(const char* name) {
        auto* const widget = window->findChild<Widget*>(QLatin1String(name));
        if (widget == nullptr)
            qFatal("no %s", name);
        return widget;
    }
    void change(const std::function<void(app::ReadingSettings&)>& with) {
        app::ReadingSettings changed = settings();
        with(changed);
        parts.reading.change(changed);
    }
    bool waitUntilShown() {
        return QTest::qWaitFor(
            [this] {
                const app::ReadingPreview& preview = window->readingPreview();
                return preview.inspection() && !preview.isOld();
            },
            20'000);
    }
    // The rows of the panel: title, reason, tokens.
    QStringList rows() {
        QStringList rows;
        const auto* const tree = part<QTreeWidget>("readingParts");
        for (int row = 0; row < tree->topLevelItemCount(); ++row)
            rows.append(tree->topLevelItem(row)->text(0).replace(u'\n', QStringLiteral(" | ")) +
                        QStringLiteral(" = ") + tree->topLevelItem(row)->text(1));
        return rows;
    }
    void type(QWidget* widget, const QString& text) {
        widget->setFocus();
        QTest::keyClicks(widget, text);
    }
};

QString novel() {
    QString text;
    for (int number = 0; number < 120; ++number)
        text += QStringLiteral("Paragraph %1 of the story, in which the ferry comes over the river.\n")
                    .arg(number);
    return text;
}

} // namespace

class ReadingTest : public QObject {
    Q_OBJECT

private slots:
    void isClosedUntilAskedForAndShowsThePrompt() {
        ReadingDesk desk;
        QVERIFY(desk.dock().isHidden());
        desk.change([](app::ReadingSettings& settings) {
            settings.memory = QStringLiteral("A wet autumn.");
            settings.note = QStringLiteral("Darker.");
            settings.noteDepth = 1;
            app::LoreEntry ferry;
            ferry.name = QStringLiteral("Ferry");
            ferry.text = QStringLiteral("An old scow.");
            ferry.keys = {QStringLiteral("ferry")};
            settings.lorebook.entries = {ferry};
        });
        QTest::keyClick(&desk.window->editor(), Qt::Key_R, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(desk.dock().isVisible());
        QVERIFY(desk.waitUntilShown());
        QCOMPARE(desk.rows(),
                 QStringList({QStringLiteral("Memory = 14"),
                              QStringLiteral("Lore: Ferry | because of “ferry” = 13"),
                              QStringLiteral("The story, from its beginning = 16"),
                              QStringLiteral("Author’s note | above the paragraph at the cursor = 8"),
                              QStringLiteral("The story, up to the cursor = 10")}));
        const QString expected =
            QStringLiteral("A wet autumn.\nAn old scow.\nThe ferry came.\nDarker.\nNora rowed");
        QCOMPARE(desk.dock().view().toPlainText(), expected);
        QVERIFY(desk.part<QLabel>("readingSummary")->text().contains(QStringLiteral("61 tokens")));
        // What is shown is what the model gets, and what the run keeps.
        QVERIFY(desk.continueStory());
        QCOMPARE(desk.parts.generator->lastPrompt(), expected);
        QCOMPARE(desk.parts.runs.run(1)->prompt.text(), expected);
        // And it goes along.
        QVERIFY(desk.waitUntilShown());
        QVERIFY(desk.dock().view().toPlainText().endsWith(desk.parts.document.text().last(20)));
        QTest::keyClick(&desk.window->editor(), Qt::Key_R, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(desk.dock().isHidden());
    }

    void goesWithTheCursor() {
        ReadingDesk desk;
        desk.window->actions().showReading->trigger();
        QVERIFY(desk.waitUntilShown());
        desk.window->editor().placeCursor(9);
        QVERIFY(desk.waitUntilShown());
        QCOMPARE(desk.dock().view().toPlainText(), QStringLiteral("The ferry"));
    }

    void rowsLeadToWhatTheyAreAbout() {
        ReadingDesk desk;
        desk.change([](app::ReadingSettings& settings) {
            settings.memory = QStringLiteral("A wet autumn.");
            app::LoreEntry off;
            off.isOn = false;
            app::LoreEntry ferry;
            ferry.name = QStringLiteral("Ferry");
            ferry.text = QStringLiteral("An old scow.");
            ferry.keys = {QStringLiteral("ferry")};
            app::LoreEntry wrong = ferry;
            wrong.name = QStringLiteral("Wrong");
            wrong.keys = {QStringLiteral("/(/")};
            settings.lorebook.entries = {off, ferry, wrong};
        });
        desk.window->actions().showReading->trigger();
        QVERIFY(desk.waitUntilShown());
        auto* const tree = desk.part<QTreeWidget>("readingParts");
        QVERIFY(desk.rows().last().startsWith(QStringLiteral("Lore: Wrong | The expression /(/")));
        emit tree->itemActivated(tree->topLevelItem(0), 0);
        QVERIFY(desk.dialog().isVisible());
        QVERIFY(desk.part<QPlainTextEdit>("memory")->isVisible());
        emit tree->itemActivated(tree->topLevelItem(1), 0);
        QCOMPARE(desk.part<QLineEdit>("loreName")->text(), QStringLiteral("Ferry"));
        emit tree->itemActivated(tree->topLevelItem(3), 0);
        QCOMPARE(desk.part<QLineEdit>("loreName")->text(), QStringLiteral("Wrong"));
        QVERIFY(desk.part<QLabel>("loreProblem")->isVisible()); // at its field
    }

    void theLimitIsSaidInWordsAndItsEdgeIsOnThePage() {
        ReadingDesk desk(novel());
        desk.window->actions().showReading->trigger();
        QVERIFY(!desk.part<QSpinBox>("readingLimit")->isVisible());
        QVERIFY(desk.window->readingEdge().isHidden());
        auto* const kind = desk.part<QComboBox>("readingLimitKind");
        kind->setCurrentIndex(1);
        emit kind->activated(1);
        auto* const limit = desk.part<QSpinBox>("readingLimit");
        QVERIFY(limit->isVisible());
        limit->setValue(1000);
        QCOMPARE(desk.settings().limit, 1000);
        QVERIFY(desk.waitUntilShown());
        const qsizetype start = desk.window->readingPreview().inspection()->prompt.storyStart;
        QVERIFY(start > 0);
        QCOMPARE(desk.rows().first().section(u'=', 0, 0),
                 QStringLiteral("The story, from the dashed line on "));
        // Above the line with which it begins, wherever the page is scrolled to.
        QVERIFY(desk.window->readingEdge().isVisibleTo(desk.window.get()));
        for (const int scroll : {0, 300, 700}) {
            desk.window->editor().verticalScrollBar()->setValue(scroll);
            QTextCursor cursor(desk.window->editor().document());
            cursor.setPosition(static_cast<int>(start));
            const int top = desk.window->editor().cursorRect(cursor).top();
            QCOMPARE(desk.window->readingEdge().y(), top - 1);
        }
        // It stays while the writer types, also when the panel is closed.
        desk.dock().hide();
        desk.type(&desk.window->editor(), QStringLiteral("More words "));
        QVERIFY(desk.waitUntilShown());
        QCOMPARE(*desk.window->readingEdge().place(), start);
        kind->setCurrentIndex(0);
        emit kind->activated(0);
        QCOMPARE(desk.settings().limit, 0);
        QVERIFY(desk.window->readingEdge().isHidden());
    }

    void ofALongStoryTheMiddleIsLeftOutOfTheViewAlone() {
        const QString text = novel().repeated(8);
        ReadingDesk desk(text);
        desk.window->actions().showReading->trigger();
        QVERIFY(desk.waitUntilShown());
        const QString shown = desk.dock().view().toPlainText();
        QVERIFY(shown.size() < 30'000);
        QVERIFY(shown.contains(QStringLiteral("words of the story, as they stand on the page")));
        QVERIFY(shown.endsWith(text.last(1000)));
        QCOMPARE(desk.dock().view().prompt().text, text);
    }

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

    void worksWithoutAModel() {
        ReadingDesk desk(QStringLiteral("Once"), {.loadProblem = QStringLiteral("broken")});
        desk.window->actions().showReading->trigger();
        QVERIFY(desk.waitUntilShown());
        QCOMPARE(desk.dock().view().toPlainText(), QStringLiteral("Once"));
        QVERIFY(desk.part<QLabel>("readingSummary")->text().contains(QStringLiteral("No model")));
    }

    void tabLeadsThroughThePanel() {
        ReadingDesk desk;
        desk.window->actions().showReading->trigger();
        QVERIFY(desk.waitUntilShown());
        desk.part<QComboBox>("readingLimitKind")->setFocus();
        QStringList visited;
        for (int i = 0; i < 4; ++i) {
            visited.append(QApplication::focusWidget()->objectName());
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(visited, QStringList({QStringLiteral("readingLimitKind"), QStringLiteral("readingParts"),
                                       QStringLiteral("readingText"), QStringLiteral("editReading")}));
    }
};

QTEST_MAIN(ReadingTest)
#include "reading_test.moc"
