#include "app/voice/voice_fit.h"

#include "app/errors/error_text.h"
#include "app/voice/voice_files.h"
#include "engine/core/thread_pool.h"
#include "engine/fitting/gate_fit.h"
#include "engine/model/model_files.h"
#include "engine/text/text_file.h"

#include <QFileInfo>
#include <QMetaObject>

#include <cmath>
#include <filesystem>
#include <vector>

namespace app {

namespace {

constexpr double kShareOfNewLoss = 0.2;

VoiceOutcome failed(const VoiceRequest& request, const QString& message, const QString& details = {}) {
    VoiceOutcome outcome;
    outcome.model = request.model;
    outcome.message = message;
    outcome.details = details;
    return outcome;
}

// Goes on with what a stopped fit of the same left behind, else begins anew.
engine::Expected<engine::FitResult> fitOrGoOn(const engine::FitSettings& settings,
                                              const std::vector<std::string>& documents,
                                              const std::function<void(const engine::FitReport&)>& report,
                                              const std::stop_token& stop) {
    engine::ThreadPool pool; // made here, so that its threads have this thread's priority
    auto result = engine::fitGate(settings, documents, true, pool, report, stop);
    if (!result && (result.error().code == engine::ErrorCode::FileNotFound ||
                    result.error().code == engine::ErrorCode::InvalidArgument))
        result = engine::fitGate(settings, documents, false, pool, report, stop);
    return result;
}

} // namespace

VoiceFit::VoiceFit(QString folder, QThread::Priority priority, QObject* parent)
    : QObject(parent)
    , m_folder(std::move(folder))
    , m_priority(priority) {}

VoiceFit::~VoiceFit() {
    if (m_thread == nullptr)
        return;
    stop();
    m_thread->wait();
    delete m_thread;
}

bool VoiceFit::start(const VoiceRequest& request) {
    if (isRunning())
        return false;
    m_request = request;
    m_progress = {};
    m_stop = {};
    m_thread = QThread::create([this, request, stop = m_stop.get_token()] {
        const VoiceOutcome outcome = fit(request, stop);
        QMetaObject::invokeMethod(
            this, [this, outcome] { end(outcome); }, Qt::QueuedConnection);
    });
    m_thread->setObjectName(QStringLiteral("voice"));
    m_thread->start(m_priority);
    emit started();
    return true;
}

void VoiceFit::stop() { m_stop.request_stop(); }

VoiceOutcome VoiceFit::fit(const VoiceRequest& request, const std::stop_token& stop) {
    auto files = engine::findModelFiles(request.model.toStdString(), "none");
    if (!files)
        return failed(request, modelSentence(files.error(), request.model), detailsOf(files.error()));
    const QString gate = voiceFile(m_folder, QString::fromStdString(files->base.string()), request.name);
    if (gate.isEmpty())
        return failed(request,
                      tr("A voice can't be kept under this name in %1. Choose another name.").arg(m_folder));
    engine::FitSettings settings;
    settings.model = *files;
    settings.output = gate.toStdString();
    settings.gate = engine::voiceGate();
    std::vector<std::string> documents{request.text.toStdString()};
    for (const QString& path : request.files) {
        auto read = engine::readDecodedText(path.toStdString()); // damaged places do no harm here
        if (!read)
            return failed(request, fileSentence(read.error(), QFileInfo(path).fileName()),
                          detailsOf(read.error()));
        documents.push_back(std::move(read->text));
    }
    const auto report = [this](const engine::FitReport& r) {
        QMetaObject::invokeMethod(
            this, [this, r] { note(r); }, Qt::QueuedConnection);
    };
    const auto result = fitOrGoOn(settings, documents, report, stop);
    const QString name = QString::fromStdString(files->name);
    if (!result)
        return failed(request, modelSentence(result.error(), name), detailsOf(result.error()));
    VoiceOutcome outcome;
    outcome.model = request.model;
    outcome.betterByPercent = result->betterByPercent();
    if (result->helps())
        outcome.gate = gate;
    if (!result->isComplete)
        outcome.kind = VoiceOutcome::Kind::Stopped;
    else
        outcome.kind = result->helps() ? VoiceOutcome::Kind::Ready : VoiceOutcome::Kind::NothingLearned;
    return outcome;
}

void VoiceFit::note(const engine::FitReport& report) {
    if (report.steps > 0)
        m_progress.share = static_cast<double>(report.step) / static_cast<double>(report.steps);
    m_progress.secondsLeft = report.secondsLeft;
    if (report.lossBefore > 0) {
        if (m_progress.heldOutLosses.isEmpty())
            m_progress.heldOutLosses.append({0, report.lossBefore});
        m_progress.betterByPercent = 100 * std::expm1(report.lossBefore - report.bestLoss);
    }
    if (report.loss > 0) {
        // Some hundred tokens say little: each joins a mean of those before.
        const double before =
            m_progress.learnedLosses.isEmpty() ? report.loss : m_progress.learnedLosses.last().y();
        m_progress.learnedLosses.append(
            {m_progress.share, before + kShareOfNewLoss * (report.loss - before)});
    }
    if (report.heldOutLoss)
        m_progress.heldOutLosses.append({m_progress.share, *report.heldOutLoss});
    emit progressed(m_progress);
}

void VoiceFit::end(const VoiceOutcome& outcome) {
    m_thread->wait();
    m_thread->deleteLater();
    m_thread = nullptr;
    emit finished(outcome);
}

} // namespace app
