// window_keeper.h: the window comes back as it was left: size, place, open panels and their widths. Kept when
// they have changed and rest, so that a program that is killed comes back with them, too.
// Threads: GUI thread only.
#pragma once

#include <QObject>
#include <QTimer>

class QMainWindow;

namespace app {
class Preferences;
}

namespace ui {

class FocusMode;

class WindowKeeper : public QObject {
    Q_OBJECT

public:
    static constexpr int kRestMs = 500;

    // `window` has all its docks and bars.
    WindowKeeper(QMainWindow& window, FocusMode& focusMode, app::Preferences& preferences);

    // As it was left, if it ever was.
    void restore();
    // As it is now, outside of full screen.
    void keep();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void store();

    QMainWindow& m_window;
    FocusMode& m_focusMode;
    app::Preferences& m_preferences;
    QTimer m_rest;
};

} // namespace ui
