// The program left and started again: all is where the writer left it.
#include "app/models/model_catalog.h"
#include "app/preferences/settings_store.h"
#include "app/writing/story_writer.h"
#include "tests/app/support/app_parts.h"
#include "tests/ui/support/desk.h"
#include "ui/attempts/attempts_dock.h"
#include "ui/editor/story_editor.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/window/actions.h"
#include "ui/window/panels/window_keeper.h"

#include <QAction>
#include <QApplication>
#include <QFile>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cstdlib>

using namespace ui;

namespace {

// The whole program, on a folder that outlives it.
struct Program {
    explicit Program(const QString& folder)
        : parts(folder)
        , context(test::contextOf(parts, models)) {
        parts.preferences.markStarted();
        app::GenerationOptions options = parts.writer.options();
        options.maxTokens = 8;
        parts.writer.setOptions(options);
        window = std::make_unique<MainWindow>(context);
        window->show();
        if (!parts.start()) {
            qFatal("the project did not open");
        }
        QApplication::setActiveWindow(window.get());
        window->editor().setFocus();
    }
    ~Program() {
        if (window) {
            window->close();
            quit();
        }
        window.reset();
    }
    // What the event loop says at its end.
    static void quit() {
        QMetaObject::invokeMethod(QCoreApplication::instance(), "aboutToQuit", Qt::DirectConnection);
    }
    Q_DISABLE_COPY_MOVE(Program)

    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&window->editor(), key, modifiers);
    }
    [[nodiscard]] bool waitForIdle() {
        return QTest::qWaitFor([this] { return parts.writer.activity() == app::StoryWriter::Activity::Idle; },
                               20'000);
    }

    app::AppParts parts;
    app::ModelCatalog models;
    app::AppContext context;
    std::unique_ptr<MainWindow> window;
};

QString novel() {
    QString text;
    for (int paragraph = 0; paragraph < 300; ++paragraph) {
        text += QStringLiteral("Paragraph %1 says something about the ferry and the river.\n").arg(paragraph);
    }
    return text;
}

} // namespace

class ComingBackTest : public QObject {
    Q_OBJECT

