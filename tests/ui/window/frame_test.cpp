// What is around the page: heads of panels, the tool bar, the way between panes, the legend, the first
// message.
#include "tests/ui/support/desk.h"
#include "tests/ui/support/walk.h"
#include "ui/attempts/attempts_dock.h"
#include "ui/editor/origin_legend.h"
#include "ui/editor/story_editor.h"
#include "ui/find/find_bar.h"
#include "ui/heatmap/heatmap_dock.h"
#include "ui/sidebar/sidebar_dock.h"
#include "ui/theme/theme.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"
#include "ui/window/panels/dock_title.h"
#include "ui/window/panels/pane_switcher.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QStatusBar>
#include <QTest>
#include <QToolBar>
#include <QToolButton>

using namespace ui;

namespace {

QWidget* paneWithKeys(test::Desk& desk) {
    for (QWidget* const pane : desk.window->panes().panes())
        if (pane == QApplication::focusWidget() || pane->isAncestorOf(QApplication::focusWidget()))
            return pane;
    return nullptr;
}

void press(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QTest::keyClick(QApplication::focusWidget(), static_cast<Qt::Key>(key), modifiers);
}

} // namespace

class FrameTest : public QObject {
    Q_OBJECT

private slots:
    void theToolBarComesWhenItIsWantedAndStays() {
        test::Desk desk(QStringLiteral("Once"));
        auto* bar = desk.window->findChild<QToolBar*>();
        QVERIFY(bar->isHidden());
        QVERIFY(!desk.window->actions().showToolBar->isChecked());
        desk.window->actions().showToolBar->trigger();
        QVERIFY(bar->isVisible());
        QVERIFY2(bar->height() <= 40, qPrintable(QString::number(bar->height())));
        // No riddles: every button has its words.
        for (const auto* const button : bar->findChildren<QToolButton*>())
            if (button->defaultAction() != nullptr)
                QCOMPARE(button->toolButtonStyle(), Qt::ToolButtonTextBesideIcon);
        desk.window->close();
        desk.window = std::make_unique<MainWindow>(desk.context);
        desk.window->show();
        QVERIFY(desk.window->findChild<QToolBar*>()->isVisible());
        QVERIFY(desk.window->actions().showToolBar->isChecked());
    }

    void everyPanelHasASlimHeadThatClosesIt() {
        test::Desk desk(QStringLiteral("Once"));
        const auto docks = desk.window->findChildren<QDockWidget*>(QString(), Qt::FindDirectChildrenOnly);
        QVERIFY(docks.size() >= 3);
        for (QDockWidget* const dock : docks) {
            dock->show();
            auto* const title = qobject_cast<DockTitle*>(dock->titleBarWidget());
            QVERIFY2(title != nullptr, qPrintable(dock->objectName()));
            QTRY_VERIFY(title->isVisible());
            QVERIFY2(title->height() <= 34, qPrintable(QString::number(title->height())));
            QCOMPARE(title->findChild<QLabel*>()->text(), dock->windowTitle());
            title->findChild<QToolButton*>(QStringLiteral("dockClose"))->click();
            QVERIFY(dock->isHidden());
        }
    }

    void f6GoesRoundThePanesAndBack() {
        test::Desk desk(QStringLiteral("Once"));
        desk.window->attempts().show();
        desk.window->heatmap().show();
        desk.window->findBar().open(false);
        desk.window->editor().setFocus();
        const QList<QWidget*> all = desk.window->panes().panes();
        QVERIFY(all.size() >= 4);
        QCOMPARE(all.first(), &desk.window->editor());
        QVERIFY(all.contains(&desk.window->findBar()));
        QVERIFY(all.contains(&desk.window->sidebar()));
        for (qsizetype i = 0; i < all.size(); ++i) {
            QCOMPARE(paneWithKeys(desk), all[i]);
            press(Qt::Key_F6);
        }
        QCOMPARE(paneWithKeys(desk), all.first());
        press(Qt::Key_F6, Qt::ShiftModifier);
        QCOMPARE(paneWithKeys(desk), all.last());
    }

