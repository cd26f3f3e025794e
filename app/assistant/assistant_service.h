// assistant_service.h: the GUI thread's side of the engine thread. Gives out request ids, passes requests
// on, and lets through only answers that are still wanted. StoryWriter uses it for the document; a window
// needs it for the model alone. Every generate() and writeTogether() ends in exactly one finished(id, ...),
// also those that were cancelled or abandoned.
// Threads: GUI thread only; the generator lives in another thread and must outlive the service's last call,
// so main.cpp stops that thread before either is destroyed.
#pragma once

#include "app/assistant/generation_handle.h"
#include "app/generation/generation_messages.h"
#include "app/generation/kept_state.h"

#include <QHash>
#include <QObject>
#include <QString>

#include <optional>

namespace app {

class TextGenerator;

class AssistantService : public QObject {
    Q_OBJECT

public:
    explicit AssistantService(TextGenerator& generator, QObject* parent = nullptr);
    ~AssistantService() override;

    // Loads a model in the background; modelLoading() now, then modelLoaded() or modelFailed(). A later call
    // replaces an earlier one that has not been answered.
    void loadModel(const ModelChoice& choice);
    [[nodiscard]] bool isLoadingModel() const { return m_loadRequest != 0; }
    // The model that was last loaded with success.
    [[nodiscard]] const std::optional<ModelInfo>& model() const { return m_model; }
    [[nodiscard]] const ModelChoice& modelChoice() const { return m_choice; } // last asked for

    // The request's id is filled in. Requests wait their turn; whoever wants one at once cancels those before
    // it.
    GenerationHandle generate(GenerationRequest request);
    GenerationHandle writeTogether(TogetherRequest request);

    // What the model last loaded would read: ends in promptInspected(), unless another is asked for before.
    // Waits its turn, so ask while nothing is being written.
    void inspectPrompt(const PromptSource& source);

    // Stops a request; what was written until then still arrives, then finished(id, Cancelled).
    void cancel(RequestId id);
    // Stops a request and drops everything it still sends, except finished().
    void abandon(RequestId id);
    // Before another project opens: what these requests' models remember is of no use to it.
    void cancelAll();

    // What the open project keeps of its text (text_generator.h).
    void offerStates(const QList<KeptState>& states);

    [[nodiscard]] bool isBusy() const { return !m_requests.isEmpty(); } // a request has not finished

signals:
    void modelLoading(const app::ModelChoice& choice);
    void modelLoaded(const app::ModelInfo& info);
    // `message` says in one sentence what is wrong and what to do; `details` is the engine's sentence. The
    // model loaded before stays usable.
    void modelFailed(const app::ModelChoice& choice, const QString& message, const QString& details);
    void promptProgress(const app::PromptProgress& progress);
    void promptRead(const app::PromptRead& prompt);
    void tokensGenerated(const app::TokenBatch& batch);
    void finished(app::RequestId id, const app::Outcome& outcome);
    void promptInspected(const app::PromptInspection& inspection);
    void busyChanged(bool busy);
    // What the open project should keep in place of what it has.
    void statesKept(const QList<app::KeptState>& states);

private:
    struct Request {
        GenerationHandle handle;
        bool isAbandoned = false;
    };
    GenerationHandle enlist();
    [[nodiscard]] bool isWanted(RequestId id) const;
    void finish(RequestId id, const Outcome& outcome);

    TextGenerator& m_generator;
    QHash<RequestId, Request> m_requests;
    GenerationHandle m_inspection;
    GenerationHandle m_readingAhead; // of the last request, which may still read what it wrote
    RequestId m_lastId = 0;
    RequestId m_lastOfOtherProject = 0;
    RequestId m_loadRequest = 0;
    ModelChoice m_choice;
    std::optional<ModelInfo> m_model;
};

} // namespace app
