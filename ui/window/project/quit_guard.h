// quit_guard.h: stands between the wish to close the window and its closing: first everything goes to a disk,
// if need be into a copy that the next start offers; only if that fails, the writer is asked.
// Threads: GUI thread only; nothing waits for the disk.
#pragma once

#include <QObject>

#include <functional>

class QWidget;

namespace app {
class ProjectController;
}

namespace ui {

class QuitGuard : public QObject {
    Q_OBJECT

public:
    // `saveAs` asks for a name and saves.
    QuitGuard(app::ProjectController& project, QWidget& window, std::function<void()> saveAs);

    // True: the window may close. False: not yet; it is closed from here when it may.
    [[nodiscard]] bool mayClose();

private:
    void letGo();
    void ask(const QString& problem);

    app::ProjectController& m_project;
    QWidget& m_window;
    std::function<void()> m_saveAs;
    bool m_isSecuring = false;
    bool m_isSecured = false;
};

} // namespace ui
