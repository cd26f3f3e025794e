#include "ui/window/panels/focus_mode.h"

#include <QDockWidget>
#include <QMainWindow>
#include <QMenuBar>
#include <QStatusBar>
#include <QToolBar>

namespace ui {

void FocusMode::set(bool isOn) {
    if (isOn == m_isOn) {
        return;
    }
    m_isOn = isOn;
    if (!isOn) {
        for (const QPointer<QWidget>& widget : m_hidden) {
            if (widget) {
                widget->show();
            }
        }
        m_hidden.clear();
        if (m_wasMaximized) {
            m_window.showMaximized();
        } else {
            m_window.showNormal();
        }
        return;
    }
    m_wasMaximized = m_window.isMaximized();
    QList<QWidget*> surroundings = {m_window.menuBar()};
    for (QToolBar* const bar : m_window.findChildren<QToolBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        surroundings.append(bar);
    }
    for (QDockWidget* const dock :
         m_window.findChildren<QDockWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        surroundings.append(dock);
    }
    for (QWidget* const widget : surroundings) {
        if (widget->isVisible()) {
            m_hidden.append(widget);
            widget->hide();
        }
    }
    m_window.showFullScreen();
}

} // namespace ui
