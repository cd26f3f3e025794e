// Every panel, bar and dialog, light and dark, in a window of 1280 x 800; a second run of this program is at
// 200 % (tests/ui/CMakeLists.txt). With INKGATE_SCREENSHOTS naming a folder, it leaves a picture of each
// there.
// In any case: each opens, nothing in it is cut, and Qt warned of nothing.
// To add a state of the window, add a line to scenes(); docks and commands with "…" come by themselves.
#include "app/project/project_controller.h"
#include "app/project/version_keeper.h"
#include "app/writing/reading_preview.h"
#include "tests/ui/support/desk.h"
#include "tests/ui/support/walk.h"
#include "ui/attempts/attempts_dock.h"
#include "ui/compare/compare_view.h"
#include "ui/editor/story_editor.h"
#include "ui/find/find_bar.h"
#include "ui/preferences/preferences_dialog.h"
#include "ui/reading/reading_dock.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QMenu>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QToolBar>
#include <QToolButton>

using namespace ui;

namespace {

constexpr QSize kWindow(1280, 800);

QStringList warnings;

void noteWarning(QtMsgType type, const QMessageLogContext& /*context*/, const QString& text) {
    // The screen that is none says so of things it cannot do.
    const bool isOfTheScreen = text.contains(QLatin1String("This plugin does not support"));
    if (type != QtDebugMsg && type != QtInfoMsg && !isOfTheScreen)
        warnings.append(text);
}

const QString kStory = QStringLiteral(
    "# The key\n\nThe lighthouse at Carrow Point had not been lit for eleven years when Ines came back to "
    "it. She carried "
    "one bag and the key, which was as long as her hand and would not have opened anything else in the "
    "world.\n\n***\n\nThe door had swollen in its frame. She put her shoulder to it, and it gave way all at "
    "once, "
    "so that she stood in the middle of the room before she knew she was inside.\n\n# The lamp\n\nSomebody "
    "had been here. "
    "The lamp had been cleaned,");

struct Scene {
    const char* name;
    std::function<void(test::Desk&)> show;
    std::function<void(test::Desk&)> leave;
};

void openAllSections(test::Desk& desk, bool isOpen) {
    for (auto* const heading :
         desk.window->sidebar().findChildren<QToolButton*>(QStringLiteral("sectionHeading")))
        heading->setChecked(isOpen);
}

QList<Scene> scenes() {
    const auto nothing = [](test::Desk&) {};
    const auto closeMessage = [](test::Desk& desk) { desk.window->messages().dismiss(); };
    const auto closeFind = [](test::Desk& desk) { desk.window->findBar().close(); };
    return {
        {"window", nothing, nothing},
        {"window-with-tool-bar", [](test::Desk& desk) { desk.window->actions().showToolBar->trigger(); },
         [](test::Desk& desk) { desk.window->actions().showToolBar->trigger(); }},
        {"sidebar-all-open", [](test::Desk& desk) { openAllSections(desk, true); },
         [](test::Desk& desk) { openAllSections(desk, false); }},
        {"find", [](test::Desk& desk) { desk.window->findBar().open(false); }, closeFind},
        {"replace", [](test::Desk& desk) { desk.window->findBar().open(true); }, closeFind},
        {"message-hint",
         [](test::Desk& desk) {
             desk.window->messages().show(MessageBar::Kind::Hint,
                                          QStringLiteral("Press Ctrl+Enter and the story goes on."));
         },
         closeMessage},
        {"message-problem",
         [](test::Desk& desk) {
             desk.window->messages().show(
                 MessageBar::Topic::Place,
                 {MessageBar::Kind::Problem,
                  QStringLiteral("“Carrow Point” was moved or renamed; your text is now saved in "
                                 "/home/ines/Stories/The lighthouse at Carrow Point.inkgate."),
                  QStringLiteral("Details are here."),
                  {{QStringLiteral("&Follow the file"), [] {}}, {QStringLiteral("Save &as…"), [] {}}}});
         },
         closeMessage},
        {"alternatives",
         [](test::Desk& desk) {
             desk.window->actions().alternatives->trigger();
             QVERIFY(desk.waitForIdle());
         },
         [](test::Desk& desk) {
             desk.window->attempts().showTree();
             desk.window->attempts().hide();
         }},
        {"compare",
         [](test::Desk& desk) {
             desk.window->actions().compare->trigger();
             QVERIFY(desk.waitForIdle());
         },
         [](test::Desk& desk) { QTest::keyClick(&desk.window->editor(), Qt::Key_Escape); }},
        {"looks-back",
         [](test::Desk& desk) {
             desk.window->editor().placeCursor(desk.parts.document.size() - 30);
             desk.window->actions().looksBack->trigger();
         },
         [](test::Desk& desk) {
             desk.window->actions().looksBack->trigger();
             desk.window->editor().placeCursor(desk.parts.document.size());
         }},
        {"menu",
         [](test::Desk& desk) {
             QMenu* const menu = desk.window->actions().menus[4];
             menu->popup(desk.window->mapToGlobal(QPoint(140, 30)));
         },
         [](test::Desk& desk) { desk.window->actions().menus[4]->close(); }},
    };
}

} // namespace

class ScreenshotsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        m_folder = qEnvironmentVariable("INKGATE_SCREENSHOTS");
        if (!m_folder.isEmpty())
            QVERIFY(QDir().mkpath(m_folder));
        m_before = qInstallMessageHandler(noteWarning);
    }
    void cleanupTestCase() { qInstallMessageHandler(m_before); }

    void everythingOpensWholeAndWithoutAWarning_data() {
        QTest::addColumn<bool>("isDark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void everythingOpensWholeAndWithoutAWarning() {
        QFETCH(bool, isDark);
        warnings.clear();
        m_theme = isDark ? QStringLiteral("dark") : QStringLiteral("light");
        app::ScriptedGenerator::Script script;
        script.chunk = 64; // it looks back
        test::Desk desk(kStory, script);
        desk.window->resize(kWindow);
        (isDark ? desk.window->actions().themeDark : desk.window->actions().themeLight)->trigger();
        desk.setLength(60);
        desk.window->editor().placeCursor(kStory.size());
        desk.parts.project.versions().keep(app::VersionCause::Named, QStringLiteral("Before the lamp"));
        QVERIFY(desk.continueStory());
        QVERIFY(desk.continueStory());
        // Some words in the middle of the model's, so that all three colours are in sight.
        desk.window->editor().placeCursor(kStory.size() + 40);
        QTest::keyClicks(&desk.window->editor(), QStringLiteral(" and the light was on"));
        desk.window->editor().placeCursor(desk.parts.document.size());

        for (const Scene& scene : scenes()) {
            scene.show(desk);
            look(QLatin1String(scene.name), *desk.window);
            scene.leave(desk);
        }
        lookAtDocks(desk);
        lookAtDialogs(desk);
        QVERIFY2(m_cut.isEmpty(), qPrintable(u'\n' + m_cut.join(u'\n')));
        QVERIFY2(warnings.isEmpty(), qPrintable(warnings.join(u'\n')));
    }

private:
    void look(const QString& name, QWidget& widget) {
        QTest::qWait(150); // the heatmap is drawn and panels grow a little later
        QWidget* const popup = QApplication::activePopupWidget();
        for (const QString& text : test::isMadeByQt(widget) ? QStringList() : test::cut(widget))
            m_cut.append(QStringLiteral("%1, %2: %3").arg(m_theme, name, text));
        if (m_folder.isEmpty())
            return;
        QPixmap picture = widget.grab();
        if (popup != nullptr) {
            QPainter painter(&picture);
            painter.drawPixmap(widget.mapFromGlobal(popup->mapToGlobal(QPoint(0, 0))), popup->grab());
        }
        const int percent = qRound(100 * widget.devicePixelRatioF());
        QVERIFY(picture.save(
            QStringLiteral("%1/%2-%3-%4.png").arg(m_folder, name, m_theme, QString::number(percent))));
    }

    // Each panel as the only one.
    void lookAtDocks(test::Desk& desk) {
        const auto docks = desk.window->findChildren<QDockWidget*>(QString(), Qt::FindDirectChildrenOnly);
        QVERIFY(docks.size() >= 3);
        QList<QDockWidget*> open;
        for (QDockWidget* const dock : docks) {
            if (!dock->isHidden())
                open.append(dock);
            dock->hide();
        }
        for (QDockWidget* const dock : docks) {
            dock->show();
            if (QWidget* const inside = dock->widget(); inside != nullptr)
                inside->setFocus();
            const app::ReadingPreview& preview = desk.window->readingPreview();
            if (dock == &desk.window->reading())
                QTRY_VERIFY(preview.inspection() && !preview.isOld());
            look(QStringLiteral("panel-") + dock->objectName(), *desk.window);
            dock->hide();
        }
        for (QDockWidget* const dock : open)
            dock->show();
        desk.window->editor().setFocus();
    }

    void lookAtDialogs(test::Desk& desk) {
        const QStringList silent =
            test::forEachDialog(*desk.window, [this](const QString& command, QWidget& dialog) {
                look(QStringLiteral("dialog-") + command, dialog);
                if (auto* const preferences = qobject_cast<PreferencesDialog*>(&dialog)) {
                    for (int page = 1; page < preferences->pages(); ++page) {
                        preferences->showPage(page);
                        look(QStringLiteral("dialog-preferences-%1").arg(page), dialog);
                    }
                    preferences->showPage(0);
                }
            });
        QVERIFY2(silent.isEmpty(), qPrintable(silent.join(u' ')));
    }

    QString m_folder;
    QString m_theme;
    QStringList m_cut;
    QtMessageHandler m_before = nullptr;
};

QTEST_MAIN(ScreenshotsTest)
#include "screenshots_test.moc"
