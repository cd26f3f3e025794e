// generation_trace.h: writes the tokens of one generation, its gates and the chunks that its sparse
// blocks chose, to a trace file (`generate --trace FILE`).
// Threads: the generating one; writing happens on a thread of its own.
#pragma once

#include "engine/cli/options/model_options.h"
#include "engine/core/error.h"
#include "engine/runtime/generation.h"
#include "engine/trace/chunk_recorder.h"
#include "engine/trace/gate_recorder.h"
#include "engine/trace/gate_trace_writer.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace engine {

class GenerationTrace {
public:
    // Errors: InvalidArgument if the model has neither gates nor sparse blocks; those of
    // GateTraceWriter::start().
    [[nodiscard]] static Expected<std::unique_ptr<GenerationTrace>> start(const std::filesystem::path& path,
                                                                          const LoadedModel& loaded,
                                                                          const Tokenizer& tokenizer,
                                                                          const GenerationSettings& settings);

    [[nodiscard]] GateSink& sink();
    void addPrompt(const Generation& generation);
    void addGenerated(const GeneratedToken& token);
    // The run's id in the file. Errors: the first one of writing.
    [[nodiscard]] Expected<std::int64_t> finish();

private:
    GenerationTrace(std::unique_ptr<GateTraceWriter> writer, const ModelConfig& config,
                    const Tokenizer& tokenizer);

    std::unique_ptr<GateTraceWriter> m_writer;
    const Tokenizer& m_tokenizer;
    std::optional<GateRecorder> m_gates;
    std::optional<ChunkRecorder> m_choices; // hands gates on
    std::int64_t m_position = 0;            // of the next token to add
};

} // namespace engine
