// generation_options.h: the prompt, its length and the sampler, for the commands that continue a text.
// Threads: main() only.
#pragma once

#include "engine/cli/options/seed_option.h"
#include "engine/core/error.h"
#include "engine/runtime/generation.h"

#include <CLI/CLI.hpp>

#include <string>

namespace engine {

struct GenerationOptions {
    std::string prompt;
    std::string promptFile;
    bool ignoresDocumentEnd = false;
    Seed seed{SamplerSettings().seed};
    GenerationSettings settings; // but for the seed
};

void addGenerationOptions(CLI::App& command, GenerationOptions& options);

// The prompt, from the option or its file. Errors: FileNotFound, FileUnreadable.
[[nodiscard]] Expected<std::string> promptOf(const GenerationOptions& options);

// While parsing: throws CLI::ValidationError naming the value out of range, which is wrong usage.
[[nodiscard]] GenerationSettings settingsOf(const GenerationOptions& options);

} // namespace engine