    void aPaneIsEnteredWhereItWasLeft() {
        test::Desk desk(QStringLiteral("Once"));
        auto* const gate = desk.window->findChild<QWidget*>(QStringLiteral("length"));
        gate->setFocus();
        desk.window->editor().setFocus();
        press(Qt::Key_F6, Qt::ShiftModifier);
        QList<QWidget*> visited;
        while (paneWithKeys(desk) != &desk.window->sidebar() && visited.size() < 6) {
            visited.append(paneWithKeys(desk));
            press(Qt::Key_F6);
        }
        QCOMPARE(QApplication::focusWidget(), gate);
    }

    void closedPanelsAreLeftOut() {
        test::Desk desk(QStringLiteral("Once"));
        for (QDockWidget* const dock : desk.window->findChildren<QDockWidget*>())
            dock->hide();
        QCOMPARE(desk.window->panes().panes(), QList<QWidget*>{&desk.window->editor()});
        press(Qt::Key_F6);
        QVERIFY(desk.window->editor().hasFocus());
    }

    void theHeadSaysWhereTheKeysGo() {
        test::Desk desk(QStringLiteral("Once"));
        auto* const title = qobject_cast<DockTitle*>(desk.window->sidebar().titleBarWidget());
        const auto mark = [title] { return title->grab().toImage().pixelColor(1, title->height() / 2); };
        for (QAction* const theme : {desk.window->actions().themeLight, desk.window->actions().themeDark}) {
            theme->trigger();
            const Colours& colours = desk.window->theme().colours();
            QVERIFY(!title->hasKeys());
            QTRY_COMPARE(mark(), colours.window);
            desk.window->findChild<QWidget*>(QStringLiteral("model"))->setFocus();
            QVERIFY(title->hasKeys());
            QCOMPARE(mark(), colours.accent);
            desk.window->editor().setFocus();
        }
    }

    void theLegendIsThereWhileTheColoursAre() {
        test::Desk desk(QStringLiteral("Once"));
        auto* const legend = desk.window->statusBar()->findChild<OriginLegend*>();
        QVERIFY(legend != nullptr && legend->isVisible());
        const QList<QLabel*> names = legend->findChildren<QLabel*>();
        QCOMPARE(names.size(), 3);
        const Colours& colours = desk.window->theme().colours();
        QCOMPARE(names[0]->palette().color(QPalette::WindowText), colours.ink);
        QCOMPARE(names[1]->palette().color(QPalette::WindowText), colours.generatedInk);
        QCOMPARE(names[2]->palette().color(QPalette::WindowText), colours.editedInk);
        desk.window->actions().showOrigins->trigger();
        QVERIFY(!legend->isVisible());
    }

    void theFirstMessageLeavesTheLineToContinueInSight() {
        QTemporaryDir folder;
        app::AppParts parts(folder.path());
        app::ModelCatalog models;
        app::AppContext context = test::contextOf(parts, models);
        MainWindow window(context);
        window.resize(1280, 800);
        window.show();
        QVERIFY(parts.start());
        QVERIFY(window.messages().isVisible());
        const StoryEditor& editor = window.editor();
        const auto space = [&editor] { return editor.viewport()->height() - editor.cursorRect().bottom(); };
        QTRY_VERIFY2(space() >= 2 * editor.cursorRect().height(), qPrintable(QString::number(space())));
    }

    void nothingInTheWindowIsCut() {
        test::Desk desk(QStringLiteral("Once"));
        desk.window->resize(1280, 800);
        QTest::qWait(20);
        const QStringList cut = test::cut(*desk.window);
        QVERIFY2(cut.isEmpty(), qPrintable(cut.join(u'\n')));
    }
};

QTEST_MAIN(FrameTest)
#include "frame_test.moc"
