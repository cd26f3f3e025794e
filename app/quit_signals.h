// quit_signals.h: the system's ways to end a program (log-out, a closed terminal, Ctrl+C there) as a signal
// of Qt, so that the last words are written as when the window is closed.
// Threads: GUI thread; one object at a time.
#pragma once

#include <QObject>

#include <array>

class QSocketNotifier;

namespace app {

class QuitSignals : public QObject {
    Q_OBJECT

public:
    explicit QuitSignals(QObject* parent = nullptr);
    ~QuitSignals() override;

signals:
    void received();

private:
    std::array<int, 2> m_pipe{-1, -1}; // from the handler, which may do nothing but write, to the event loop
    QSocketNotifier* m_notifier = nullptr;
};

} // namespace app
