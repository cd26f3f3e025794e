// The panel "What the model reads", and the line on the page where reading begins.
#include "tests/ui/support/reading_desk.h"
#include "ui/editor/story_editor.h"
#include "ui/reading/memory_dialog.h"
#include "ui/reading/prompt_view.h"
#include "ui/reading/reading_dock.h"
#include "ui/reading/reading_edge.h"
#include "ui/window/actions.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSpinBox>
#include <QTreeWidget>

using namespace ui;
using test::ReadingDesk;

namespace {

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
