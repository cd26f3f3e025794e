// side_run.h: one side of a request while it is being written: its continuation, and what waits to be sent.
// Threads: engine thread only.
#pragma once

#include "app/engine_thread/model_shelf.h"
#include "app/engine_thread/pace.h"
#include "app/engine_thread/text_batcher.h"
#include "app/generation/generation_messages.h"
#include "engine/core/error.h"
#include "engine/core/stopwatch.h"
#include "engine/runtime/continuation.h"
#include "engine/trace/chunk_recorder.h"
#include "engine/trace/gate_recorder.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace app {

class SideRun final : public engine::ContinuationObserver {
public:
    // What is told while it runs; all are called.
    struct Events {
        std::function<void(const SideRun&, const PromptProgress&)> progress; // between chunks
        std::function<void(const PromptRead&)> promptRead;
        std::function<void(const TokenBatch&)> batch; // when it is due
    };

    // `model` must stay on its shelf while the run exists.
    SideRun(RequestId id, Side side, ShelvedModel& model, const GenerationOptions& options, Events events,
            std::stop_token stop = {});

    [[nodiscard]] engine::Continuation& continuation() { return m_continuation; }

    // Once it has ended: reads the next prompt, so that going on starts at once. Errors: those of
    // Generation::readPrompt().
    [[nodiscard]] engine::Expected<void> readAhead(const QString& prompt, std::stop_token stop);

    // What a project should keep of what the model knows of the text (state_keeping.h).
    [[nodiscard]] QList<KeptState> keptStates() const;
    // How much of the prompt it has read so far; what the model remembered from before is not counted.
    [[nodiscard]] std::size_t tokensRead() const { return m_tokensRead; }

    [[nodiscard]] QString written() const;
    [[nodiscard]] ShelvedModel& shelved() { return m_model; }
    [[nodiscard]] EndReason endReason() const;
    [[nodiscard]] SideTimings timings() const;
    // Sends what is left, the gates that the recorder does not have yet included.
    void sendRest();
    [[nodiscard]] const ModelInfo& model() const { return m_model.info; }

    engine::GateSink* sink() override;
    void reading(std::size_t known, std::size_t total) override;
    void promptRead(const engine::Generation& generation) override;
    void generated(const engine::GeneratedToken& token) override;

private:
    RequestId m_id;
    Side m_side;
    ShelvedModel& m_model;
    GenerationOptions m_options;
    Events m_events;
    Pace m_pace;
    std::stop_token m_stop;
    TextBatcher m_batcher;
    // Only if the model has gates and they are wanted. Outlives the generation, which hands over the last
    // gates.
    std::optional<engine::GateRecorder> m_recorder;
    std::optional<engine::ChunkRecorder> m_looks; // of a model with sparse blocks; hands gates on
    engine::Continuation m_continuation;
    int m_tokens = 0;                        // that were shown
    std::string m_text;                      // what was written
    std::vector<int> m_aheadTokens;          // of all of it, once that was read ahead
    std::optional<std::size_t> m_remembered; // of the prompt, from before
    engine::Stopwatch m_reading;             // since the first of the tokens that were not
    std::size_t m_tokensRead = 0;
};

} // namespace app
