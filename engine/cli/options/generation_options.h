// generation_options.h: the prompt, its length and the sampler, for the commands that continue a text.
// Threads: main() only.
#pragma once

#include "engine/cli/options/seed_option.h"
#include "engine/core/error.h"
#include "engine/runtime/generation.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace engine {

struct GenerationOptions {
    std::string prompt;
    std::string promptFile;
    bool ignoresDocumentEnd = false;
    std::vector<std::string> biases; // as they are given
    Seed seed{SamplerSettings().seed};
    GenerationSettings settings; // but for the seed
};

// --seed, --temperature and all that follows it.
void addSamplerOptions(CLI::App& command, SamplerSettings& sampler, Seed& seed);
void addGenerationOptions(CLI::App& command, GenerationOptions& options);

// The prompt, from the option or its file. Errors: FileNotFound, FileUnreadable.
[[nodiscard]] Expected<std::string> promptOf(const GenerationOptions& options);

// While parsing: throw CLI::ValidationError naming the value out of range, which is wrong usage.
[[nodiscard]] SamplerSettings samplerOf(SamplerSettings sampler, const Seed& seed);
[[nodiscard]] GenerationSettings settingsOf(const GenerationOptions& options);

} // namespace engine
