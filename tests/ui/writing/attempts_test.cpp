// The panel of attempts: the tree, branches, names and deletions, by keys and mouse.
#include "tests/ui/support/attempts_desk.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/heatmap/token_selection.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>

using namespace ui;
using test::AttemptsDesk;

namespace {

QString start() { return test::storyStart(); }

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

    void isFilledOnlyWhileItCanBeSeen() {
        AttemptsDesk desk;
        QSignalSpy filled(&desk.tree(), &AttemptTree::filled);
        QVERIFY(desk.continueStory());
        QVERIFY(desk.continueStory());
        desk.window->editor().placeCursor(0);
        QVERIFY(filled.isEmpty() && desk.tree().isEmpty());
        desk.dock().show();
        QTRY_COMPARE(desk.drawn(), QStringLiteral("1*\n2*|\n"));
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
