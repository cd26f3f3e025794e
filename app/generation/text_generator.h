// text_generator.h: what AssistantService needs from whoever writes text. EngineWorker implements it with
// the engine; tests hand in a ScriptedGenerator. Lives in the engine thread: AssistantService calls it by
// queued calls only, one request at a time and in order. For every generate() and writeTogether():
// promptProgress() while reading takes long, promptRead() once per side, any number of tokensGenerated(),
// then exactly one finished(), whatever happens. For every loadModel(): exactly one of modelLoaded() and
// modelFailed(). `stop` is looked at at least once per token and while a prompt is read (every 50 ms or so),
// and goes on to be: after a generation the text it wrote is read ahead.
#pragma once

#include "app/generation/generation_messages.h"
#include "app/generation/kept_state.h"

#include <QObject>

#include <stop_token>

namespace app {

class TextGenerator : public QObject {
    Q_OBJECT

public:
    explicit TextGenerator(QObject* parent = nullptr)
        : QObject(parent) {}

    // Makes a model ready, so that the first request with it starts at once.
    virtual void loadModel(RequestId id, const ModelChoice& choice) = 0;
    virtual void generate(const GenerationRequest& request, std::stop_token stop) = 0;
    virtual void writeTogether(const TogetherRequest& request, std::stop_token stop) = 0;
    // Puts together what the model would read and looks up how much of it is new, without reading. Of a model
    // that is not loaded it says so. Ends in promptInspected(), unless it is stopped.
    virtual void inspectPrompt(RequestId id, const ModelChoice& model, const PromptSource& source,
                               std::stop_token stop) = 0;
    // What the open project keeps of its text, in place of what was offered before.
    virtual void offerStates(const QList<KeptState>& states) = 0;

signals:
    void modelLoaded(app::RequestId id, const app::ModelInfo& info);
    void modelFailed(app::RequestId id, const QString& message, const QString& details);
    void promptProgress(const app::PromptProgress& progress);
    void promptRead(const app::PromptRead& prompt);
    void tokensGenerated(const app::TokenBatch& batch);
    void finished(app::RequestId id, const app::Outcome& outcome);
    void promptInspected(const app::PromptInspection& inspection);
    // What a project should keep, in place of what it has: some time after a generation, and after and during
    // a long reading, also one that was stopped.
    void statesKept(app::RequestId id, const QList<app::KeptState>& states);
};

} // namespace app
