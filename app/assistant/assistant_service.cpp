#include "app/assistant/assistant_service.h"

#include "app/generation/text_generator.h"

#include <QMetaObject>

#include <utility>

namespace app {

AssistantService::AssistantService(TextGenerator& generator, QObject* parent)
    : QObject(parent)
    , m_generator(generator) {
    connect(&m_generator, &TextGenerator::modelLoaded, this, [this](RequestId id, const ModelInfo& info) {
        if (id != m_loadRequest)
            return; // replaced by a later choice
        m_loadRequest = 0;
        m_model = info;
        emit modelLoaded(info);
    });
    connect(&m_generator, &TextGenerator::modelFailed, this,
            [this](RequestId id, const QString& message, const QString& details) {
                if (id != m_loadRequest)
                    return;
                m_loadRequest = 0;
                emit modelFailed(m_choice, message, details);
            });
    connect(&m_generator, &TextGenerator::promptProgress, this, [this](const PromptProgress& progress) {
        if (isWanted(progress.id))
            emit promptProgress(progress);
    });
    connect(&m_generator, &TextGenerator::promptRead, this, [this](const PromptRead& prompt) {
        if (isWanted(prompt.id))
            emit promptRead(prompt);
    });
    connect(&m_generator, &TextGenerator::tokensGenerated, this, [this](const TokenBatch& batch) {
        if (isWanted(batch.id))
            emit tokensGenerated(batch);
    });
    connect(&m_generator, &TextGenerator::finished, this, &AssistantService::finish);
    connect(&m_generator, &TextGenerator::promptInspected, this, [this](const PromptInspection& inspection) {
        if (inspection.id == m_inspection.id())
            emit promptInspected(inspection);
    });
    connect(&m_generator, &TextGenerator::statesKept, this,
            [this](RequestId id, const QList<KeptState>& states) {
                // Of a request that was stopped, too: reading goes on from there.
                if (id > m_lastOfOtherProject)
                    emit statesKept(states);
            });
}

AssistantService::~AssistantService() = default;

bool AssistantService::isWanted(RequestId id) const {
    const auto request = m_requests.constFind(id);
    return request != m_requests.constEnd() && !request->isAbandoned;
}

void AssistantService::loadModel(const ModelChoice& choice) {
    m_choice = choice;
    m_readingAhead.cancel();
    m_loadRequest = ++m_lastId;
    emit modelLoading(choice);
    QMetaObject::invokeMethod(
        &m_generator,
        [&generator = m_generator, id = m_loadRequest, choice] { generator.loadModel(id, choice); },
        Qt::QueuedConnection);
}

GenerationHandle AssistantService::enlist() {
    const bool wasBusy = isBusy();
    m_readingAhead.cancel();
    GenerationHandle handle(++m_lastId);
    m_requests.insert(handle.id(), Request{handle, false});
    if (!wasBusy)
        emit busyChanged(true);
    return handle;
}

GenerationHandle AssistantService::generate(GenerationRequest request) {
    const GenerationHandle handle = enlist();
    request.id = handle.id();
    QMetaObject::invokeMethod(
        &m_generator,
        [&generator = m_generator, request = std::move(request), stop = handle.token()] {
            generator.generate(request, stop);
        },
        Qt::QueuedConnection);
    return handle;
}

GenerationHandle AssistantService::writeTogether(TogetherRequest request) {
    const GenerationHandle handle = enlist();
    request.id = handle.id();
    QMetaObject::invokeMethod(
        &m_generator,
        [&generator = m_generator, request = std::move(request), stop = handle.token()] {
            generator.writeTogether(request, stop);
        },
        Qt::QueuedConnection);
    return handle;
}

void AssistantService::inspectPrompt(const PromptSource& source) {
    m_inspection.cancel();
    m_inspection = GenerationHandle(++m_lastId);
    QMetaObject::invokeMethod(
        &m_generator,
        [&generator = m_generator, id = m_inspection.id(), model = m_choice, source,
         stop = m_inspection.token()] { generator.inspectPrompt(id, model, source, stop); },
        Qt::QueuedConnection);
}

void AssistantService::cancel(RequestId id) {
    if (const auto request = m_requests.find(id); request != m_requests.end())
        request->handle.cancel();
}

void AssistantService::abandon(RequestId id) {
    if (const auto request = m_requests.find(id); request != m_requests.end()) {
        request->isAbandoned = true;
        request->handle.cancel();
    }
}

void AssistantService::cancelAll() {
    for (Request& request : m_requests)
        request.handle.cancel();
    m_readingAhead.cancel();
    m_lastOfOtherProject = m_lastId;
}

void AssistantService::offerStates(const QList<KeptState>& states) {
    QMetaObject::invokeMethod(
        &m_generator, [&generator = m_generator, states] { generator.offerStates(states); },
        Qt::QueuedConnection);
}

void AssistantService::finish(RequestId id, const Outcome& outcome) {
    const auto request = m_requests.constFind(id);
    if (request == m_requests.constEnd())
        return; // not ours, or finished before
    m_readingAhead = request->handle;
    m_requests.erase(request);
    if (isBusy())
        m_readingAhead.cancel(); // somebody waits
    // A caller may start the next request from the slot, so what follows looks again.
    emit finished(id, outcome);
    if (!isBusy())
        emit busyChanged(false);
}

} // namespace app
