#include "engine/runtime/sampler_of_texts.h"

#include <algorithm>
#include <iterator>

namespace engine {

namespace {

std::vector<int> tokensWith(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
    std::vector<int> tokens;
    for (int token = 0; token < tokenizer.vocabularySize(); ++token)
        if (std::ranges::any_of(texts, [bytes = tokenizer.bytes(token)](const std::string& text) {
                return !text.empty() && bytes.find(text) != std::string_view::npos;
            }))
            tokens.push_back(token);
    return tokens;
}

void addBias(const TextBias& bias, const Tokenizer& tokenizer, std::map<int, float>& biases) {
    if (bias.text.empty())
        return;
    bool isToken = false;
    for (int token = 0; token < tokenizer.vocabularySize(); ++token)
        if (const auto bytes = tokenizer.bytes(token); bytes == bias.text || bytes == ' ' + bias.text) {
            biases[token] = bias.bias;
            isToken = true;
        }
    if (const auto tokens = tokenizer.encode(bias.text); !isToken && tokens && !tokens->empty())
        biases[tokens->front()] = bias.bias;
}

} // namespace

SamplerSettings samplerWithBans(const GenerationSettings& settings, const Tokenizer& tokenizer) {
    if (!settings.sampler.validate())
        return {};
    SamplerSettings sampler = settings.sampler;
    const int separator = tokenizer.documentSeparator();
    std::ranges::copy_if(tokenizer.unsampledTokens(), std::back_inserter(sampler.bannedTokens),
                         [&](int token) { return token != separator; });
    if (!settings.stopAtDocumentEnd)
        sampler.bannedTokens.push_back(separator);
    return sampler;
}

SamplerSettings samplerWithTexts(const GenerationSettings& settings, const Tokenizer& tokenizer) {
    SamplerSettings sampler = samplerWithBans(settings, tokenizer);
    for (const TextBias& bias : settings.textBiases)
        addBias(bias, tokenizer, sampler.biases);
    if (sampler.dryMultiplier > 0) {
        const std::vector<int> breakers = tokensWith(tokenizer, settings.dryBreakers);
        sampler.dryBreakers.insert(sampler.dryBreakers.end(), breakers.begin(), breakers.end());
        std::ranges::sort(sampler.dryBreakers);
    }
    return sampler;
}

} // namespace engine
