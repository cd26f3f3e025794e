#include "ui/exchange/export_job.h"

#include <QProgressDialog>
#include <QThread>

namespace ui {

namespace {

constexpr int kSteps = 1000;
constexpr int kShownAfterMs = 300; // what is done sooner needs no window

} // namespace

ExportJob::ExportJob(QWidget& window)
    : QObject(&window)
    , m_window(window) {}

ExportJob::~ExportJob() {
    m_stop.request_stop();
    if (m_thread != nullptr)
        m_thread->wait();
    delete m_thread;
}

void ExportJob::start(const QString& title, const QString& label, const Work& work, const Done& done) {
    auto* const dialog = new QProgressDialog(label, tr("Stop"), 0, kSteps, &m_window);
    dialog->setObjectName(QStringLiteral("exportProgress"));
    dialog->setWindowTitle(title);
    dialog->setMinimumDuration(kShownAfterMs);
    dialog->setAutoReset(false);
    dialog->setAutoClose(false);
    connect(dialog, &QProgressDialog::canceled, this, [this] { m_stop.request_stop(); });
    connect(this, &ExportJob::progressed, dialog,
            [dialog](double share) { dialog->setValue(static_cast<int>(share * kSteps)); });
    connect(this, &ExportJob::finished, this, [this, dialog, done](bool isComplete) {
        dialog->deleteLater();
        m_thread->wait();
        // Stopped at the last moment is stopped, too: the writer said so.
        done(m_stop.stop_requested() ? Outcome::Stopped : isComplete ? Outcome::Complete : Outcome::Failed);
        deleteLater();
    });
    m_thread = QThread::create([this, work, stop = m_stop.get_token()] {
        // Both signals reach the window through its event loop.
        const app::WriteProgress progress(stop, [this](double share) {
            const int step = static_cast<int>(share * kSteps);
            if (step != m_step)
                emit progressed(share);
            m_step = step;
        });
        emit finished(work(progress));
    });
    m_thread->start();
}

} // namespace ui
