// Versions with the real window: kept, compared, restored.
#include "app/project/version_keeper.h"
#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/find/find_bar.h"
#include "ui/versions/backup_settings.h"
#include "ui/versions/difference_view.h"
#include "ui/versions/gate_settings.h"
#include "ui/versions/versions_dialog.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QDir>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QTextBlock>
#include <QTextTable>

using namespace ui;

namespace {

const QString kText = QStringLiteral("One day it rained.\nThe cat slept.\nNobody came.\n");

struct VersionsDesk : test::Desk {
    explicit VersionsDesk(const QString& text = kText)
        : Desk(text) {
        parts.project.versions().keep(app::VersionCause::Named, QStringLiteral("Draft"));
    }
    template <class Widget> [[nodiscard]] Widget* find(const char* name) const {
        return dialog()->findChild<Widget*>(QLatin1String(name));
    }
    [[nodiscard]] VersionsDialog* dialog() const { return window->findChild<VersionsDialog*>(); }
    [[nodiscard]] QListWidget* list() const { return find<QListWidget>("versionList"); }
    [[nodiscard]] DifferenceView* view() const { return find<DifferenceView>("versionDifference"); }
    // Opens the dialog and chooses the version that is called so.
    [[nodiscard]] bool choose(const QString& name) {
        window->actions().versions->trigger();
        const auto row = [&] {
            for (int i = 0; i < list()->count(); ++i)
                if (list()->item(i)->text().startsWith(name))
                    return i;
            return -1;
        };
        if (!QTest::qWaitFor([&] { return row() >= 0; }))
            return false;
        list()->setCurrentRow(row());
        return QTest::qWaitFor(
            [&] { return view()->toPlainText() != QStringLiteral("Comparing with the text of now…"); });
    }
};

// The words of the view that are struck through or underlined.
QStringList marked(const DifferenceView& view, bool isStruck) {
    QStringList words;
    for (QTextBlock block = view.document()->begin(); block.isValid(); block = block.next())
        for (auto it = block.begin(); !it.atEnd(); ++it) {
            const QTextCharFormat format = it.fragment().charFormat();
            if (isStruck ? format.fontStrikeOut() : format.fontUnderline())
                words.append(it.fragment().text());
        }
    return words;
}

} // namespace

class VersionsTest : public QObject {
    Q_OBJECT

private slots:
    void theDifferenceIsMarkedByMoreThanColour() {
        VersionsDesk desk;
        desk.parts.document.applyUserEdit(4, 3, QStringLiteral("night"));
        QVERIFY(desk.choose(QStringLiteral("Draft")));
        QTRY_COMPARE(marked(*desk.view(), true), QStringList{QStringLiteral("day")});
        QCOMPARE(marked(*desk.view(), false), QStringList{QStringLiteral("night")});
        QVERIFY(desk.view()->toPlainText().contains(QStringLiteral("2 paragraphs the same")));
    }

    void sideBySideShowsEachTextWhole() {
        VersionsDesk desk;
        desk.parts.document.applyUserEdit(4, 3, QStringLiteral("night"));
        QVERIFY(desk.choose(QStringLiteral("Draft")));
        desk.find<QPushButton>("versionSideBySide")->click();
        QTextTable* table = nullptr;
        QTRY_VERIFY((table = desk.view()->document()->rootFrame()->childFrames().isEmpty()
                                 ? nullptr
                                 : qobject_cast<QTextTable*>(
                                       desk.view()->document()->rootFrame()->childFrames().first())) !=
                    nullptr);
        const auto cell = [&](int column) {
            QTextCursor cursor = table->cellAt(0, column).firstCursorPosition();
            cursor.setPosition(table->cellAt(0, column).lastPosition(), QTextCursor::KeepAnchor);
            return cursor.selectedText();
        };
        QCOMPARE(cell(0), QStringLiteral("One day it rained."));
        QCOMPARE(cell(1), QStringLiteral("One night it rained."));
        desk.view()->setColours(darkColours()); // painted anew
        table = qobject_cast<QTextTable*>(desk.view()->document()->rootFrame()->childFrames().first());
        QVERIFY(table != nullptr);
        // A difference is chosen as in one column.
        desk.view()->setTextCursor(table->cellAt(0, 1).firstCursorPosition());
        QVERIFY(desk.find<QPushButton>("versionRestoreSelected")->isEnabled());
        desk.find<QPushButton>("versionRestoreSelected")->click();
        QCOMPARE(desk.parts.document.text(), kText);
    }

