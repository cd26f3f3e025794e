// engine_worker.h: writes text with the engine, for AssistantService (text_generator.h). Made by main.cpp and
// moved into the engine thread before the first call; models and sessions are made, used and destroyed there.
// A request that fails leaves the worker ready for the next one. No exception leaves a call.
// Threads: engine thread only.
#pragma once

#include "app/engine_thread/model_shelf.h"
#include "app/generation/text_generator.h"
#include "engine/core/error.h"

#include <chrono>
#include <list>
#include <span>
#include <stop_token>
#include <vector>

namespace app {

class SideRun;

class EngineWorker final : public TextGenerator {
    Q_OBJECT

public:
    explicit EngineWorker(QObject* parent = nullptr);
    ~EngineWorker() override;

    void loadModel(RequestId id, const ModelChoice& choice) override;
    void generate(const GenerationRequest& request, std::stop_token stop) override;
    void writeTogether(const TogetherRequest& request, std::stop_token stop) override;
    void inspectPrompt(RequestId id, const ModelChoice& model, const PromptSource& source,
                       std::stop_token stop) override;
    void offerStates(const QList<KeptState>& states) override;

private:
    struct Task { // one request: a side or several, the same prompt and options but for the seed
        RequestId id = 0;
        QList<TogetherRequest::Part> parts;
        const GenerationOptions& options;
        const PromptSource& source;
        std::stop_token stop;
        Prompt prompt; // once the model that reads it is known
        bool isGhost = false;
    };

    void perform(Task task);
    // Fills in `sides`, reasons and timings. A Cancelled error means that `stop` took effect.
    [[nodiscard]] engine::Expected<void> write(Task& task, std::list<SideRun>& sides, Outcome& outcome,
                                               QString& model);
    // Loads what is not on the shelf. `model`: the name of the one that failed.
    [[nodiscard]] engine::Expected<std::vector<ShelvedModel*>> modelsOf(const Task& task, QString& model);
    void addSide(const Task& task, ShelvedModel& model, std::list<SideRun>& sides);
    // How far a long reading is: told now and then, and what is known kept in between.
    void noteReading(const PromptProgress& progress, const SideRun& side);
    // After the request was answered: so that the next one, or the next start, has little or nothing to read.
    void prepareNext(const Task& task, std::list<SideRun>& sides, OutcomeKind outcome);
    // What the next prompt will be, once the text that was written is in the story.
    [[nodiscard]] engine::Expected<void> readAhead(const Task& task, SideRun& side);
    void keepStates(RequestId id, const SideRun& side);

    using Clock = std::chrono::steady_clock;

    ModelShelf m_shelf;
    struct {
        Clock::time_point told, kept;
        bool isTold = false;
    } m_reading; // of the side that reads
};

} // namespace app
