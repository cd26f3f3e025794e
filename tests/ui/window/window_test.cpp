#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace ui;
using app::ScriptedGenerator;

namespace {

const QString kStory = QStringLiteral("Once upon a time");

ScriptedGenerator::Script slow() {
    ScriptedGenerator::Script script;
    script.delayMs = 2;
    return script;
}

void type(test::Desk& desk, const QString& text) { QTest::keyClicks(&desk.window->editor(), text); }

} // namespace

class WindowTest : public QObject {
    Q_OBJECT

private slots:
    void typeContinueUndo() {
        test::Desk desk;
        type(desk, kStory);
        QVERIFY(desk.continueStory());
        const QString written = kStory + test::Desk::said(1, 8);
        QCOMPARE(desk.parts.document.text(), written);
        QCOMPARE(desk.page(), written);
        QTest::keyClick(&desk.window->editor(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(desk.page(), kStory);
        QTest::keyClick(&desk.window->editor(), Qt::Key_Y, Qt::ControlModifier);
        QCOMPARE(desk.page(), written);
    }

    void continuesAtTheCursorAndKeepsWhatFollows() {
        test::Desk desk(QStringLiteral("Before. After."));
        QTextCursor cursor = desk.window->editor().textCursor();
        cursor.setPosition(7);
        desk.window->editor().setTextCursor(cursor);
        QVERIFY(desk.continueStory());
        QCOMPARE(desk.page(), QStringLiteral("Before.") + test::Desk::said(1, 8) + QStringLiteral(" After."));
    }

    void continuesBehindASelection() {
        test::Desk desk(QStringLiteral("One two."));
        desk.window->editor().showRange({0, 3});
        QVERIFY(desk.continueStory());
        QCOMPARE(desk.page(), QStringLiteral("One") + test::Desk::said(1, 8) + QStringLiteral(" two."));
    }

    void escapeStopsAndKeepsTheText() {
        test::Desk desk(kStory, slow());
        desk.setLength(1'000'000);
        QTest::keyClick(&desk.window->editor(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(desk.parts.document.size() > kStory.size() + 30);
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape);
        QVERIFY(desk.waitForIdle());
        const QString kept = desk.parts.document.text();
        QVERIFY(kept.size() > kStory.size() + 30);
        QCOMPARE(desk.page(), kept);
        QTest::qWait(30);
        QCOMPARE(desk.parts.document.text(), kept);
        desk.window->actions().undo->trigger();
        QCOMPARE(desk.page(), kStory);
    }

    void writingElsewhereWhileTextStreamsIn() {
        test::Desk desk(kStory, slow());
        desk.setLength(60);
        QTest::keyClick(&desk.window->editor(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(desk.parts.document.size() > kStory.size());
        QTest::keyClick(&desk.window->editor(), Qt::Key_Home, Qt::ControlModifier);
        type(desk, QStringLiteral("Well: "));
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.page(), QStringLiteral("Well: ") + kStory + test::Desk::said(1, 60));
        QCOMPARE(desk.window->editor().textCursor().position(), 6);
    }

    void retryReplacesAndAttemptsCanBeTurnedThrough() {
        test::Desk desk(kStory);
        QVERIFY(desk.continueStory());
        QVERIFY(!desk.window->actions().earlierAttempt->isEnabled());
        QTest::keyClick(&desk.window->editor(), Qt::Key_R, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.page(), kStory + test::Desk::said(2, 8));
        QVERIFY(desk.window->actions().earlierAttempt->isEnabled());
        QTest::keyClick(&desk.window->editor(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(desk.page(), kStory + test::Desk::said(1, 8));
        QTest::keyClick(&desk.window->editor(), Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(desk.page(), kStory + test::Desk::said(2, 8));
        QVERIFY(!desk.window->actions().laterAttempt->isEnabled());
    }

    void attemptsAreThoseAtTheCursor() {
        test::Desk desk(kStory);
        QVERIFY(desk.continueStory());
        QTest::keyClick(&desk.window->editor(), Qt::Key_R, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        const QString page = desk.page();
        QVERIFY(desk.window->actions().earlierAttempt->isEnabled());
        QTest::keyClick(&desk.window->editor(), Qt::Key_Home, Qt::ControlModifier);
        QVERIFY(!desk.window->actions().earlierAttempt->isEnabled());
        QTest::keyClick(&desk.window->editor(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(desk.page(), page);
        QTest::keyClick(&desk.window->editor(), Qt::Key_End, Qt::ControlModifier);
        QTest::keyClick(&desk.window->editor(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(desk.page(), kStory + test::Desk::said(1, 8));
    }

    void wordsTypedIntoAContinuationSurviveTryingAgain() {
        test::Desk desk(kStory);
        QVERIFY(desk.continueStory());
        for (int i = 0; i < 6; ++i) {
            QTest::keyClick(&desk.window->editor(), Qt::Key_Left);
        }
        type(desk, QStringLiteral(" mine"));
        const QString changed = desk.page();
        QTest::keyClick(&desk.window->editor(), Qt::Key_R, Qt::ControlModifier);
        QVERIFY(desk.waitForIdle());
        QCOMPARE(desk.page(), kStory + test::Desk::said(2, 8));
        QVERIFY(desk.window->statusLine().activity().contains(QStringLiteral("Alt+Up"))); // where they are
        QTest::keyClick(&desk.window->editor(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(desk.page(), changed);
        QTest::keyClick(&desk.window->editor(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(desk.page(), kStory + test::Desk::said(1, 8));
        QVERIFY(!desk.window->actions().earlierAttempt->isEnabled());
    }

    void statusSaysWhatHappens() {
        test::Desk desk(kStory, slow());
        desk.setLength(1'000'000);
        StatusLine& status = desk.window->statusLine();
        QCOMPARE(status.findChild<QLabel*>(QStringLiteral("statusWords"))->text(), QStringLiteral("4 words"));
        QCOMPARE(status.findChild<QLabel*>(QStringLiteral("statusModel"))->text(),
                 QStringLiteral("tales, gated"));
        QTest::keyClick(&desk.window->editor(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(status.activity().startsWith(QStringLiteral("writing, ")));
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape);
        QTRY_VERIFY(status.activity().startsWith(QStringLiteral("stopped after ")));
        QTRY_COMPARE(status.findChild<QLabel*>(QStringLiteral("statusSaved"))->text(),
                     QStringLiteral("saved"));
    }

    void statusSaysHowFarReadingIsAndHowLongItTakes() {
        ScriptedGenerator::Script script;
        script.promptMs = 60'000;
        script.secondsPerPromptMs = 0.1; // 100 minutes for all of it
        test::Desk desk(kStory, script);
        StatusLine& status = desk.window->statusLine();
        QTest::keyClick(&desk.window->editor(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(status.activity().contains(QStringLiteral("0.1 %")));
        QVERIFY2(status.activity().contains(QStringLiteral("2 hours left")), qPrintable(status.activity()));
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape);
        QVERIFY2(status.activity().startsWith(QStringLiteral("stopped reading at 0.")),
                 qPrintable(status.activity()));
        QCOMPARE(desk.page(), kStory);
    }

    void failureIsSaidWithoutAWindow() {
        ScriptedGenerator::Script script;
        script.generateProblem = QStringLiteral("The model ran out of memory. Close another program.");
        test::Desk desk(kStory, script);
        QVERIFY(desk.continueStory());
        MessageBar& messages = desk.window->messages();
        QCOMPARE(messages.message(), script.generateProblem);
        QCOMPARE(messages.kind(), MessageBar::Kind::Problem);
        QVERIFY(QApplication::activeModalWidget() == nullptr);
        QTest::keyClick(&desk.window->editor(), Qt::Key_Escape);
        QVERIFY(messages.message().isEmpty());
    }

    void modelThatCannotBeLoadedIsSaidWithAWayOut() {
        ScriptedGenerator::Script script;
        script.loadProblem = QStringLiteral("The file is damaged. Choose another model.");
        test::Desk desk(kStory, script);
        QTRY_COMPARE(desk.window->messages().message(), script.loadProblem);
        desk.window->sidebar().hide();
        QTest::mouseClick(desk.window->messages().findChild<QPushButton*>(QStringLiteral("messageAction")),
                          Qt::LeftButton);
        QVERIFY(desk.window->sidebar().isVisible());
    }

    void firstStartSaysWhatToPressUntilItWasPressed() {
        QTemporaryDir folder;
        app::AppParts parts(folder.path());
        app::ModelCatalog models;
        app::AppContext context = test::contextOf(parts, models);
        MainWindow window(context);
        window.show();
        QVERIFY(parts.start());
        QVERIFY(window.messages().message().contains(QStringLiteral("Ctrl+Enter")));
        QVERIFY(window.editor().document()->characterCount() > 500); // the sample story
        window.actions().continueStory->trigger();
        QVERIFY(window.messages().message().isEmpty());
        parts.writer.stop();
    }

    void anotherProjectFillsThePage() {
        test::Desk desk(kStory);
        QVERIFY(desk.continueStory());
        QSignalSpy opened(&desk.parts.project, &app::ProjectController::opened);
        desk.window->actions().newProject->trigger();
        QVERIFY(opened.wait());
        QCOMPARE(desk.page(), QString());
        QVERIFY(!desk.window->actions().undo->isEnabled());
        QVERIFY(desk.window->heatmap().isExplaining());
        QVERIFY(desk.window->windowTitle().startsWith(QStringLiteral("Untitled")));
    }

    void windowsPlaceIsRemembered() {
        test::Desk desk(kStory);
        desk.window->heatmap().hide();
        desk.window->close();
        desk.window = std::make_unique<MainWindow>(desk.context);
        desk.window->show();
        QVERIFY(desk.window->heatmap().isHidden());
        QVERIFY(!desk.window->actions().showHeatmap->isChecked());
        QVERIFY(!desk.window->sidebar().isHidden());
    }

    void fullScreenHidesEverythingAndBringsItBack() {
        test::Desk desk(kStory);
        desk.window->heatmap().hide();
        desk.window->actions().focusMode->trigger();
        QVERIFY(desk.window->isFullScreen());
        QVERIFY(desk.window->sidebar().isHidden());
        QVERIFY(desk.window->menuBar()->isHidden());
        QVERIFY(desk.continueStory()); // keys work without menus
        QCOMPARE(desk.page(), kStory + test::Desk::said(1, 8));
        desk.window->actions().focusMode->trigger();
        QVERIFY(!desk.window->isFullScreen());
        QVERIFY(!desk.window->sidebar().isHidden());
        QVERIFY(desk.window->heatmap().isHidden()); // as it was before
        QVERIFY(!desk.window->menuBar()->isHidden());
    }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
