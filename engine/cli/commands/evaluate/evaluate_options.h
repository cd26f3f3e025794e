// evaluate_options.h: what `inkgate-cli evaluate` is asked to measure.
// Threads: main() only.
#pragma once

#include "engine/cli/commands/evaluate/model_choice.h"
#include "engine/cli/options/model_options.h"
#include "engine/cli/options/seed_option.h"
#include "engine/evaluation/bootstrap.h"
#include "engine/sampling/sampler.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace engine {

struct EvaluateOptions {
    ModelOptions model;
    std::vector<std::string> models; // instead of model.model and model.gate

    std::string text;
    std::string corpus;
    std::string split = "test";
    std::int64_t limitBytes = 0;

    std::string prompts;
    std::size_t limitPrompts = 0;
    int continuationTokens = 60;
    Seed seed{SamplerSettings().seed};
    SamplerSettings sampler; // but for the seed
    std::size_t timePrompts = 20;
    int timeTokens = 50;
    std::string continuations; // made before: nothing but these is scored

    bool readsGates = false;
    std::string gatesCsv;
    std::string html;
    std::string continuationsOut;
    BootstrapSettings bootstrap;

    // The models, at least one.
    [[nodiscard]] std::vector<ModelChoice> choices() const;
    // What --type and --vocab say, with the model and gate of a choice.
    [[nodiscard]] ModelOptions modelOptions(const ModelChoice& choice) const;
};

void addEvaluateOptions(CLI::App& command, EvaluateOptions& options);

// While parsing: throws CLI::ValidationError for options that do not go together or mean nothing.
void checkEvaluateOptions(const EvaluateOptions& options);

// The text to read: the one named, or a split of the corpus. Nothing if only prompts were given. Errors:
// InvalidArgument if there is nothing at all to measure on, FileNotFound.
[[nodiscard]] Expected<std::optional<std::filesystem::path>> evaluatedText(const EvaluateOptions& options);

} // namespace engine
