// export_job.h: makes a file or pages of a story in a thread of its own, with a window that shows how far it
// is and can stop it. What was stopped leaves nothing behind: the file is written by the storage thread when
// all of it is there.
// Threads: GUI thread only. Destroying it stops the work and waits until it has noticed, a paragraph later.
#pragma once

#include "app/exchange/write_progress.h"

#include <QObject>
#include <QString>

#include <functional>
#include <stop_token>

class QThread;
class QWidget;

namespace ui {

class ExportJob : public QObject {
    Q_OBJECT

public:
    enum class Outcome { Complete, Stopped, Failed };
    // Runs in the thread. False: it could not be done, or was stopped.
    using Work = std::function<bool(const app::WriteProgress& progress)>;
    using Done = std::function<void(Outcome outcome)>;

    explicit ExportJob(QWidget& window);
    ~ExportJob() override;

    // Calls `done` in the GUI thread when the work has ended, then ends itself. `label`: for the writer.
    void start(const QString& title, const QString& label, const Work& work, const Done& done);

signals:
    void progressed(double share);
    void finished(bool isComplete);

private:
    QWidget& m_window;
    std::stop_source m_stop;
    QThread* m_thread = nullptr;
    int m_step = -1; // last told; of the thread
};

} // namespace ui
