// draw_comparison.h: draws of the emulated device beside those of the sampler on the processor, and what may
// differ between them.
#pragma once

#include "engine/operations/draw/draw_memory.h"
#include "engine/operations/draw/token_draw.h"
#include "engine/sampling/sampler.h"
#include "tests/support/cuda_emulation/cuda_emulation.h"

#include <QtGlobal>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

namespace support {

using namespace engine;

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
inline constexpr double kBorder = 1e-6;
inline constexpr double kTolerance = 1e-5; // of probabilities, as a share

struct Case {
    std::vector<float> logits;
    SamplerSettings settings;
    std::vector<int> history;
};

struct HostDraw {
    int token = 0;
    float probability = 0;
    std::vector<Candidate> candidates; // most likely first
};

inline HostDraw onProcessor(const Case& c) {
    Sampler sampler(c.settings);
    for (const int token : c.history)
        sampler.observe(token);
    std::vector<float> logits = c.logits;
    HostDraw drawn;
    drawn.token = sampler.sample(logits);
    drawn.probability = sampler.drawnProbability();
    drawn.candidates = sampler.candidates();
    return drawn;
}

inline std::vector<TokenPenalty> penaltiesOf(const Case& c) {
    const SamplerSettings& s = c.settings;
    if (s.repetitionPenalty == 1 && s.presencePenalty == 0 && s.frequencyPenalty == 0)
        return {};
    std::map<int, double> weights;
    for (const int token : c.history) {
        for (auto& [seen, weight] : weights)
            weight *= static_cast<double>(s.penaltyDecay);
        weights[token] += 1;
    }
    std::vector<TokenPenalty> penalties;
    for (const auto& [token, weight] : weights)
        penalties.push_back({token, static_cast<float>(s.presencePenalty + s.frequencyPenalty * weight)});
    return penalties;
}

inline DrawnToken onDevice(const Case& c, cuda::DrawMemory& memory) {
    cuda::DeviceArray<float> logits(c.logits.size(), "testing");
    cuda::check(
        cudaMemcpy(logits.data(), c.logits.data(), c.logits.size() * sizeof(float), cudaMemcpyHostToDevice),
        "testing");
    const std::vector<TokenPenalty> penalties = penaltiesOf(c);
    const SamplerSettings& s = c.settings;
    TokenDraw op;
    op.vocabulary = static_cast<int>(c.logits.size());
    op.logits = logits.data();
    op.temperature = s.temperature;
    op.topK = s.topK;
    op.topP = s.topP;
    op.minP = s.minP;
    op.typical = s.typical;
    op.repetitionPenalty = s.repetitionPenalty;
    op.penalties = penalties;
    op.banned = s.bannedTokens;
    op.uniform = Random(s.seed).uniform();
    const DrawnToken drawn = cuda::drawToken(op, memory, cuda::Stream{});
    if (std::memcmp(logits.data(), c.logits.data(), c.logits.size() * sizeof(float)) != 0)
        qFatal("the logits were changed");
    return drawn;
}

bool isNear(double a, double b, double share) { return std::abs(a - b) <= share * std::max(a, b); }

// What is wrong; empty for nothing.
inline QString difference(const HostDraw& host, const DrawnToken& device) {
    if (device.token != host.token)
        return QStringLiteral("token %1, not %2").arg(device.token).arg(host.token);
    if (!isNear(device.probability, host.probability, kTolerance))
        return QStringLiteral("probability %1, not %2").arg(device.probability).arg(host.probability);
    const std::size_t best = std::min(host.candidates.size(), kDrawnBest);
    if (device.bestCount != static_cast<int>(best))
        return QStringLiteral("%1 best ones, not %2").arg(device.bestCount).arg(best);
    for (std::size_t i = 0; i < best; ++i) {
        const auto found = std::find_if(host.candidates.begin(), host.candidates.end(),
                                        [&](const Candidate& c) { return c.token == device.bestTokens[i]; });
        if (found == host.candidates.end() ||
            !isNear(device.bestProbabilities[i], found->probability, kTolerance) ||
            !isNear(found->probability, host.candidates[i].probability, kBorder))
            return QStringLiteral("place %1: %2 with %3, not %4 with %5")
                .arg(i)
                .arg(device.bestTokens[i])
                .arg(device.bestProbabilities[i])
                .arg(host.candidates[i].token)
                .arg(host.candidates[i].probability);
    }
    return {};
}

// Whether the uniform number is so near to where one candidate ends that the device may well have drawn its
// own.
inline bool liesBetween(const Case& c, HostDraw host, const DrawnToken& device) {
    std::sort(host.candidates.begin(), host.candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.token < b.token; });
    const double uniform = Random(c.settings.seed).uniform();
    double before = 0;
    for (const Candidate& candidate : host.candidates) {
        const double after = before + static_cast<double>(candidate.probability);
        if (candidate.token == device.token)
            return uniform > before - kBorder && uniform < after + kBorder;
        before = after;
    }
    return false;
}

inline bool isExplained(const Case& c, const DrawnToken& device) {
    for (const double change : {0.0, -kBorder, kBorder}) {
        Case near = c;
        for (float* value : {&near.settings.topP, &near.settings.minP, &near.settings.typical})
            if (*value > 0 && *value < 1)
                *value = static_cast<float>(static_cast<double>(*value) * (1 + change));
        HostDraw host = onProcessor(near);
        if (host.token != device.token && liesBetween(near, host, device)) {
            host.token = device.token;
            for (const Candidate& candidate : host.candidates)
                if (candidate.token == device.token)
                    host.probability = candidate.probability;
        }
        if (difference(host, device).isEmpty())
            return true;
    }
    return false;
}

