// Suggestions on the page: the keys that take them and let them go, and that nothing else knows of them.
#include "tests/ui/support/ghost_desk.h"
#include "ui/editor/word_counter.h"
#include "ui/find/find_bar.h"
#include "ui/window/message_bar.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QInputMethodEvent>
#include <QSignalSpy>

using namespace ui;
using app::Origin;

namespace {

const QString kStory = QStringLiteral("Once upon a time");
const QString kGhost = QStringLiteral(" ferry came over the river and"); // of seed 1, six tokens

app::ScriptedGenerator::Script slow() { return {.delayMs = 2}; }

} // namespace

class GhostTest : public QObject {
    Q_OBJECT

private slots:
    void theKeyShowsItAndNothingElseKnowsOfIt() {
        test::GhostDesk desk;
        QVERIFY(desk.parts.waitUntilSaved());
        const quint64 revision = desk.parts.document.revision();
        const int fills = desk.editor().mirror().fills();
        QVERIFY(desk.suggest());
        QCOMPARE(desk.shown(), kGhost);
        QCOMPARE(desk.laidOut(), kGhost);
        QCOMPARE(desk.page(), kStory);
        QCOMPARE(desk.story(), kStory);
        QCOMPARE(desk.parts.document.revision(), revision);
        QCOMPARE(desk.parts.project.saveState(), app::ProjectController::SaveState::Saved);
        QVERIFY(!desk.window->actions().undo->isEnabled());
        QCOMPARE(desk.editor().wordCounter().words(), 4);
        QCOMPARE(desk.editor().textCursor().position(), kStory.size());
        QCOMPARE(desk.editor().mirror().fills(), fills);
        QAccessibleInterface* const access = QAccessible::queryAccessibleInterface(&desk.editor());
        QVERIFY(access != nullptr && access->textInterface() != nullptr);
        QCOMPARE(access->textInterface()->characterCount(), kStory.size());
        QVERIFY(!access->text(QAccessible::Value).contains(QStringLiteral("ferry")));
        QVERIFY(!desk.editor().document()->find(QStringLiteral("ferry")).hasSelection() &&
                desk.editor().document()->find(QStringLiteral("ferry")).isNull());
        QVERIFY(desk.window->statusLine().activity().contains(QStringLiteral("Tab")));
        // Selecting all is doing something else; what is copied is the story.
        desk.key(Qt::Key_A, Qt::ControlModifier);
        QVERIFY(desk.shown().isEmpty() && desk.laidOut().isEmpty());
        desk.key(Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), kStory);
        QVERIFY(!desk.window->statusLine().activity().contains(QStringLiteral("Tab")));
    }

    void tabTakesAllOfIt() {
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        desk.key(Qt::Key_Tab);
        QCOMPARE(desk.page(), kStory + kGhost);
        QCOMPARE(desk.story(), kStory + kGhost);
        QVERIFY(desk.laidOut().isEmpty());
        QCOMPARE(desk.editor().textCursor().position(), desk.story().size());
        QCOMPARE(desk.parts.document.content().spans().last(),
                 (app::Span{kGhost.size(), Origin::Generated, 1, 0}));
        QCOMPARE(desk.editor().wordCounter().words(), 10);
        desk.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(desk.page(), kStory);
        QVERIFY(desk.shown().isEmpty()); // it does not come back as a suggestion
        desk.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(desk.page(), kStory + kGhost);
    }

    void ctrlRightTakesTheNextWord() {
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        desk.key(Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(desk.page(), kStory + QStringLiteral(" ferry"));
        QCOMPARE(desk.laidOut(), QStringLiteral(" came over the river and"));
        desk.key(Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(desk.page(), kStory + QStringLiteral(" ferry came"));
        QCOMPARE(desk.editor().textCursor().position(), desk.story().size());
        desk.key(Qt::Key_Tab);
        QCOMPARE(desk.page(), kStory + kGhost);
        for (const QString& earlier :
             {kStory + QStringLiteral(" ferry came"), kStory + QStringLiteral(" ferry"), kStory}) {
            desk.key(Qt::Key_Z, Qt::ControlModifier); // each taking a step of its own
            QCOMPARE(desk.page(), earlier);
        }
    }

    void itsLettersTypedGoOnInIt() {
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        desk.type(QStringLiteral(" fer"));
        QCOMPARE(desk.page(), kStory + QStringLiteral(" fer"));
        QCOMPARE(desk.laidOut(), kGhost.sliced(4));
        QCOMPARE(desk.parts.document.content().spans().size(), 1); // all of it the writer's
        desk.key(Qt::Key_Shift);                                   // alone it is nothing
        QCOMPARE(desk.laidOut(), kGhost.sliced(4));
        desk.key(Qt::Key_Tab);
        QCOMPARE(desk.page(), kStory + kGhost);
    }

    void anotherLetterLetsItGo() {
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        desk.type(QStringLiteral(" fo"));
        QCOMPARE(desk.page(), kStory + QStringLiteral(" fo"));
        QVERIFY(desk.laidOut().isEmpty() && desk.shown().isEmpty());
        QVERIFY(!desk.ghost().isActive());
        QVERIFY(desk.parts.runs.runs().isEmpty());
    }

    void escapeLetsItGoAndNothingMore() {
        test::GhostDesk desk;
        desk.window->findBar().open(false);
        desk.editor().setFocus();
        QVERIFY(desk.suggest());
        desk.key(Qt::Key_Escape);
        QVERIFY(desk.laidOut().isEmpty());
        QVERIFY(desk.window->findBar().isVisible());
        desk.key(Qt::Key_Escape); // as usual
        QVERIFY(!desk.window->findBar().isVisible());
        QCOMPARE(desk.page(), kStory);
    }

    void otherDoingsLetItGo_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("modifiers");
        QTest::newRow("left") << int(Qt::Key_Left) << 0;
        QTest::newRow("up") << int(Qt::Key_Up) << 0;
        QTest::newRow("home") << int(Qt::Key_Home) << 0;
        QTest::newRow("backspace") << int(Qt::Key_Backspace) << 0;
        QTest::newRow("return") << int(Qt::Key_Return) << 0;
        QTest::newRow("selecting") << int(Qt::Key_Left) << int(Qt::ShiftModifier);
        QTest::newRow("continuing") << int(Qt::Key_Return) << int(Qt::ControlModifier);
        QTest::newRow("trying again") << int(Qt::Key_R) << int(Qt::ControlModifier);
    }
    void otherDoingsLetItGo() {
        QFETCH(int, key);
        QFETCH(int, modifiers);
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        QVERIFY(!desk.laidOut().isEmpty());
        desk.key(Qt::Key(key), Qt::KeyboardModifiers(modifiers));
        QVERIFY(desk.shown().isEmpty());
        QVERIFY(!desk.ghost().isActive());
        for (QTextBlock block = desk.editor().document()->begin(); block.isValid(); block = block.next())
            QVERIFY(block.layout()->preeditAreaText().isEmpty());
        QVERIFY(desk.waitForIdle());
    }

    void leavingThePageLetsItGo() {
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        desk.window->findBar().open(false);
        QVERIFY(desk.laidOut().isEmpty() && !desk.ghost().isActive());
    }

    void withoutOneTheKeysActAsUsual() {
        test::GhostDesk desk(QStringLiteral("One two three"));
        desk.putCursor(0);
        desk.key(Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(desk.editor().textCursor().position(), 4);
        desk.key(Qt::Key_Tab);
        QCOMPARE(desk.page(), QStringLiteral("One \ttwo three"));
        desk.window->findBar().open(false);
        desk.editor().setFocus();
        desk.key(Qt::Key_Escape);
        QVERIFY(!desk.window->findBar().isVisible());
    }

    // --- when it comes -------------------------------------------------

    void itComesAfterAPauseOfTypingIfWanted() {
        test::GhostDesk desk;
        desk.type(QStringLiteral(" in"));
        QVERIFY(!desk.window->ghost().isWaiting()); // off
        desk.parts.preferences.setGhost({0.01, 6});
        desk.type(QStringLiteral(" a"));
        QTRY_VERIFY(!desk.shown().isEmpty());
        QVERIFY(!desk.window->statusLine().activity().contains(QStringLiteral("Tab"))); // it came by itself
        QTRY_VERIFY(!desk.parts.assistant.isBusy());
        desk.key(Qt::Key_Escape);
        QVERIFY(!desk.window->ghost().isWaiting()); // not again until something is typed
        QVERIFY(desk.shown().isEmpty());
        desk.type(QStringLiteral("b"));
        QTRY_VERIFY(!desk.shown().isEmpty());
        desk.key(Qt::Key_Tab); // and goes on behind what was taken
        const qsizetype taken = desk.story().size();
        QTRY_VERIFY(!desk.shown().isEmpty());
        QCOMPARE(desk.ghost().position(), taken);
    }

    void byItselfItComesOnlyAtTheEndOfAParagraph() {
        test::GhostDesk desk(QStringLiteral("One two\nthree"));
        desk.parts.preferences.setGhost({0.01, 6});
        desk.putCursor(3);
        desk.type(QStringLiteral("x"));
        QVERIFY(desk.window->ghost().isWaiting());
        QTRY_VERIFY(!desk.window->ghost().isWaiting());
        QVERIFY(!desk.ghost().isActive());
        desk.putCursor(8);
        desk.type(QStringLiteral("x"));
        QTRY_COMPARE(desk.ghost().position(), 9);
        QTRY_VERIFY(!desk.shown().isEmpty());
    }

    void theSidebarSaysWhenAndHowLong() {
        test::GhostDesk desk;
        auto* const pause = desk.window->findChild<QDoubleSpinBox*>(QStringLiteral("ghostPause"));
        auto* const length = desk.window->findChild<QDoubleSpinBox*>(QStringLiteral("ghostLength"));
        QVERIFY(pause != nullptr && length != nullptr);
        QCOMPARE(pause->text(), QStringLiteral("never"));
        QCOMPARE(length->value(), 6.0);
        pause->setValue(1.5);
        length->setValue(24);
        QCOMPARE(desk.parts.preferences.ghost(), (app::GhostOptions{1.5, 24}));
        desk.type(QStringLiteral(" in"));
        QVERIFY(desk.window->ghost().isWaiting());
        pause->setValue(0);
        QVERIFY(!desk.window->ghost().isWaiting());
        QVERIFY(desk.suggest());
        QVERIFY(desk.ghost().text().size() > kGhost.size()); // the new length
    }

    void noneWhileTheModelWrites() {
        test::GhostDesk desk(kStory, slow());
        desk.setLength(1'000'000);
        desk.key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(desk.parts.document.size() > kStory.size());
        QVERIFY(!desk.suggest());
        QVERIFY(desk.window->statusLine().activity().contains(QStringLiteral("no suggestion")) ||
                desk.window->statusLine().activity().startsWith(QStringLiteral("writing")));
        QCOMPARE(desk.parts.writer.activity(), app::StoryWriter::Activity::Continuing);
        QVERIFY(desk.shown().isEmpty());
        desk.key(Qt::Key_Escape);
        QVERIFY(desk.waitForIdle());
    }

    void noneWithASelectionOrWhereNothingCanBeWritten() {
        test::GhostDesk desk;
        desk.editor().showRange({0, 4});
        QVERIFY(!desk.suggest());
        desk.putCursor(4);
        desk.editor().setReadOnly(true);
        QVERIFY(!desk.suggest());
        desk.editor().setReadOnly(false);
        QVERIFY(desk.suggest());
    }

    void noneWhileAnInputMethodComposes() {
        test::GhostDesk desk;
        const auto compose = [&desk](const QString& preedit, const QString& commit) {
            QInputMethodEvent event(preedit, {});
            event.setCommitString(commit);
            QApplication::sendEvent(&desk.editor(), &event);
        };
        QVERIFY(desk.suggest());
        compose(QStringLiteral("ni"), {});
        QCOMPARE(desk.laidOut(), QStringLiteral("ni")); // the input method's
        QVERIFY(!desk.ghost().isActive());
        QVERIFY(!desk.suggest());
        compose({}, QStringLiteral("你"));
        QVERIFY(desk.laidOut().isEmpty());
        QCOMPARE(desk.page(), kStory + QStringLiteral("你"));
        // A letter that comes through an input method is typed like any other.
        QVERIFY(desk.suggest());
        const QString ghost = desk.shown();
        compose({}, ghost.first(2));
        QCOMPARE(desk.laidOut(), ghost.sliced(2));
        compose({}, {}); // as some input methods send at any time
        QCOMPARE(desk.laidOut(), ghost.sliced(2));
        QCOMPARE(desk.page(), kStory + QStringLiteral("你") + ghost.first(2));
    }

    void anotherProjectHasNone() {
        test::GhostDesk desk;
        QVERIFY(desk.suggest());
        QSignalSpy opened(&desk.parts.project, &app::ProjectController::opened);
        desk.window->actions().newProject->trigger();
        QVERIFY(opened.wait());
        QVERIFY(desk.shown().isEmpty() && desk.laidOut().isEmpty());
        QVERIFY(desk.suggest()); // and can have one at once
    }

    void aLongReadingIsSaidAndStopped() {
        test::GhostDesk desk(kStory, {.promptMs = 60'000});
        desk.key(Qt::Key_Space, Qt::ControlModifier);
        QTRY_VERIFY(desk.window->statusLine().activity().contains(QStringLiteral("for a suggestion")));
        desk.key(Qt::Key_Escape);
        QVERIFY(desk.window->statusLine().activity().isEmpty());
        QTRY_VERIFY(!desk.parts.assistant.isBusy());
    }

    void aFailureIsSaid() {
        test::GhostDesk desk(kStory, {.generateProblem = QStringLiteral("The model stopped.")});
        QVERIFY(desk.suggest());
        QTRY_COMPARE(desk.window->messages().message(), QStringLiteral("The model stopped."));
    }
};

QTEST_MAIN(GhostTest)
#include "ghost_test.moc"
