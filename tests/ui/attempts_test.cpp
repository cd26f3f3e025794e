// The panel of attempts: the tree, cards that insert, branches, names and deletions, by keys and mouse.
#include "app/writing/story_writer.h"
#include "tests/ui/support/desk.h"
#include "ui/attempts/alternative_cards.h"
#include "ui/attempts/attempt_row.h"
#include "ui/attempts/attempt_tree.h"
#include "ui/attempts/attempts_dock.h"
#include "ui/editor/story_editor.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/heatmap/token_selection.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

using namespace ui;

namespace {

constexpr auto kStart = "Once upon a time";

struct AttemptsDesk : test::Desk {
    explicit AttemptsDesk(const app::ScriptedGenerator::Script& script = {})
        : Desk(QLatin1String(kStart), script) {}

    AttemptsDock& dock() { return window->attempts(); }
    AttemptTree& tree() { return dock().tree(); }
    AlternativeCards& cards() { return dock().cards(); }
    void press(QWidget& widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&widget, key, modifiers);
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { press(window->editor(), key, modifiers); }
    [[nodiscard]] bool alternatives(int count) {
        dock().setAlternatives(count);
        key(Qt::Key_Return, Qt::AltModifier);
        return waitForIdle();
    }
    // The tree in words: a row a line, two blanks a level; * stands in the story, ! is at the cursor, | goes
    // on from the row above on its level.
    QString drawn(const QTreeWidgetItem* item = nullptr, const QString& indent = {}) {
        if (item == nullptr)
            item = tree().invisibleRootItem();
        QString lines;
        for (int i = 0; i < item->childCount(); ++i) {
            const QTreeWidgetItem* const child = item->child(i);
            lines += indent + QString::number(child->data(0, RunRole).toLongLong());
            lines += child->data(0, StandsRole).toBool() ? QStringLiteral("*") : QString();
            lines += child->data(0, CurrentRole).toBool() ? QStringLiteral("!") : QString();
            lines += child->data(0, FollowsRole).toBool() ? QStringLiteral("|") : QString();
            lines += u'\n' + drawn(child, indent + QStringLiteral("  "));
        }
        return lines;
    }
    QTreeWidgetItem* item(app::RunId run) {
        for (QTreeWidgetItemIterator it(&tree()); *it; ++it)
            if ((*it)->data(0, RunRole).toLongLong() == run)
                return *it;
        return nullptr;
    }
    void choose(app::RunId run) {
        tree().setFocus();
        tree().setCurrentItem(item(run));
    }
    [[nodiscard]] QString text() const { return parts.document.text(); }
    [[nodiscard]] const app::RunRecord& run(app::RunId id) const { return *parts.runs.run(id); }
    QPushButton* messageButton(const QString& words) {
        for (QPushButton* const button : window->messages().findChildren<QPushButton*>())
            if (button->isVisible() && button->text().remove(u'&').contains(words))
                return button;
        return nullptr;
    }
    static QAction* menuEntry(const QString& words) {
        for (QWidget* const widget : QApplication::topLevelWidgets())
            if (const auto* const menu = qobject_cast<QMenu*>(widget); menu != nullptr && menu->isVisible())
                for (QAction* const action : menu->actions())
                    if (action->text().remove(u'&').startsWith(words))
                        return action;
        return nullptr;
    }
};

QString start() { return QLatin1String(kStart); }

} // namespace

class AttemptsTest : public QObject {
    Q_OBJECT

private slots:
    void isClosedUntilAskedForAndSaysWhatItIsFor() {
        AttemptsDesk desk;
        QVERIFY(desk.dock().isHidden());
        desk.window->actions().showAttempts->trigger();
        QVERIFY(desk.dock().isVisible());
        const auto* const empty = desk.dock().findChild<QLabel*>(QStringLiteral("attemptsEmpty"));
        QVERIFY(empty->isVisible() && empty->text().contains(QStringLiteral("Ctrl+Enter")));
        QVERIFY(desk.continueStory());
        QTRY_VERIFY(!empty->isVisible() && desk.tree().isVisible());
    }

