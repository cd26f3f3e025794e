#include "app/voice/voice_fit.h"

#include "app/errors/error_text.h"
#include "app/voice/own_text.h"
#include "app/voice/voice_files.h"
#include "engine/core/thread_pool.h"
#include "engine/fitting/gate_fit.h"
#include "engine/model/model_files.h"
#include "engine/text/text_file.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QMetaObject>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace app {

namespace {

constexpr double kShareOfNewLoss = 0.2;

QString tr(const char* text) { return QCoreApplication::translate("app::VoiceFit", text); }

VoiceOutcome failed(const VoiceRequest& request, const QString& message, const QString& details = {}) {
    VoiceOutcome outcome;
    outcome.model = request.model;
    outcome.message = message;
    outcome.details = details;
    return outcome;
}

VoiceOutcome isTaken(const VoiceRequest& request) {
    return failed(request,
                  tr("There is a voice called “%1” already, fitted to another text. Choose another name.")
                      .arg(request.name));
}

// `model`: its name, for people.
QString sentence(const engine::Error& error, const QString& model, const QString& voice) {
    using enum engine::ErrorCode;
    switch (error.code) {
    case InvalidArgument: return tr("There is too little text to learn from. It takes some 1,800 words.");
    case GateMismatch: return tr("%1 has a gate of its own already. Choose a model without one.").arg(model);
    case UnsupportedArchitecture:
        return tr("A voice can be fitted on RWKV-6 and RWKV-7 models, not on %1. Choose another model.")
            .arg(model);
    case WriteFailed: return fileSentence(error, voice);
    default: return modelSentence(error, model);
    }
}

// The texts of a request, or what is wrong with one.
std::optional<VoiceOutcome> readTexts(const VoiceRequest& request, std::vector<std::string>& texts) {
    texts.push_back(request.text.toStdString());
    std::size_t bytes = texts.front().size();
    for (const QString& path : request.files) {
        auto read = engine::readDecodedText(path.toStdString()); // damaged places do no harm here
        if (!read)
            return failed(request, fileSentence(read.error(), QFileInfo(path).fileName()),
                          detailsOf(read.error()));
        bytes += read->text.size();
        texts.push_back(std::move(read->text));
    }
    if (!isEnoughToLearnFrom(static_cast<qsizetype>(bytes)))
        return failed(request, tr("There is too little text to learn from. It takes some 1,800 words."));
    return std::nullopt;
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
    m_progress = {};
    m_stop = {};
    m_thread = QThread::create([this, request, stop = m_stop.get_token()] {
        const VoiceOutcome outcome = fit(request, stop);
        QMetaObject::invokeMethod(
            this, [this, outcome] { end(outcome); }, Qt::QueuedConnection);
    });
    m_thread->setObjectName(QStringLiteral("voice"));
    m_thread->start(m_priority);
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
    std::vector<std::string> texts;
    if (auto problem = readTexts(request, texts))
        return *problem;
    engine::FitSettings settings;
    settings.model = *files;
    settings.output = gate.toStdString();
    settings.gate = engine::voiceGate();
    const auto report = [this](const engine::FitReport& r) {
        QMetaObject::invokeMethod(
            this, [this, r] { note(r); }, Qt::QueuedConnection);
    };
    engine::ThreadPool pool; // made here, so that its threads have this thread's priority
    // A voice with a checkpoint was stopped and goes on; one without is complete and stays as it is.
    const bool isThere = QFileInfo::exists(gate), isBegun = engine::isFitBegun(settings.output);
    if (isThere && !isBegun)
        return isTaken(request);
    auto result = engine::fitGate(settings, texts, isBegun, pool, report, stop);
    using enum engine::ErrorCode;
    if (!result && isBegun &&
        (result.error().code == InvalidArgument || result.error().code == FileDamaged)) {
        if (isThere) // of another text
            return isTaken(request);
        result = engine::fitGate(settings, texts, false, pool, report, stop);
    }
    if (!result)
        return failed(request, sentence(result.error(), QString::fromStdString(files->name), request.name),
                      detailsOf(result.error()));
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
