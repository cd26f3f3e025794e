// side_run.h: one side of a request while it is being written: its generation, what waits to be sent, and how
// long it took.
// Threads: engine thread only.
#pragma once

#include "app/assistant/generation_messages.h"
#include "app/assistant/model_shelf.h"
#include "app/assistant/text_batcher.h"
#include "engine/core/error.h"
#include "engine/runtime/generation.h"
#include "engine/trace/gate_recorder.h"

#include <optional>
#include <stop_token>
#include <string>

namespace app {

class SideRun {
public:
    // `model` must stay on its shelf while the run exists. Only one run at a time may use its state cache.
    SideRun(RequestId id, Side side, ShelvedModel& model, const GenerationOptions& options,
            bool usesStateCache);

    // Reads what the limit lets through of `prompt`. Errors: those of Generation::readPrompt().
    [[nodiscard]] engine::Expected<PromptRead> readPrompt(const QString& prompt, std::stop_token stop);
    // Writes one token. Errors: those of Generation::next().
    [[nodiscard]] engine::Expected<void> step();

    // Once it has ended: reads the whole text with what it wrote, so that going on starts at once, from all of it.
    // Errors as readPrompt().
    [[nodiscard]] engine::Expected<void> readAhead(std::stop_token stop);

    [[nodiscard]] bool hasEnded() const { return m_endReason != EndReason::None; }
    [[nodiscard]] EndReason endReason() const { return m_endReason; }
    [[nodiscard]] const SideTimings& timings() const { return m_timings; }
    // Those that the recorder does not have yet, so that nothing is missing from the last batch.
    void deliverGates() { (void)m_model.session->deliverGates(); }
    [[nodiscard]] TextBatcher& batcher() { return m_batcher; }
    [[nodiscard]] const ModelInfo& model() const { return m_model.info; }
    [[nodiscard]] const ShelvedModel& shelved() const { return m_model; }

private:
    // Whether all of it can be read within the limit, as the model remembers the rest.
    [[nodiscard]] engine::Expected<bool> isMostlyKnown(const QString& prompt) const;
    // Where what is to be read of `prompt` begins: the whole of it, or what the limit lets through.
    [[nodiscard]] engine::Expected<qsizetype> startOf(const QString& prompt) const;

    RequestId m_id;
    Side m_side;
    ShelvedModel& m_model;
    GenerationOptions m_options;
    bool m_usesStateCache;
    TextBatcher m_batcher;
    // Only if the model has gates and they are wanted. Outlives the generation, which hands over the last gates.
    std::optional<engine::GateRecorder> m_recorder;
    engine::Generation m_generation;
    QString m_prompt;
    std::string m_written;
    SideTimings m_timings;
    EndReason m_endReason = EndReason::None;
};

} // namespace app
