// side_run.h: one side of a request while it is being written: its generation, what waits to be sent, and how
// long it took.
// Threads: engine thread only.
#pragma once

#include "app/engine_thread/model_shelf.h"
#include "app/engine_thread/text_batcher.h"
#include "app/generation/generation_messages.h"
#include "engine/core/error.h"
#include "engine/runtime/generation.h"
#include "engine/trace/gate_recorder.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace app {

class SideRun {
public:
    // `model` must stay on its shelf while the run exists. Only one run at a time may use its state cache.
    SideRun(RequestId id, Side side, ShelvedModel& model, const GenerationOptions& options,
            bool usesStateCache);

    using Progress = std::function<void(const PromptProgress&)>;
    // Reads all of `prompt`, from the furthest place that the model remembers of it; `progress` is called
    // between chunks.
    // Errors: those of Generation::readPrompt(); what was read before a stop is remembered.
    [[nodiscard]] engine::Expected<PromptRead> readPrompt(const QString& prompt, std::stop_token stop,
                                                          const Progress& progress);
    // Writes one token. Errors: those of Generation::next().
    [[nodiscard]] engine::Expected<void> step();

    // Once it has ended: reads the text with what it wrote, as the next prompt will be, so that going on
    // starts at once. Errors as readPrompt().
    [[nodiscard]] engine::Expected<void> readAhead(std::stop_token stop);

    // What a project should keep of what the model knows of the text (state_keeping.h).
    [[nodiscard]] QList<KeptState> keptStates() const;
    // How much of the prompt it has read so far; what the model remembered from before is not counted.
    [[nodiscard]] std::size_t tokensRead() const { return m_tokensRead; }

    [[nodiscard]] bool hasEnded() const { return m_endReason != EndReason::None; }
    [[nodiscard]] EndReason endReason() const { return m_endReason; }
    [[nodiscard]] const SideTimings& timings() const { return m_timings; }
    // Those that the recorder does not have yet, so that nothing is missing from the last batch.
    void deliverGates() { (void)m_model.session->deliverGates(); }
    [[nodiscard]] TextBatcher& batcher() { return m_batcher; }
    [[nodiscard]] const ModelInfo& model() const { return m_model.info; }

private:
    RequestId m_id;
    Side m_side;
    ShelvedModel& m_model;
    GenerationOptions m_options;
    TextBatcher m_batcher;
    // Only if the model has gates and they are wanted. Outlives the generation, which hands over the last
    // gates.
    std::optional<engine::GateRecorder> m_recorder;
    engine::Generation m_generation;
    std::string m_text;             // the prompt, then also what was written
    std::vector<int> m_aheadTokens; // of all of it, once that was read ahead
    std::size_t m_tokensRead = 0;
    SideTimings m_timings;
    EndReason m_endReason = EndReason::None;
};

} // namespace app
