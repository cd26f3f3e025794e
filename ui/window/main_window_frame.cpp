// The frame around the page: panels' heads, the tool bar, the way from pane to pane, keys and preferences.
#include "ui/compare/compare_view.h"
#include "ui/editor/origin_legend.h"
#include "ui/editor/story_editor.h"
#include "ui/find/find_bar.h"
#include "ui/keys/shortcut_set.h"
#include "ui/preferences/preferences_dialog.h"
#include "ui/theme/theme.h"
#include "ui/window/actions.h"
#include "ui/window/main_window.h"
#include "ui/window/message_bar.h"
#include "ui/window/panels/dock_title.h"
#include "ui/window/panels/pane_switcher.h"

#include <QAction>
#include <QDockWidget>
#include <QToolBar>

namespace ui {

void MainWindow::finishDocks() {
    for (QDockWidget* const dock : findChildren<QDockWidget*>(QString(), Qt::FindDirectChildrenOnly))
        new DockTitle(*dock);
    // Another name than the bar of before had, which every window showed: it comes when it is wanted.
    m_toolBar = new QToolBar(tr("Tools"));
    m_toolBar->setObjectName(QStringLiteral("tools"));
    m_toolBar->setMovable(false);
    m_toolBar->setIconSize(QSize(16, 16));
    m_toolBar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_toolBar->setContextMenuPolicy(Qt::PreventContextMenu);
    m_actions->addToToolBar(*m_toolBar);
    addToolBar(m_toolBar);
    m_toolBar->hide();
}

void MainWindow::connectFrame() {
    connect(m_actions->showToolBar, &QAction::triggered, m_toolBar, &QWidget::setVisible);
    connect(m_toolBar, &QToolBar::visibilityChanged, m_actions->showToolBar,
            [this] { m_actions->showToolBar->setChecked(!m_toolBar->isHidden()); });
    m_panes = new PaneSwitcher(*this, {m_editor, m_compare, m_findBar, m_messages});
    connect(m_actions->nextPane, &QAction::triggered, m_panes, &PaneSwitcher::next);
    connect(m_actions->previousPane, &QAction::triggered, m_panes, &PaneSwitcher::previous);
    m_shortcuts = new ShortcutSet(*this, m_context.preferences);
    connect(m_actions->preferences, &QAction::triggered, this, &MainWindow::showPreferences);
}

void MainWindow::showPreferences() {
    if (m_preferencesDialog == nullptr)
        m_preferencesDialog = new PreferencesDialog(m_context, *m_shortcuts, *m_actions->showToolBar,
                                                    *m_actions->showMisspelled, this);
    m_preferencesDialog->setColours(m_theme->colours());
    m_preferencesDialog->open();
}

void MainWindow::colourFrame(const Colours& colours) {
    m_legend->setColours(colours);
    if (m_preferencesDialog != nullptr)
        m_preferencesDialog->setColours(colours);
}

} // namespace ui
