// model_evaluation.h: loads a model and measures what was asked for.
// Threads: main() only; progress goes to standard error.
#pragma once

#include "engine/cli/commands/commands.h"
#include "engine/cli/commands/evaluate/evaluate_options.h"
#include "engine/cli/commands/evaluate/model_figures.h"
#include "engine/cli/commands/evaluate/prompt_file.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace engine {

// What models are measured on.
struct EvaluatedTexts {
    std::optional<std::string> text;
    std::string textPath;        // for messages
    std::vector<Prompt> prompts; // empty: nothing is continued
    bool readsGates = false;     // of models that have some, on `text`
    SamplerSettings sampler;
};

using ContinuationWriter = std::function<Expected<void>(const ScoredContinuation&)>;

// `written` gets every continuation. Errors: those of loading and of every measurement, with the choice's
// label in front of the sentence; those of `written`.
[[nodiscard]] Expected<ModelFigures> evaluateModel(const ModelChoice& choice, const EvaluatedTexts& texts,
                                                   const EvaluateOptions& options,
                                                   const CommandContext& context,
                                                   const ContinuationWriter& written);

// Whether a model has gates that can be read; looks at the heads of its files only. Errors: as for loading.
[[nodiscard]] Expected<bool> hasGates(const ModelOptions& options);

} // namespace engine
