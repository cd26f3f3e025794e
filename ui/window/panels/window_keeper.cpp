#include "ui/window/panels/window_keeper.h"

#include "app/preferences/preferences.h"
#include "ui/window/panels/focus_mode.h"

#include <QCoreApplication>
#include <QDockWidget>
#include <QEvent>
#include <QMainWindow>
#include <QToolBar>

namespace ui {

namespace {

constexpr int kStateVersion = 1; // of the docks' places; raised when they change

} // namespace

WindowKeeper::WindowKeeper(QMainWindow& window, FocusMode& focusMode, app::Preferences& preferences)
    : QObject(&window)
    , m_window(window)
    , m_focusMode(focusMode)
    , m_preferences(preferences) {
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    connect(&m_rest, &QTimer::timeout, this, [this] {
        // In full screen the panels are away for a while; a hidden window has nothing to say.
        if (!m_focusMode.isOn() && m_window.isVisible())
            store();
    });
    m_window.installEventFilter(this);
    for (QWidget* const part : m_window.findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly))
        if (qobject_cast<QDockWidget*>(part) != nullptr || qobject_cast<QToolBar*>(part) != nullptr)
            part->installEventFilter(this);
    // Ended by a signal it is not closed.
    connect(QCoreApplication::instance(), &QCoreApplication::aboutToQuit, this, &WindowKeeper::keep);
}

void WindowKeeper::restore() {
    const QByteArray geometry = m_preferences.windowGeometry();
    if (geometry.isEmpty())
        return;
    m_window.restoreGeometry(geometry);
    m_window.restoreState(m_preferences.windowState(), kStateVersion);
}

void WindowKeeper::keep() {
    m_focusMode.set(false); // the window comes back as it was outside of full screen
    store();
}

void WindowKeeper::store() {
    m_rest.stop();
    m_preferences.setWindow(m_window.saveGeometry(), m_window.saveState(kStateVersion));
}

bool WindowKeeper::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::ShowToParent:
    case QEvent::HideToParent:
    case QEvent::WindowStateChange: m_rest.start(); break;
    default: break;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace ui
