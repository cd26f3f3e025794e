// result_files.h: the files that evaluate writes beside its result. They are opened before anything is
// measured, so that a folder that is missing or a disk that is full is told at once, and appear complete or
// not at all.
// Threads: one at a time.
#pragma once

#include "engine/cli/commands/evaluate/evaluate_options.h"
#include "engine/cli/commands/evaluate/model_figures.h"
#include "engine/cli/commands/evaluate/prompt_file.h"
#include "engine/core/atomic_file.h"

#include <optional>

namespace engine {

class ResultFiles {
public:
    // Those that the options name. Errors: WriteFailed.
    [[nodiscard]] static Expected<ResultFiles> open(const EvaluateOptions& options);

    // Errors: WriteFailed.
    [[nodiscard]] Expected<void> add(const ScoredContinuation& continuation);
    // Writes the rest; then all are there.
    [[nodiscard]] Expected<void> finish(const Evaluation& evaluation);

private:
    std::optional<AtomicFile> m_continuations, m_gatesCsv, m_html;
};

} // namespace engine
