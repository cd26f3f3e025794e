// text_generator.h: what AssistantService needs from whoever writes text. EngineWorker implements it with the
// engine; tests hand in a ScriptedGenerator. Lives in the engine thread: AssistantService calls it by queued
// calls only, one request at a time and in order. For every generate() and compare(): promptRead() once per
// side, any number of tokensGenerated(), then exactly one finished(), whatever happens. For every
// loadModel(): exactly one of modelLoaded() and modelFailed(). `stop` is looked at at least once per token
// and while a prompt is read (every 50 ms or so).
#pragma once

#include "app/assistant/generation_messages.h"

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
    virtual void compare(const CompareRequest& request, std::stop_token stop) = 0;

signals:
    void modelLoaded(app::RequestId id, const app::ModelInfo& info);
    void modelFailed(app::RequestId id, const QString& message, const QString& details);
    void promptRead(const app::PromptRead& prompt);
    void tokensGenerated(const app::TokenBatch& batch);
    void finished(app::RequestId id, const app::Outcome& outcome);
};

} // namespace app
