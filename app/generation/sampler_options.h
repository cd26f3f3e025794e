// sampler_options.h: how the next token is drawn, in the application's terms. Same meaning, ranges and order
// of filters as engine/sampling/sampler.h; values out of range are refused by the engine with a sentence,
// which ends the request as failed.
// Threads: values.
#pragma once

#include <QJsonObject>
#include <QtGlobal>

namespace app {

struct SamplerOptions {
    double temperature = 0.8; // 0: always the most likely token
    int topK = 0;             // 0: off
    double topP = 0.92;       // 1: off
    double minP = 0.0;        // 0: off
    double typical = 1.0;     // 1: off
    double presencePenalty = 0.0;
    double frequencyPenalty = 0.0;
    double repetitionPenalty = 1.0; // 1: off
    double penaltyDecay = 0.996;    // weight of an occurrence per later token, (0, 1]
    double dryMultiplier = 0.0;     // 0: off
    double dryBase = 1.75;
    int dryAllowedLength = 2; // tokens
    int dryRange = 2048;      // tokens; 0: all
    double xtcThreshold = 0.1;
    double xtcProbability = 0.0; // 0: off
    quint64 seed = 0;

    bool operator==(const SamplerOptions&) const = default;
};

// JSON as kept in project files and preferences; the seed is a decimal string, since JSON numbers hold 53
// bits.
[[nodiscard]] QJsonObject toJson(const SamplerOptions& options);
// Missing or unfit values keep their defaults.
[[nodiscard]] SamplerOptions samplerOptionsFromJson(const QJsonObject& json);

} // namespace app