float normal(Random& random) { return static_cast<float>(random.normal()); }

inline std::vector<float> someLogits(const QByteArray& kind, int vocabulary, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> logits(static_cast<std::size_t>(vocabulary));
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (kind == "like text") { // a few likely ones above a broad heap
            const auto rank = static_cast<float>(i * 7919 % logits.size());
            logits[i] = 12 - 2.2f * std::log(rank + 1) + 0.7f * normal(random);
        } else if (kind == "broad") {
            logits[i] = 3 * normal(random);
        } else if (kind == "flat") {
            logits[i] = 0.01f * normal(random);
        } else if (kind == "a ladder") { // where a wrong border shows
            logits[i] = -0.01f * static_cast<float>(i * 7919 % logits.size());
        } else if (kind == "ties") {
            logits[i] = std::round(2 * normal(random));
        } else if (kind == "peaked") {
            logits[i] = normal(random) + (random.below(logits.size()) < 2 ? 14.0f : -14.0f);
        } else { // damaged
            logits[i] = 3 * normal(random);
            const auto what = random.below(10);
            logits[i] = what == 0 ? kNaN : what == 1 ? -kInfinity : logits[i];
        }
    }
    return logits;
}

struct NamedSettings {
    const char* name;
    SamplerSettings settings;
};

inline std::vector<NamedSettings> allSettings() {
    SamplerSettings off;
    off.temperature = 1;
    off.topP = 1;
    std::vector<NamedSettings> all;
    const auto add = [&](const char* name, auto change) {
        all.push_back({name, off});
        change(all.back().settings);
    };
    add("no filter", [](SamplerSettings&) {});
    add("the usual", [](SamplerSettings& s) { s.temperature = 0.8f, s.topP = 0.92f; });
    add("greedy", [](SamplerSettings& s) { s.temperature = 0; });
    add("cold", [](SamplerSettings& s) { s.temperature = 1e-6f; });
    add("as cold as can be", [](SamplerSettings& s) { s.temperature = 1e-37f, s.topP = 0.5f; });
    add("hot", [](SamplerSettings& s) { s.temperature = 50; });
    add("hot, top-p", [](SamplerSettings& s) { s.temperature = 3, s.topP = 0.3f; });
    add("top-p 0", [](SamplerSettings& s) { s.topP = 0; });
    add("top-p nearly 1", [](SamplerSettings& s) { s.topP = 0.999f; });
    add("min-p", [](SamplerSettings& s) { s.minP = 0.05f; });
    add("min-p 1", [](SamplerSettings& s) { s.minP = 1; });
    add("top-k 1", [](SamplerSettings& s) { s.topK = 1; });
    add("top-k 40", [](SamplerSettings& s) { s.topK = 40; });
    add("top-k 1000", [](SamplerSettings& s) { s.topK = 1000; });
    add("typical", [](SamplerSettings& s) { s.typical = 0.7f; });
    add("typical of nearly nothing", [](SamplerSettings& s) { s.typical = 1e-4f; });
    add("top-p and min-p", [](SamplerSettings& s) { s.topP = 0.9f, s.minP = 0.02f; });
    add("top-k and top-p", [](SamplerSettings& s) { s.topK = 50, s.topP = 0.8f; });
    add("top-k and typical", [](SamplerSettings& s) { s.topK = 200, s.typical = 0.6f; });
    add("typical and top-p", [](SamplerSettings& s) { s.typical = 0.9f, s.topP = 0.7f; });
    add("typical and min-p", [](SamplerSettings& s) { s.typical = 0.8f, s.minP = 0.1f; });
    add("all filters", [](SamplerSettings& s) {
        s.temperature = 1.3f, s.topK = 300, s.typical = 0.95f, s.topP = 0.9f, s.minP = 0.01f;
    });
    const auto penalise = [](SamplerSettings& s) {
        s.presencePenalty = 0.4f, s.frequencyPenalty = 0.3f, s.repetitionPenalty = 1.2f,
        s.penaltyDecay = 0.99f;
    };
    add("penalties", [&](SamplerSettings& s) { penalise(s), s.topP = 0.9f; });
    add("penalties and bans, greedy",
        [&](SamplerSettings& s) { penalise(s), s.temperature = 0, s.bannedTokens = {0, 3, 4, 31, 32, 96}; });
    add("penalties, bans and all filters", [&](SamplerSettings& s) {
        penalise(s), s.bannedTokens = {1, 2, 3, 5, 8, 1024, 2047};
        s.topK = 100, s.typical = 0.95f, s.topP = 0.9f, s.minP = 0.01f;
    });
    return all;
}

inline Case caseOf(std::vector<float> logits, float temperature, float topP = 1, std::uint64_t seed = 0) {
    Case c;
    c.logits = std::move(logits);
    c.settings.temperature = temperature;
    c.settings.topP = topP;
    c.settings.seed = seed;
    return c;
}

inline bool isSame(const DrawnToken& a, const DrawnToken& b) {
    return a.isComplete == b.isComplete && a.token == b.token && a.probability == b.probability &&
           a.bestCount == b.bestCount && a.bestTokens == b.bestTokens &&
           a.bestProbabilities == b.bestProbabilities;
}

} // namespace support