    void backupsAreSetForAllStories() {
        VersionsDesk desk;
        desk.window->actions().versions->trigger();
        desk.find<QPushButton>("versionKeeping")->click();
        auto* const settings = desk.dialog()->findChild<BackupSettings*>();
        QVERIFY(settings != nullptr);
        QVERIFY(settings->findChild<QRadioButton*>(QStringLiteral("backupsBeside"))->isChecked());
        settings->useFolder(desk.folder.path());
        auto* const copies = settings->findChild<QSpinBox*>(QStringLiteral("backupsCopies"));
        copies->setFocus();
        copies->setValue(5);
        QTest::keyClick(copies, Qt::Key_Return);
        QCOMPARE(desk.parts.preferences.backups(), (app::BackupOptions{desk.folder.path(), 5, 0}));
        QVERIFY(settings->findChild<QRadioButton*>(QStringLiteral("backupsElsewhere"))->isChecked());
        // The next copy goes there.
        QSignalSpy saved(&desk.parts.project, &app::ProjectController::savedAs);
        desk.parts.project.saveAs(desk.folder.filePath(QStringLiteral("tale.inkgate")));
        QVERIFY(saved.wait());
        desk.parts.document.applyUserEdit(0, 0, QStringLiteral("x"));
        const auto folders = [&] {
            return QDir(desk.folder.path()).entryList({QStringLiteral("tale * backups")}, QDir::Dirs);
        };
        QTRY_COMPARE(folders().size(), 1);
    }

    void gatesAreKeptWithinABudgetThatIsApplied() {
        VersionsDesk desk;
        QVERIFY(desk.continueStory());
        desk.window->actions().versions->trigger();
        desk.find<QPushButton>("versionKeeping")->click();
        auto* const settings = desk.dialog()->findChild<GateSettings*>();
        QVERIFY(settings != nullptr);
        auto* const sizes = settings->findChild<QLabel*>(QStringLiteral("gateSizes"));
        QTRY_VERIFY2(sizes->text().contains(QStringLiteral("MB")), qPrintable(sizes->text()));
        auto* const apply = settings->findChild<QPushButton*>(QStringLiteral("gateApply"));
        QVERIFY(!apply->isEnabled());
        QSignalSpy read(&desk.parts.project, &app::ProjectController::sizesRead);
        settings->findChild<QSpinBox*>(QStringLiteral("gateBudget"))->setValue(7);
        QVERIFY(read.isEmpty()); // nothing happens by itself
        apply->click();
        QTRY_VERIFY(!read.isEmpty());
        QCOMPARE(read.last().first().value<app::ProjectSizes>().budget, 7);
        QVERIFY(!apply->isEnabled());
        QCOMPARE(sizesInWords({44'000'000, 0, 0, 0, 0}),
                 QStringLiteral("The file of this story takes 44.0 MB; it holds no gates."));
    }

    void restoringIsOneUndoStepAndKeepsThePresent() {
        VersionsDesk desk;
        desk.parts.document.applyUserEdit(4, 3, QStringLiteral("night"));
        desk.parts.document.breakTypingStep();
        desk.parts.document.applyUserEdit(desk.parts.document.size(), 0, QStringLiteral("The end."));
        const QString changed = desk.parts.document.text();
        QVERIFY(desk.choose(QStringLiteral("Draft")));
        auto* const restore = desk.find<QPushButton>("versionRestore");
        QTRY_VERIFY(restore->isEnabled());
        restore->click();
        QCOMPARE(desk.parts.document.text(), kText);
        QCOMPARE(desk.page(), kText);
        desk.window->actions().undo->trigger();
        QCOMPARE(desk.parts.document.text(), changed);
        QTRY_VERIFY(desk.list()->count() > 0 &&
                    desk.list()->item(0)->text().startsWith(QStringLiteral("Before restoring")));
    }

    void oneParagraphIsRestored() {
        VersionsDesk desk;
        desk.parts.document.applyUserEdit(4, 3, QStringLiteral("night"));
        desk.parts.document.applyUserEdit(desk.parts.document.text().indexOf(QStringLiteral("Nobody")), 6,
                                          QStringLiteral("Everybody"));
        QVERIFY(desk.choose(QStringLiteral("Draft")));
        QTRY_VERIFY(desk.view()->toPlainText().contains(QStringLiteral("Everybody")));
        QTextCursor cursor = desk.view()->document()->find(QStringLiteral("Everybody"));
        desk.view()->setTextCursor(cursor);
        auto* const restore = desk.find<QPushButton>("versionRestoreSelected");
        QTRY_VERIFY(restore->isEnabled());
        restore->click();
        QCOMPARE(desk.parts.document.text(),
                 QString(kText).replace(QStringLiteral("day"), QStringLiteral("night")));
    }

