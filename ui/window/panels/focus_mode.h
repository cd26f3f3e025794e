// focus_mode.h: full screen with nothing but the page, and back to exactly what was there before.
// Threads: GUI thread only.
#pragma once

#include <QList>
#include <QPointer>
#include <QWidget>

class QMainWindow;

namespace ui {

class FocusMode {
public:
    explicit FocusMode(QMainWindow& window)
        : m_window(window) {}

    void set(bool isOn);
    [[nodiscard]] bool isOn() const { return m_isOn; }

private:
    QMainWindow& m_window;
    bool m_isOn = false;
    bool m_wasMaximized = false;
    QList<QPointer<QWidget>> m_hidden; // what was in sight and comes back
};

} // namespace ui