    void retriesAreBranchesAndALoneWayOnStaysOnItsLevel() {
        AttemptsDesk desk;
        desk.dock().show();
        QVERIFY(desk.continueStory());
        QVERIFY(desk.continueStory());
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n2*!|\n"));
        desk.key(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n  2\n  3*!\n"));
        QVERIFY(desk.continueStory());
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n  2\n  3*\n  4*!|\n"));
        QCOMPARE(desk.text(), start() + desk.run(1).text + desk.run(3).text + desk.run(4).text);
        // Undone words stay in the tree.
        desk.key(Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n  2\n  3*!\n  4|\n"));
    }

    void earlierAndLaterGoAmongTheSiblings() {
        AttemptsDesk desk;
        desk.dock().show();
        QVERIFY(desk.alternatives(3));
        QTest::keyClick(&desk.cards(), Qt::Key_2);
        QCOMPARE(desk.text(), start() + desk.run(2).text);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1\n2*!\n3\n"));
        desk.window->actions().earlierAttempt->trigger();
        QCOMPARE(desk.text(), start() + desk.run(1).text);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*!\n2\n3\n"));
        desk.key(Qt::Key_Down, Qt::AltModifier);
        desk.key(Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(desk.text(), start() + desk.run(3).text);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1\n2\n3*!\n"));
    }

    void aCardIsTakenByClickEnterOrNumber_data() {
        QTest::addColumn<QString>("way");
        for (const char* const way : {"click", "enter", "number"})
            QTest::newRow(way) << QString::fromLatin1(way);
    }
    void aCardIsTakenByClickEnterOrNumber() {
        QFETCH(QString, way);
        AttemptsDesk desk;
        QVERIFY(desk.alternatives(3));
        QVERIFY(desk.dock().isVisible() && desk.dock().isShowingCards());
        QCOMPARE(desk.cards().count(), 3);
        QVERIFY(desk.cards().hasFocus());
        QCOMPARE(desk.text(), start()); // until one is taken
        for (int card = 0; card < 3; ++card)
            QCOMPARE(desk.cards().item(card)->text(), desk.run(card + 1).text.simplified());
        if (way == QLatin1String("click")) {
            QTest::qWait(20); // laid out
            QTest::mouseClick(desk.cards().viewport(), Qt::LeftButton, {},
                              desk.cards().visualItemRect(desk.cards().item(1)).center());
        } else if (way == QLatin1String("enter")) {
            desk.press(desk.cards(), Qt::Key_Down);
            desk.press(desk.cards(), Qt::Key_Return);
        } else {
            desk.press(desk.cards(), Qt::Key_2);
        }
        QCOMPARE(desk.text(), start() + desk.run(2).text);
        QCOMPARE(desk.page(), desk.text());
        QVERIFY(desk.window->editor().hasFocus());
        QCOMPARE(desk.window->editor().cursorPlace(), desk.text().size());
        desk.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(desk.text(), start());
        // Back to the tree.
        desk.cards().setFocus();
        desk.press(desk.cards(), Qt::Key_Escape);
        QVERIFY(!desk.dock().isShowingCards());
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1\n2\n3\n"));
    }

    void theNumberOfAlternativesIsKept() {
        AttemptsDesk desk;
        desk.dock().show();
        auto* const count = desk.dock().findChild<QSpinBox*>(QStringLiteral("alternativesCount"));
        count->setValue(5);
        QCOMPARE(desk.parts.preferences.alternatives(), 5);
        desk.dock().findChild<QPushButton*>(QStringLiteral("writeAlternatives"))->click();
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.cards().count(), 5);
    }

    // As after token healing: the text ends inside of a word, which the model completes.
    void aWordThatBeginsInTheTextIsWholeOnItsCard() {
        AttemptsDesk desk;
        QVERIFY(desk.alternatives(2));
        app::Alternatives& alternatives = desk.parts.writer.alternatives();
        alternatives.begin({1, 2});
        alternatives.append(0, QStringLiteral("less town"), 2);
        alternatives.append(1, QStringLiteral(" ago.\n\nIt rained"), 2);
        QCOMPARE(desk.cards().item(0)->text(), QStringLiteral("timeless town"));
        QCOMPARE(desk.cards().item(1)->text(),
                 QStringLiteral("ago.") + QChar(QChar::LineSeparator) + QStringLiteral("It rained"));
    }

    void escapeStopsAllAlternatives() {
        app::ScriptedGenerator::Script script;
        script.delayMs = 5;
        AttemptsDesk desk(script);
        desk.setLength(4000);
        desk.dock().setAlternatives(3);
        desk.key(Qt::Key_Return, Qt::AltModifier);
        QTRY_VERIFY(desk.parts.writer.alternatives().cards().size() == 3 &&
                    desk.parts.writer.alternatives().cards()[2].tokens > 1);
        desk.press(desk.cards(), Qt::Key_Escape);
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.text(), start());
        for (app::RunId id = 1; id <= 3; ++id)
            QVERIFY(desk.run(id).isFinished && desk.run(id).tokens.size() < 4000 &&
                    !desk.run(id).text.isEmpty());
        QVERIFY(desk.dock().isShowingCards()); // what there is can be taken
        desk.press(desk.cards(), Qt::Key_1);
        QCOMPARE(desk.text(), start() + desk.run(1).text);
    }

    void branchesByKeyBehindTheTokenAtTheCursor() {
        AttemptsDesk desk;
        desk.dock().show();
        QVERIFY(desk.continueStory());
        const qsizetype end = desk.run(1).tokens[2].end;
        desk.window->editor().placeCursor(start().size() + end);
        desk.key(Qt::Key_B, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.text(), start() + desk.run(1).text.first(end) + desk.run(2).text);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n  2*!\n"));
        // The row says behind which words.
        const QString lead = desk.item(2)->data(0, LeadRole).toString();
        QVERIFY2(lead.startsWith(QChar(0x2026)) && desk.run(1).text.first(end).endsWith(lead.mid(1)),
                 qPrintable(lead));
        QVERIFY(!desk.run(1).text.first(end).trimmed().isEmpty() && lead.size() > 3);
        desk.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(desk.text(), start() + desk.run(1).text);
        // Where the model wrote nothing, it says so.
        desk.window->editor().placeCursor(3);
        desk.key(Qt::Key_B, Qt::ControlModifier);
        QCOMPARE(desk.parts.writer.activity(), app::StoryWriter::Activity::Idle);
        QVERIFY(desk.window->messages().message().contains(QStringLiteral("behind a word of the model")));
    }

    void branchesFromTheMenuOfTheTextAtTheMouse() {
        AttemptsDesk desk;
        QVERIFY(desk.continueStory());
        StoryEditor& editor = desk.window->editor();
        QTextCursor cursor(editor.document());
        cursor.setPosition(static_cast<int>(start().size() + desk.run(1).tokens[3].start + 2));
        const QPoint point = editor.cursorRect(cursor).center() + QPoint(2, 0);
        QContextMenuEvent event(QContextMenuEvent::Mouse, point, editor.viewport()->mapToGlobal(point));
        QApplication::sendEvent(editor.viewport(), &event);
        QAction* const entry = AttemptsDesk::menuEntry(QStringLiteral("Branch"));
        QVERIFY(entry != nullptr);
        const app::RunToken token = desk.run(1).tokens[3];
        QVERIFY2(entry->text().contains(desk.run(1).text.mid(token.start, token.end - token.start).trimmed()),
                 qPrintable(entry->text()));
        entry->trigger();
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.text(), start() + desk.run(1).text.first(token.end) + desk.run(2).text);
    }

