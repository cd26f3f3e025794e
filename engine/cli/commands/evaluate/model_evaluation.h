// model_evaluation.h: loads models and measures what was asked for.
// Threads: main() only; progress goes to standard error.
#pragma once

#include "engine/cli/commands/commands.h"
#include "engine/cli/commands/evaluate/evaluate_options.h"
#include "engine/cli/commands/evaluate/model_figures.h"
#include "engine/cli/commands/evaluate/prompt_file.h"
#include "engine/cli/options/session_option.h"

#include <functional>
#include <memory>
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

struct OpenedModel {
    std::string label;
    LoadedModel loaded;
    std::unique_ptr<const Tokenizer> tokenizer;
    OpenedSession opened;

    [[nodiscard]] bool hasGates() const; // learned ones, which can be read
};

// All of them at once, so that what is wrong with one is told before the first is measured, and that their
// times can be taken in turn. A gate shares the weights of its base if that is one of the models before it.
// Errors: those of loading and of opening a session.
[[nodiscard]] Expected<std::vector<OpenedModel>> openModels(const EvaluateOptions& options,
                                                            const std::shared_ptr<ThreadPool>& pool,
                                                            const CommandContext& context);

// Of each model, on the first prompts. Errors: those of measureGenerationTimes().
[[nodiscard]] Expected<std::vector<GenerationTimes>> measureTimes(const std::vector<OpenedModel>& models,
                                                                  const std::vector<Prompt>& prompts,
                                                                  const EvaluateOptions& options,
                                                                  const CommandContext& context);

// All but the times. `written` gets every continuation. Errors: those of every measurement, with the model's
// label in front of the sentence; those of `written`.
[[nodiscard]] Expected<ModelFigures> evaluateModel(const OpenedModel& model, const EvaluatedTexts& texts,
                                                   const EvaluateOptions& options, ThreadPool& pool,
                                                   const CommandContext& context,
                                                   const ContinuationWriter& written);

} // namespace engine
