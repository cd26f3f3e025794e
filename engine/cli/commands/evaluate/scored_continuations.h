// scored_continuations.h: scores continuations that were made before, without a model.
// Threads: main() only.
#pragma once

#include "engine/cli/commands/commands.h"
#include "engine/cli/commands/evaluate/evaluate_options.h"

namespace engine {

// Prints the scores of options.continuations: all together, or, if the file says by which models and in which
// way they were made, those of each. Errors: those of readContinuations().
[[nodiscard]] Expected<void> scoreContinuations(const EvaluateOptions& options,
                                                const CommandContext& context);

} // namespace engine
