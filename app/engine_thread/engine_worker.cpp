#include "app/engine_thread/engine_worker.h"

#include "app/engine_thread/model_tokens.h"
#include "app/engine_thread/side_run.h"
#include "app/errors/error_text.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <list>
#include <new>
#include <utility>

namespace app {

namespace {

constexpr std::chrono::milliseconds kProgressInterval(250);
// So many tokens that progress is told before the first chunk, which may take seconds.
constexpr int kMuchToRead = 512;
// Of a long reading at most this much is lost, whatever ends the program.
constexpr std::chrono::seconds kKeepingInterval(60);
// Having read less than this is not worth the bytes, unless the text was gone on with.
constexpr std::size_t kWorthKeeping = 1024;
// More than this is not what was just written.
constexpr int kMostToReadAhead = 4096;

// The name of a model for a sentence, also when it could not be loaded.
QString nameOf(const ModelChoice& choice) { return choice.model.section(u'/', -1); }

engine::Failure stopped() { return engine::failure(engine::ErrorCode::Cancelled, "stopped by the writer"); }

// The engine answers with errors; this is for what only exceptions can say, mostly an allocation that failed.
template <class Function> engine::Expected<void> guarded(Function&& function) {
    try {
        return function();
    } catch (const engine::BackendFailure& refused) {
        return failure(refused.error());
    } catch (const std::bad_alloc&) {
        return engine::failure(engine::ErrorCode::OutOfMemory, "an allocation failed");
    } catch (const std::exception& exception) {
        return engine::failure(engine::ErrorCode::Internal, exception.what());
    }
}

} // namespace

EngineWorker::EngineWorker(QObject* parent)
    : TextGenerator(parent) {}

EngineWorker::~EngineWorker() = default;

void EngineWorker::loadModel(RequestId id, const ModelChoice& choice) {
    ModelInfo info;
    const auto done = guarded([&]() -> engine::Expected<void> {
        auto model = m_shelf.get(choice);
        if (!model)
            return failure(std::move(model.error()));
        info = (*model)->info;
        return {};
    });
    if (done)
        emit modelLoaded(id, info);
    else
        emit modelFailed(id, modelSentence(done.error(), nameOf(choice)), detailsOf(done.error()));
}

void EngineWorker::generate(const GenerationRequest& request, std::stop_token stop) {
    perform(Task{request.id,
                 {{request.model, request.options.sampler.seed}},
                 request.options,
                 request.source,
                 std::move(stop),
                 {},
                 request.isGhost});
}

void EngineWorker::writeTogether(const TogetherRequest& request, std::stop_token stop) {
    perform(Task{request.id, request.parts, request.options, request.source, std::move(stop), {}});
}

void EngineWorker::inspectPrompt(RequestId id, const ModelChoice& model, const PromptSource& source,
                                 std::stop_token stop) {
    PromptInspection inspection;
    inspection.id = id;
    (void)guarded([&]() -> engine::Expected<void> {
        ShelvedModel* const shelved = m_shelf.find(model);
        if (shelved == nullptr) {
            inspection.prompt = assemblePrompt(source, nullptr, stop);
            return {};
        }
        const ModelTokens tokens(*shelved);
        inspection.prompt = assemblePrompt(source, &tokens, stop);
        const auto toRead = tokensToRead(*shelved, inspection.prompt.text);
        if (!toRead)
            return failure(toRead.error());
        inspection.hasModel = true;
        inspection.fingerprint = shelved->info.fingerprint;
        inspection.promptTokens = toRead->promptTokens;
        inspection.tokensKnown = toRead->known;
        return {};
    }); // what cannot be read is told when it is to be gone on with
    if (!stop.stop_requested())
        emit promptInspected(inspection);
}

void EngineWorker::offerStates(const QList<KeptState>& states) {
    (void)guarded([&]() -> engine::Expected<void> {
        m_shelf.offerStates(states);
        return {};
    }); // without them the text is read again
}

void EngineWorker::perform(Task task) {
    Outcome outcome;
    QString model;
    std::list<SideRun> sides; // a run's recorder points into it, so runs do not move
    auto done = guarded([&] { return write(task, sides, outcome, model); });
    const bool isOnDevice = std::ranges::any_of(
        sides, [](const SideRun& side) { return side.model().device != QStringLiteral("cpu"); });
    if (!done && done.error().code == engine::ErrorCode::OutOfMemory && isOnDevice)
        done.error().code = engine::ErrorCode::DeviceUnavailable; // the processor has memory of its own
    const bool isDeviceOfUse = done || (done.error().code != engine::ErrorCode::DeviceLost &&
                                        done.error().code != engine::ErrorCode::DeviceUnavailable);
    if (!done && done.error().code == engine::ErrorCode::Cancelled) {
        outcome.kind = OutcomeKind::Cancelled;
    } else if (!done) {
        outcome.kind = OutcomeKind::Failed;
        outcome.message = modelSentence(done.error(), model);
        outcome.details = detailsOf(done.error());
    }
    emit finished(task.id, outcome);
    prepareNext(task, sides, outcome.kind);
    if (!isDeviceOfUse) {
        sides.clear(); // they stand on the shelf's models
        m_shelf.giveUpDevice();
    }
}

void EngineWorker::prepareNext(const Task& task, std::list<SideRun>& sides, OutcomeKind outcome) {
    if (outcome == OutcomeKind::Failed)
        return;
    // Of several nobody knows yet which one will be used.
    if (outcome == OutcomeKind::Completed && sides.size() == 1) {
        const auto done = guarded([&] { return readAhead(task, sides.front()); });
        const bool isWorthKeeping = !task.isGhost || sides.front().tokensRead() >= kWorthKeeping;
        if (done && isWorthKeeping)
            keepStates(task.id, sides.front());
        return;
    }
    for (const SideRun& side : sides)
        if (side.tokensRead() >= kWorthKeeping)
            keepStates(task.id, side);
}

engine::Expected<void> EngineWorker::readAhead(const Task& task, SideRun& side) {
    ShelvedModel& model = side.shelved();
    const ModelTokens tokens(model);
    // Put together anew: what was written moves the author's note on, and may call for other lore.
    const Prompt next =
        assemblePrompt({task.source.story + side.written(), task.source.settings}, &tokens, task.stop);
    const auto toRead = tokensToRead(model, next.text);
    if (!toRead)
        return failure(toRead.error());
    // Other lore, or a new beginning: so much is read only when the writer wants to go on.
    if (toRead->promptTokens - toRead->known > kMostToReadAhead)
        return {};
    return side.readAhead(next.text, task.stop);
}

void EngineWorker::keepStates(RequestId id, const SideRun& side) {
    (void)guarded([&]() -> engine::Expected<void> {
        if (QList<KeptState> states = side.keptStates(); !states.isEmpty())
            emit statesKept(id, m_shelf.keep(std::move(states)));
        return {};
    }); // without them the text is read again
}

void EngineWorker::noteReading(const PromptProgress& progress, const SideRun& side) {
    const auto now = Clock::now();
    if (progress.tokensRead == 0)
        m_reading = {now, now, false};
    const bool isMuch = progress.promptTokens - progress.tokensKnown >= kMuchToRead;
    if (now - m_reading.told >= kProgressInterval || (isMuch && !std::exchange(m_reading.isTold, true))) {
        m_reading.told = now;
        emit promptProgress(progress);
    }
    if (now - m_reading.kept >= kKeepingInterval) {
        m_reading.kept = now;
        keepStates(progress.id, side);
    }
}

engine::Expected<std::vector<ShelvedModel*>> EngineWorker::modelsOf(const Task& task, QString& model) {
    std::vector<ShelvedModel*> models;
    for (const TogetherRequest::Part& part : task.parts) {
        if (task.stop.stop_requested())
            return stopped();
        model = nameOf(part.model);
        const auto shelved = m_shelf.get(part.model);
        if (!shelved)
            return failure(shelved.error());
        models.push_back(*shelved);
    }
    return models;
}

void EngineWorker::addSide(const Task& task, ShelvedModel& model, std::list<SideRun>& sides) {
    const std::size_t number = sides.size();
    GenerationOptions options = task.options;
    options.sampler.seed = task.parts[static_cast<qsizetype>(number)].seed;
    SideRun::Events events{
        [this](const SideRun& run, const PromptProgress& progress) { noteReading(progress, run); },
        [this, &prompt = task.prompt](PromptRead read) {
            read.prompt = prompt;
            if (!read.chunks.isEmpty())
                describeStory(read.chunks, prompt);
            emit promptRead(read);
        },
        [this](const TokenBatch& batch) { emit tokensGenerated(batch); }};
    sides.emplace_back(task.id, sideOf(number), model, options, std::move(events), task.stop);
}

engine::Expected<void> EngineWorker::write(Task& task, std::list<SideRun>& sides, Outcome& outcome,
                                           QString& model) {
    if (task.parts.isEmpty() || task.parts.size() > static_cast<qsizetype>(kMostSides))
        return engine::failure(engine::ErrorCode::InvalidArgument, "a request needs one to eight texts");
    // All of them before the first side: loading a gate may give its base another session.
    const auto models = modelsOf(task, model);
    if (!models)
        return failure(models.error());
    std::vector<engine::Continuation*> continuations;
    for (ShelvedModel* const shelved : *models) {
        addSide(task, *shelved, sides);
        continuations.push_back(&sides.back().continuation());
    }
    model = sides.front().model().name;
    // Models that write together count alike: they differ in their gate.
    const ModelTokens tokens(*models->front());
    task.prompt = assemblePrompt(task.source, &tokens, task.stop);
    auto result = engine::continueTogether(continuations, task.prompt.text.toStdString(), task.stop);
    // What was written until then belongs to the writer, whatever ended it.
    std::size_t index = 0;
    for (SideRun& side : sides) {
        if (side.continuation().hasFailed())
            model = side.model().name;
        side.sendRest();
        outcome.reasons[index] = side.endReason();
        outcome.timings[index] = side.timings();
        ++index;
    }
    return result;
}

} // namespace app
