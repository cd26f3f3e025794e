#include "ui/exchange/page_job.h"

#include "app/exchange/story/story_text.h"
#include "ui/exchange/story_pages.h"

#include <QPagedPaintDevice>
#include <QProgressDialog>
#include <QThread>

namespace ui {

PageJob::PageJob(QWidget& window)
    : QObject(&window)
    , m_window(window) {}

PageJob::~PageJob() {
    m_stop.request_stop();
    if (m_thread != nullptr)
        m_thread->wait();
    delete m_thread;
}

void PageJob::start(std::unique_ptr<QPagedPaintDevice> device, const Work& work, const QString& label,
                    const Done& done) {
    constexpr int kSteps = 1000;
    m_device = std::move(device);
    auto* const dialog = new QProgressDialog(label, tr("Stop"), 0, kSteps, &m_window);
    dialog->setWindowTitle(tr("Pages"));
    dialog->setAutoReset(false);
    dialog->setAutoClose(false);
    connect(dialog, &QProgressDialog::canceled, this, [this] { m_stop.request_stop(); });
    connect(this, &PageJob::progressed, dialog,
            [dialog](double share) { dialog->setValue(static_cast<int>(share * kSteps)); });
    connect(this, &PageJob::finished, this, [this, dialog, done](bool isComplete) {
        dialog->deleteLater();
        m_thread->wait();
        if (isComplete)
            done(*m_device);
        deleteLater();
    });
    m_thread = QThread::create([this, work, stop = m_stop.get_token()] {
        app::FormattedStory story = app::readStoryText(work.text);
        story.details = work.details;
        // Both signals reach the window through its event loop.
        const bool isComplete =
            paintStory(*m_device, story, work.font, stop, [this](double share) { emit progressed(share); });
        emit finished(isComplete);
    });
    m_thread->start();
}

} // namespace ui
