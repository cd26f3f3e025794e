// page_job.h: sets a story as pages in a thread of its own, with a window that shows how far it is and can
// stop it.
// Threads: GUI thread only. Destroying it stops the work and waits until it has noticed, a paragraph later.
#pragma once

#include "app/exchange/story/formatted_story.h"

#include <QFont>
#include <QObject>

#include <functional>
#include <memory>
#include <stop_token>

class QPagedPaintDevice;
class QThread;
class QWidget;

namespace ui {

class PageJob : public QObject {
    Q_OBJECT

public:
    struct Work {
        QString text;
        app::StoryDetails details;
        QFont font;
    };
    using Done = std::function<void(QPagedPaintDevice& device)>;

    explicit PageJob(QWidget& window);
    ~PageJob() override;

    // Gives the device to `done` once all is painted, else to nobody. Ends itself. `label`: for the writer.
    void start(std::unique_ptr<QPagedPaintDevice> device, const Work& work, const QString& label,
               const Done& done);

signals:
    void progressed(double share);
    void finished(bool isComplete);

private:
    QWidget& m_window;
    std::unique_ptr<QPagedPaintDevice> m_device;
    std::stop_source m_stop;
    QThread* m_thread = nullptr;
};

} // namespace ui