    // The settings' file as it is once the changes have rested.
    static void copyWhenWritten(const QTemporaryDir& from, const QTemporaryDir& to, const QWidget& window) {
        QVERIFY(window.isVisible());
        QTest::qWait(WindowKeeper::kRestMs + 2 * app::SettingsStore::kDelayMs);
        QVERIFY(QFile::copy(from.filePath(QStringLiteral("inkgate.ini")),
                            to.filePath(QStringLiteral("inkgate.ini"))));
    }

private slots:
    void cursorAndScrollPosition() {
        const QTemporaryDir folder;
        app::EditingPlace left;
        {
            Program program(folder.path());
            program.parts.document.applyReplacements({{{0, 0}, novel()}});
            StoryEditor& editor = program.window->editor();
            editor.placeCursor(5'000);
            editor.ensureCursorVisible();
            editor.verticalScrollBar()->setValue(editor.verticalScrollBar()->value() + 60);
            left = editor.editingPlace();
            QVERIFY(left.top > 1'000);
        }
        Program program(folder.path());
        StoryEditor& editor = program.window->editor();
        QCOMPARE(editor.cursorPlace(), 5'000);
        // The same line, whose first unit may be the last one of the line before when a pixel is rounded.
        QTRY_VERIFY(std::abs(editor.editingPlace().top - left.top) <= 1);
    }

    void windowAndPanels() {
        const QTemporaryDir folder;
        QSize size;
        {
            Program program(folder.path());
            program.window->resize(1040, 690);
            program.window->heatmap().hide();
            program.window->sidebar().hide();
            program.window->actions().showAttempts->trigger();
            QVERIFY(program.window->attempts().isVisible());
            size = program.window->size();
        }
        Program program(folder.path());
        QCOMPARE(program.window->size(), size);
        QVERIFY(program.window->heatmap().isHidden());
        QVERIFY(program.window->sidebar().isHidden());
        QVERIFY(program.window->attempts().isVisible());
        QVERIFY(program.window->actions().showAttempts->isChecked());
        QVERIFY(!program.window->actions().showSidebar->isChecked());
    }

    // Ended by a signal the window is not closed.
    void panelsOfAProgramThatWasTerminated() {
        const QTemporaryDir folder;
        {
            Program program(folder.path());
            program.window->sidebar().hide();
            program.quit();
            program.window.reset(); // without closing it
        }
        Program program(folder.path());
        QVERIFY(program.window->sidebar().isHidden());
    }

    // Killed, the program says nothing more: what the file has at that moment is all.
    void panelsWidthsAndZoomOfAProgramThatWasKilled() {
        const QTemporaryDir folder;
        const QTemporaryDir afterwards;
        int width = 0;
        {
            Program program(folder.path());
            MainWindow& window = *program.window;
            window.sidebar().hide();
            window.actions().showAttempts->trigger();
            window.resizeDocks({&window.attempts()}, {330}, Qt::Horizontal);
            window.actions().largerText->trigger();
            QCoreApplication::processEvents();
            width = window.attempts().width();
            QVERIFY(width > 300);
            copyWhenWritten(folder, afterwards, window);
        }
        Program program(afterwards.path());
        QVERIFY(program.window->sidebar().isHidden());
        QVERIFY(program.window->attempts().isVisible());
        QCOMPARE(program.window->attempts().width(), width);
        QCOMPARE(program.parts.preferences.appearance().fontSize, app::Appearance().fontSize + 1);
    }

    // In full screen they are only away for a while.
    void panelsOfAProgramThatWasKilledInFullScreen() {
        const QTemporaryDir folder;
        const QTemporaryDir afterwards;
        {
            Program program(folder.path());
            MainWindow& window = *program.window;
            window.actions().showAttempts->trigger();
            QTest::qWait(2 * WindowKeeper::kRestMs); // written
            window.actions().focusMode->trigger();
            QVERIFY(!window.sidebar().isVisible());
            window.actions().largerText->trigger();
            copyWhenWritten(folder, afterwards, window);
        }
        Program program(afterwards.path());
        QVERIFY(!program.window->isFullScreen());
        QVERIFY(program.window->sidebar().isVisible());
        QVERIFY(program.window->attempts().isVisible());
    }

    void theAttemptThatStoodAndUndo() {
        const QTemporaryDir folder;
        const QString start = QStringLiteral("Once upon a time");
        {
            Program program(folder.path());
            QTest::keyClicks(&program.window->editor(), start);
            program.key(Qt::Key_Return, Qt::ControlModifier);
            QVERIFY(program.waitForIdle());
            program.key(Qt::Key_R, Qt::ControlModifier);
            QVERIFY(program.waitForIdle());
            program.key(Qt::Key_Up, Qt::AltModifier); // back to the first
            QCOMPARE(program.parts.document.text(), start + test::Desk::said(1, 8));
        }
        Program program(folder.path());
        MainWindow& window = *program.window;
        QCOMPARE(program.parts.document.text(), start + test::Desk::said(1, 8));
        QCOMPARE(program.parts.runs.currentRun(), 1); // though the second is newer
        QVERIFY(!window.actions().earlierAttempt->isEnabled());
        QVERIFY(window.actions().laterAttempt->isEnabled());
        QVERIFY(window.actions().undo->isEnabled());
        program.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(program.parts.document.text(), start + test::Desk::said(2, 8));
        program.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(program.parts.document.text(), start + test::Desk::said(1, 8));
        program.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(program.parts.document.text(), start);
        program.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(program.parts.document.text(), start + test::Desk::said(1, 8));
    }

    void anUntitledStoryIsFoundByItsFirstWords() {
        const QTemporaryDir folder;
        {
            Program program(folder.path());
            QTest::keyClicks(&program.window->editor(), QStringLiteral("The old ferry & its bell. More."));
            QSignalSpy opened(&program.parts.project, &app::ProjectController::opened);
            program.window->actions().newProject->trigger();
            QVERIFY(opened.wait());
            QTest::keyClicks(&program.window->editor(), QStringLiteral("Another tale begins here"));
        }
        Program program(folder.path());
        const QMenu* const recent = program.window->actions().recent;
        QStringList names;
        for (const QAction* const action : recent->actions()) {
            names.append(QString(action->text()).replace(QLatin1String("&&"), QLatin1String("&")));
        }
        QVERIFY2(std::any_of(names.begin(), names.end(),
                             [](const QString& name) {
                                 return name.startsWith(QStringLiteral("The old ferry & its bell"));
                             }),
                 qPrintable(names.join(u'|')));
        QVERIFY(std::none_of(names.begin(), names.end(), [](const QString& name) {
            return name.startsWith(QStringLiteral("Untitled "));
        }));
        // The one that was open when the program was left is there, too.
        QVERIFY2(names.contains(QStringLiteral("Another tale begins here")), qPrintable(names.join(u'|')));
        for (QAction* const action : recent->actions()) {
            if (action->text().startsWith(QStringLiteral("The old ferry"))) {
                QSignalSpy opened(&program.parts.project, &app::ProjectController::opened);
                action->trigger();
                QVERIFY(opened.wait());
                break;
            }
        }
        QCOMPARE(program.parts.document.text(), QStringLiteral("The old ferry & its bell. More."));
        // Once it has a name, that of its file is gone from the list.
        QSignalSpy saved(&program.parts.project, &app::ProjectController::savedAs);
        program.parts.project.saveAs(folder.filePath(QStringLiteral("Ferry.inkgate")));
        QVERIFY(saved.wait());
        QStringList now;
        for (const QAction* const action : recent->actions()) {
            now.append(action->text());
        }
        QVERIFY2(now.contains(QStringLiteral("Ferry")), qPrintable(now.join(u'|')));
        QVERIFY(now.filter(QStringLiteral("The old ferry")).isEmpty());
    }
};

QTEST_MAIN(ComingBackTest)
#include "coming_back_test.moc"
