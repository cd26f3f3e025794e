#include "engine/cli/options/generation_options.h"

#include "engine/cli/options/text_input.h"

#include <cstdlib>
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
    command
        .add_option("--dry-multiplier", sampler.dryMultiplier,
                    "Off the logit of what goes on a repetition; 0: off")
        ->capture_default_str();
    command.add_option("--dry-base", sampler.dryBase, "How much more per token that the repetition is long")
        ->capture_default_str();
    command.add_option("--dry-allowed-length", sampler.dryAllowedLength, "Tokens that may be repeated")
        ->capture_default_str();
    command.add_option("--dry-range", sampler.dryRange, "Tokens that are looked at; 0: all")
        ->capture_default_str();
    command.add_option("--xtc-threshold", sampler.xtcThreshold, "What counts as too obvious")
        ->capture_default_str();
    command
        .add_option("--xtc-probability", sampler.xtcProbability,
                    "How often the obvious is left out, but for the last of it; 0: off")
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
    command.add_option("--stop-token", settings.stopTokens, "End before this token id, with commas between")
        ->delimiter(',')
        ->allow_extra_args(false);
    command.add_flag("--stop-at-sentence", settings.stopAtSentenceEnd, "End with the first sentence");
    command.add_flag("--stop-at-paragraph", settings.stopAtParagraphEnd, "End with the first paragraph");
    command.add_flag("--soft-length", settings.hasSoftLength,
                     "End with a sentence near --max-tokens, at most a quarter behind");
    command
        .add_option("--ban-phrase", settings.bannedPhrases,
                    "Never write this, in whatever case; may be given several times")
        ->allow_extra_args(false);
    command.add_option("--dry-breaker", settings.dryBreakers, "Text over which no repetition runs, for DRY")
        ->allow_extra_args(false);
    command
        .add_option("--bias", options.biases,
                    "TEXT=NUMBER or ID=NUMBER (-inf to 100): comes last, on the logit; several times")
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

namespace {

// "12=-3", " dragon=5", "a=b=-inf": the number stands behind the last sign.
void readBias(const std::string& option, GenerationSettings& settings) {
    const std::size_t sign = option.rfind('=');
    const auto wrong = [&] {
        throw CLI::ValidationError("--bias " + option +
                                   ": it must be TEXT=NUMBER or ID=NUMBER, from -100 to 100 or -inf");
    };
    if (sign == std::string::npos || sign == 0 || sign + 1 == option.size())
        wrong();
    const std::string what = option.substr(0, sign);
    char* end = nullptr;
    const std::string number = option.substr(sign + 1);
    const float bias = std::strtof(number.c_str(), &end);
    if (*end != '\0')
        wrong();
    SamplerSettings probe;
    probe.biases[0] = bias;
    if (!probe.validate())
        wrong();
    if (what.find_first_not_of("0123456789") == std::string::npos && what.size() < 9)
        settings.sampler.biases[std::stoi(what)] = bias;
    else
        settings.textBiases.push_back({what, bias});
}

} // namespace

GenerationSettings settingsOf(const GenerationOptions& options) {
    GenerationSettings settings = options.settings;
    settings.stopAtDocumentEnd = !options.ignoresDocumentEnd;
    for (const std::string& bias : options.biases)
        readBias(bias, settings);
    settings.sampler = samplerOf(settings.sampler, options.seed);
    return settings;
}

} // namespace engine
