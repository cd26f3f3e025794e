// voice_fit.h: fits a gate to a writer's text beside everything else: in a thread of its own at idle
// priority, so that writing does not stutter. What it has learned so far is in the voice's file whenever it
// is stopped; the same request goes on from there.
// Threads: GUI thread only. Destroying it stops the fit and waits for the step that is being computed.
#pragma once

#include "app/voice/voice_messages.h"

#include <QObject>
#include <QThread>

#include <memory>
#include <stop_token>

namespace engine {
struct FitReport;
}

namespace app {

class VoiceFit : public QObject {
    Q_OBJECT

public:
    // `folder`: of all voices (voice_files.h). `priority`: of the fit's threads; tests, which wait for it,
    // take another.
    explicit VoiceFit(QString folder, QThread::Priority priority = QThread::IdlePriority,
                      QObject* parent = nullptr);
    ~VoiceFit() override;

    // False while another one runs. Ends in one finished().
    bool start(const VoiceRequest& request);
    void stop();
    [[nodiscard]] bool isRunning() const { return m_thread != nullptr; }
    [[nodiscard]] const VoiceProgress& progress() const { return m_progress; } // of the last one

signals:
    void progressed(const app::VoiceProgress& progress);
    void finished(const app::VoiceOutcome& outcome);

private:
    [[nodiscard]] VoiceOutcome fit(const VoiceRequest& request, const std::stop_token& stop);
    void note(const engine::FitReport& report);
    void end(const VoiceOutcome& outcome);

    const QString m_folder;
    const QThread::Priority m_priority;
    VoiceProgress m_progress;
    QThread* m_thread = nullptr;
    std::stop_source m_stop;
};

} // namespace app
