// sampled_settings.h: settings and logits that the tests of the sampler draw with.
#pragma once

#include "engine/core/random.h"
#include "engine/sampling/sampler.h"

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace test {

using engine::Random;
using engine::Sampler;
using engine::SamplerSettings;

// Nothing but the softmax.
inline SamplerSettings plainSettings() {
    SamplerSettings s;
    s.temperature = 1;
    s.topP = 1;
    return s;
}

inline std::vector<float> randomLogits(Random& random, std::size_t count, double spread) {
    std::vector<float> logits(count);
    for (float& logit : logits)
        logit = static_cast<float>(random.normal() * spread);
    return logits;
}

inline int sampleCopy(Sampler& sampler, std::vector<float> logits) { return sampler.sample(logits); }

struct Settings {
    const char* name;
    SamplerSettings settings;
};

// Each setting alone, and together.
inline std::vector<Settings> oneOfEach() {
    std::vector<Settings> all;
    const auto add = [&](const char* name, const auto& change) {
        SamplerSettings s = plainSettings();
        change(s);
        all.push_back({name, s});
    };
    add("softmax", [](auto&) {});
    add("temperature 0.5", [](auto& s) { s.temperature = 0.5f; });
    add("temperature 2", [](auto& s) { s.temperature = 2; });
    add("top-k", [](auto& s) { s.topK = 7; });
    add("top-k 1", [](auto& s) { s.topK = 1; });
    add("top-p", [](auto& s) { s.topP = 0.7f; });
    add("top-p 0", [](auto& s) { s.topP = 0; });
    add("min-p", [](auto& s) { s.minP = 0.1f; });
    add("min-p 1", [](auto& s) { s.minP = 1; });
    add("typical", [](auto& s) { s.typical = 0.6f; });
    add("presence", [](auto& s) { s.presencePenalty = 1.5f; });
    add("negative presence", [](auto& s) { s.presencePenalty = -1; });
    add("frequency", [](auto& s) { s.frequencyPenalty = 0.4f; });
    add("frequency with decay", [](auto& s) {
        s.frequencyPenalty = 0.8f;
        s.penaltyDecay = 0.8f;
    });
    add("repetition", [](auto& s) { s.repetitionPenalty = 1.4f; });
    add("bans", [](auto& s) { s.bannedTokens = {0, 5, 6, 39, 1000}; });
    add("DRY", [](auto& s) {
        s.dryMultiplier = 0.8f;
        s.dryAllowedLength = 1;
    });
    add("DRY with breakers", [](auto& s) {
        s.dryMultiplier = 2;
        s.dryAllowedLength = 1;
        s.dryBreakers = {1, 8};
    });
    add("XTC", [](auto& s) {
        s.xtcThreshold = 0.06f;
        s.xtcProbability = 0.5f;
    });
    add("biases", [](auto& s) {
        const float never = -std::numeric_limits<float>::infinity();
        s.topK = 12;
        s.biases = {{0, 1.5f}, {4, -2}, {17, 4}, {30, never}, {39, 100.0f - 97}, {1000, 5}};
    });
    add("defaults", [](auto& s) { s = SamplerSettings{}; });
    add("all together", [](auto& s) {
        s.temperature = 1.3f;
        s.topK = 20;
        s.typical = 0.9f;
        s.topP = 0.95f;
        s.minP = 0.02f;
        s.presencePenalty = 0.3f;
        s.frequencyPenalty = 0.2f;
        s.repetitionPenalty = 1.1f;
        s.penaltyDecay = 0.9f;
        s.bannedTokens = {3};
        s.dryMultiplier = 0.5f;
        s.dryBase = 1.5f;
        s.dryRange = 8;
        s.xtcThreshold = 0.1f;
        s.xtcProbability = 0.3f;
        s.biases = {{2, 0.5f}, {21, -1}};
    });
    return all;
}

} // namespace test
