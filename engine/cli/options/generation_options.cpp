#include "engine/cli/options/generation_options.h"

#include "engine/cli/options/text_input.h"

#include <limits>

namespace engine {

void addSamplerOptions(CLI::App& command, SamplerSettings& sampler, Seed& seed) {
    addSeedOption(command, seed, "Same seed, same text");
    command.add_option("--temperature", sampler.temperature, "0: always the likeliest token")
        ->capture_default_str();
    command.add_option("--top-k", sampler.topK, "Only the k likeliest; 0: off")->capture_default_str();
    command.add_option("--top-p", sampler.topP, "Only the likeliest that hold this share; 1: off")
        ->capture_default_str();
    command
        .add_option("--min-p", sampler.minP,
                    "Only those with this part of the likeliest's probability; 0: off")
        ->capture_default_str();
    command.add_option("--typical", sampler.typical, "Only the most typical that hold this share; 1: off")
        ->capture_default_str();
    command.add_option("--presence-penalty", sampler.presencePenalty, "Off the logit of tokens seen")
        ->capture_default_str();
    command.add_option("--frequency-penalty", sampler.frequencyPenalty, "Off the logit for each time seen")
        ->capture_default_str();
    command
        .add_option("--repetition-penalty", sampler.repetitionPenalty,
                    "Divides the logit of tokens seen; 1: off")
        ->capture_default_str();
    command
        .add_option("--penalty-decay", sampler.penaltyDecay,
                    "How much of an occurrence counts one token later")
        ->capture_default_str();
    command.add_option("--ban", sampler.bannedTokens, "Token ids that are never drawn, with commas between")
        ->delimiter(',')
        ->allow_extra_args(false);
}

void addGenerationOptions(CLI::App& command, GenerationOptions& options) {
    auto* prompts = command.add_option_group("prompt", "What to continue");
    prompts->add_option("--prompt", options.prompt, "The text to continue; empty: begin one");
    prompts->add_option("--prompt-file", options.promptFile,
                        "A file with the text to continue (plain or zstd); - reads standard input");
    prompts->require_option(1);

    GenerationSettings& settings = options.settings;
    command.add_option("--max-tokens", settings.maxTokens, "End after this many tokens")
        ->check(CLI::Range(1, std::numeric_limits<int>::max()))
        ->capture_default_str();
    command.add_option("--stop", settings.stopStrings, "End before this text; may be given several times")
        ->allow_extra_args(false);
    command.add_flag("--ignore-document-end", options.ignoresDocumentEnd,
                     "Go on where the model would end the story");

    addSamplerOptions(command, settings.sampler, options.seed);
}

Expected<std::string> promptOf(const GenerationOptions& options) {
    if (options.promptFile.empty())
        return options.prompt;
    return readText(options.promptFile);
}

SamplerSettings samplerOf(SamplerSettings sampler, const Seed& seed) {
    if (auto valid = sampler.validate(); !valid)
        throw CLI::ValidationError(valid.error().message);
    sampler.seed = seed.value;
    return sampler;
}

GenerationSettings settingsOf(const GenerationOptions& options) {
    GenerationSettings settings = options.settings;
    settings.stopAtDocumentEnd = !options.ignoresDocumentEnd;
    settings.sampler = samplerOf(settings.sampler, options.seed);
    return settings;
}

} // namespace engine