    void branchesFromTheMenuOfTheHeatmap() {
        AttemptsDesk desk;
        QVERIFY(desk.continueStory());
        HeatmapPlot& plot = desk.window->heatmap().plot();
        QTRY_VERIFY(plot.framesDrawn() > 0 && desk.window->heatmap().grid().columns() > 4);
        QTest::qWait(2 * HeatmapPlot::kFrameMs);
        emit plot.customContextMenuRequested(plot.pointOf({4, 0}).toPoint());
        QAction* const entry = AttemptsDesk::menuEntry(QStringLiteral("Branch"));
        QVERIFY(entry != nullptr);
        entry->trigger();
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.run(2).parentEnd, desk.run(1).tokens[4].end);
        QCOMPARE(desk.text(), start() + desk.run(1).text.first(desk.run(2).parentEnd) + desk.run(2).text);
    }

    void namesAreGivenWithF2() {
        AttemptsDesk desk;
        desk.dock().show();
        QVERIFY(desk.continueStory());
        const QString text = start() + desk.run(1).text;
        desk.key(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        QVERIFY(desk.text() != text);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1\n2*!\n"));
        desk.choose(1);
        desk.press(desk.tree(), Qt::Key_F2);
        auto* line = desk.tree().findChild<QLineEdit*>();
        QVERIFY(line != nullptr && line->hasFocus() && line->text().isEmpty());
        QTest::keyClicks(line, QStringLiteral("the quiet end"));
        desk.press(*line, Qt::Key_Return);
        QTRY_COMPARE(desk.run(1).name, QStringLiteral("the quiet end"));
        QTRY_COMPARE(desk.item(1)->data(0, WordsRole).toString(), QStringLiteral("the quiet end"));
        QCOMPARE(desk.text(), start() + desk.run(2).text); // Enter ended the name, and showed nothing
        // Esc leaves it as it was, and does no more than that.
        QTRY_VERIFY(desk.tree().findChild<QLineEdit*>() == nullptr);
        desk.choose(1);
        desk.press(desk.tree(), Qt::Key_F2);
        line = desk.tree().findChild<QLineEdit*>();
        QTest::keyClicks(line, QStringLiteral("x"));
        desk.press(*line, Qt::Key_Escape);
        QCOMPARE(desk.run(1).name, QStringLiteral("the quiet end"));
    }

    void deletedOnesComeBackAndTheTextStays() {
        AttemptsDesk desk;
        desk.dock().show();
        QVERIFY(desk.continueStory());
        QVERIFY(desk.continueStory());
        desk.key(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        const QString text = desk.text();
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n  2\n  3*!\n"));
        desk.choose(2);
        desk.press(desk.tree(), Qt::Key_Delete);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n3*!|\n"));
        QVERIFY(desk.tree().hasFocus() && desk.tree().selected() == 1); // keys go on from there
        desk.press(desk.tree(), Qt::Key_Delete);                        // with all that hangs from it
        QTRY_COMPARE(desk.drawn(), QString());
        QCOMPARE(desk.text(), text);
        QPushButton* const undo = desk.messageButton(QStringLiteral("Undo"));
        QVERIFY(undo != nullptr);
        undo->click();
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n3*!|\n"));
        desk.tree().setFocus();
        desk.press(desk.tree(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n  2\n  3*!\n"));
        QCOMPARE(desk.text(), text); // Ctrl+Z was the tree's
        desk.press(desk.tree(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(desk.text() != text); // with nothing more to take back it is the story's
    }

    void enterBringsAnAttemptBackWithItsPath() {
        AttemptsDesk desk;
        desk.dock().show();
        QVERIFY(desk.continueStory());
        QVERIFY(desk.continueStory());
        const QString both = desk.text();
        desk.window->editor().placeCursor(start().size() + desk.run(1).tokens[2].end);
        desk.key(Qt::Key_B, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        QVERIFY(desk.text() != both);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n  3*!\n2|\n"));
        desk.choose(2);
        desk.press(desk.tree(), Qt::Key_Return);
        QCOMPARE(desk.text(), both);
        QCOMPARE(desk.window->editor().cursorPlace(), both.size());
        QVERIFY(desk.window->editor().hasFocus());
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n  3\n2*!|\n"));
    }

    void aPlaceThatIsGoneOffersInsertAndCopy() {
        AttemptsDesk desk;
        desk.dock().show();
        QVERIFY(desk.continueStory());
        const QString written = desk.run(1).text;
        desk.parts.document.applyUserEdit(0, desk.text().size(), QStringLiteral("Nothing of it."));
        desk.window->editor().placeCursor(7);
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1\n"));
        desk.choose(1);
        desk.press(desk.tree(), Qt::Key_Return);
        QCOMPARE(desk.text(), QStringLiteral("Nothing of it."));
        QVERIFY(desk.window->messages().message().contains(QStringLiteral("no longer in the story")));
        QPushButton* const copy = desk.messageButton(QStringLiteral("Copy"));
        QVERIFY(copy != nullptr);
        copy->click();
        QCOMPARE(QApplication::clipboard()->text(), written);
        desk.choose(1);
        desk.press(desk.tree(), Qt::Key_Return);
        QPushButton* const insert = desk.messageButton(QStringLiteral("Insert"));
        QVERIFY(insert != nullptr);
        insert->click();
        QCOMPARE(desk.text(), QStringLiteral("Nothing") + written + QStringLiteral(" of it."));
    }

    void theTreeIsTheSameAfterReopening() {
        QString drawn, words;
        AttemptsDesk desk;
        desk.dock().show();
        QVERIFY(desk.continueStory());
        QVERIFY(desk.continueStory());
        desk.key(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        desk.window->editor().placeCursor(start().size() + desk.run(1).tokens[2].end);
        desk.key(Qt::Key_B, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        desk.parts.runs.setName(2, QStringLiteral("the other"));
        QTRY_VERIFY(desk.item(2) != nullptr &&
                    desk.item(2)->data(0, WordsRole).toString() == QStringLiteral("the other"));
        QTRY_VERIFY(desk.drawn().contains(u'!'));
        drawn = desk.drawn();
        const QString text = desk.text();
        const QString file = desk.folder.filePath(QStringLiteral("ferry.inkgate"));
        desk.parts.project.saveAs(file);
        QTRY_COMPARE(desk.parts.project.path(), file);
        QTRY_VERIFY(!desk.parts.project.isBusy());
        QVERIFY(desk.parts.waitUntilSaved());
        desk.window.reset();
        QSignalSpy opened(&desk.parts.project, &app::ProjectController::opened);
        desk.parts.project.newProject();
        QVERIFY(opened.wait());
        QVERIFY(desk.text().isEmpty());
        desk.parts.project.open(file);
        QVERIFY(opened.wait());
        QCOMPARE(desk.text(), text);
        desk.window = std::make_unique<MainWindow>(desk.context);
        desk.window->show();
        desk.window->attempts().show();
        desk.window->editor().placeCursor(desk.text().size());
        QTRY_COMPARE(desk.drawn(), drawn);
        QCOMPARE(desk.item(2)->data(0, WordsRole).toString(), QStringLiteral("the other"));
    }

    void everyRowAndCardIsSpoken() {
        AttemptsDesk desk;
        QVERIFY(desk.alternatives(2));
        QVERIFY(desk.cards()
                    .item(1)
                    ->data(Qt::AccessibleTextRole)
                    .toString()
                    .startsWith(QStringLiteral("Alternative 2: ")));
        desk.press(desk.cards(), Qt::Key_1);
        desk.dock().showTree();
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*!\n2\n"));
        const QString said = desk.item(1)->data(0, Qt::AccessibleTextRole).toString();
        QVERIFY2(said.contains(desk.run(1).text.trimmed()) && said.endsWith(QStringLiteral("at the cursor")),
                 qPrintable(said));
        QVERIFY(said.contains(QStringLiteral("8 tokens")));
        desk.window->editor().placeCursor(0);
        QTRY_VERIFY(desk.item(1)
                        ->data(0, Qt::AccessibleTextRole)
                        .toString()
                        .endsWith(QStringLiteral("in the story")));
        QVERIFY(!desk.tree().accessibleName().isEmpty() && !desk.cards().accessibleName().isEmpty());
    }

    // From the page into the panel and back without the mouse.
    void theKeyboardIsEnough() {
        AttemptsDesk desk;
        QVERIFY(desk.alternatives(2));
        desk.press(desk.cards(), Qt::Key_2);
        desk.cards().setFocus();
        desk.press(desk.cards(), Qt::Key_Escape);
        QVERIFY(desk.window->editor().hasFocus());
        desk.window->actions().showAttempts->trigger(); // off
        QVERIFY(desk.dock().isHidden());
        desk.window->actions().showAttempts->trigger(); // on, with the keys
        QTRY_VERIFY(desk.tree().hasFocus());
        desk.press(desk.tree(), Qt::Key_Up);
        desk.press(desk.tree(), Qt::Key_Return);
        QCOMPARE(desk.text(), start() + desk.run(1).text);
        QVERIFY(desk.window->editor().hasFocus());
    }
};

QTEST_MAIN(AttemptsTest)
#include "attempts_test.moc"
