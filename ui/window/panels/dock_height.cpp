#include "ui/window/panels/dock_height.h"

#include <QDockWidget>
#include <QEvent>
#include <QGuiApplication>
#include <QMainWindow>

#include <utility>

namespace ui {

DockHeight::DockHeight(QMainWindow& window, QDockWidget& dock, int usual)
    : QObject(&window)
    , m_window(window)
    , m_dock(dock)
    , m_height(usual) {
    m_settled.setSingleShot(true);
    m_settled.setInterval(0);
    connect(&m_settled, &QTimer::timeout, this, &DockHeight::giveBack);
    window.installEventFilter(this);
    dock.installEventFilter(this);
}

bool DockHeight::eventFilter(QObject* watched, QEvent* event) {
    const bool isResize = event->type() == QEvent::Resize;
    if (watched == &m_window && (isResize || event->type() == QEvent::Show)) {
        m_settled.start();
    } else if (watched == &m_dock && isResize && !m_settled.isActive() && !m_dock.isFloating() &&
               (QGuiApplication::mouseButtons() & Qt::LeftButton) != 0) {
        m_height = m_dock.height(); // its edge is being dragged
    }
    return QObject::eventFilter(watched, event);
}

void DockHeight::giveBack() {
    if (std::exchange(m_isFirst, false) && m_dock.height() > m_dock.minimumSizeHint().height()) {
        m_height = m_dock.height(); // as it was when the program was left
    }
    if (m_dock.isVisible() && !m_dock.isFloating() && m_dock.height() < m_height) {
        m_window.resizeDocks({&m_dock}, {m_height}, Qt::Vertical);
    }
}

} // namespace ui