    void whatChangedWhileTheDialogWasOpenIsNotReplacedUnseen() {
        VersionsDesk desk;
        desk.parts.document.applyUserEdit(4, 3, QStringLiteral("night"));
        QVERIFY(desk.choose(QStringLiteral("Draft")));
        auto* const restore = desk.find<QPushButton>("versionRestore");
        QTRY_VERIFY(restore->isEnabled());
        desk.parts.document.applyUserEdit(0, 0, QStringLiteral("Prologue.\n"));
        const QString changed = desk.parts.document.text();
        restore->click();
        QCOMPARE(desk.parts.document.text(), changed);
        QTRY_VERIFY(desk.view()->toPlainText().contains(QStringLiteral("Prologue.")));
    }

    void replacingEverywhereKeepsAVersion() {
        VersionsDesk desk;
        desk.parts.document.applyUserEdit(0, 0, QStringLiteral("New. "));
        desk.window->actions().replace->trigger();
        QTest::keyClicks(desk.window->findBar().findChild<QLineEdit*>(QStringLiteral("findPattern")),
                         QStringLiteral("cat"));
        desk.window->findBar()
            .findChild<QLineEdit*>(QStringLiteral("findReplacement"))
            ->setText(QStringLiteral("dog"));
        QTRY_COMPARE(desk.window->findBar().matchCount(), 1);
        QTest::mouseClick(desk.window->findBar().findChild<QPushButton*>(QStringLiteral("findReplaceAll")),
                          Qt::LeftButton);
        QVERIFY(desk.parts.document.text().contains(QStringLiteral("dog")));
        QVERIFY(desk.choose(QStringLiteral("Before replacing")));
        QTRY_VERIFY(marked(*desk.view(), true).contains(QStringLiteral("cat")));
    }

    void aDeletedVersionComesBack() {
        VersionsDesk desk;
        QVERIFY(desk.choose(QStringLiteral("Draft")));
        const int count = desk.list()->count();
        desk.find<QPushButton>("versionDelete")->click();
        QTRY_COMPARE(desk.list()->count(), count - 1);
        auto* const back = desk.find<QPushButton>("versionBringBack");
        QVERIFY(back->isVisible());
        back->click();
        QTRY_COMPARE(desk.list()->count(), count);
    }

    void aVersionIsKeptUnderAName() {
        VersionsDesk desk;
        desk.window->actions().keepVersion->trigger();
        auto* const dialog = desk.window->findChild<QInputDialog*>();
        QVERIFY(dialog != nullptr);
        // Over the window that is there: the list of versions is not. A dialog of a hidden window can't be
        // found again once it was made an icon, and the story waits for it.
        QCOMPARE(dialog->parentWidget(), desk.window.get());
        dialog->setTextValue(QStringLiteral("Before the edit"));
        dialog->accept();
        QVERIFY(desk.choose(QStringLiteral("Before the edit")));
        QTRY_VERIFY(desk.view()->toPlainText().contains(QStringLiteral("is the text of now")));
    }

    // A novel is shown bit by bit; the whole of it arrives.
    void aNovelIsCompared() {
        QString novel;
        for (int i = 0; i < 4000; ++i)
            novel += QStringLiteral("Paragraph %1 has some words that are of no importance to anybody but "
                                    "make it long, as paragraphs of novels are.\n")
                         .arg(i);
        VersionsDesk desk(novel);
        QString changed = novel;
        changed.replace(QStringLiteral("some words"), QStringLiteral("a few words"));
        desk.parts.document.applyUserEdit(0, desk.parts.document.size(), changed);
        QVERIFY(desk.choose(QStringLiteral("Draft")));
        QTRY_COMPARE_WITH_TIMEOUT(marked(*desk.view(), true).size(), 4000, 60'000);
        desk.find<QPushButton>("versionRestore")->click();
        QCOMPARE(desk.parts.document.text(), novel);
    }
};

QTEST_MAIN(VersionsTest)
#include "versions_test.moc"
