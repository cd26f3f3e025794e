// gate_source.h: what of the past a gate of its own may let in (variant source-gates), by name.
// Source:  docs/spec/enhanced-rwkv.md section 3a, "one gate for every source".
// Threads: values, pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/operations/enhancement/decayed_means.h"
#include "engine/operations/enhancement/source_gates.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

inline constexpr int kFarthestSource = 64; // k of h-k

struct GateSource {
    RowSource::Kind kind = RowSource::Kind::Earlier;
    int distance = 0; // Earlier: k of h[t-k]
    float decay = 0;  // Mean: what it keeps of itself per token

    bool operator==(const GateSource&) const = default;
};

// "h-1", "mean:0.75", "x0", "x0-1", and back. Errors: FileDamaged, saying what a source may be.
[[nodiscard]] std::string name(const GateSource& source);
[[nodiscard]] Expected<GateSource> sourceNamed(std::string_view name);
// Of names in a file's order. Errors: FileDamaged also for none, too many, and one that stands twice.
[[nodiscard]] Expected<std::vector<GateSource>> sourcesNamed(std::span<const std::string> names);
// Every one that the routings of section 3a have: h-1 to h-4, the usual means, x0, x0-1.
[[nodiscard]] std::vector<GateSource> usualSources();

// The largest k; 0 without such a source.
[[nodiscard]] int farthestSource(std::span<const GateSource> sources);
[[nodiscard]] int countMeans(std::span<const GateSource> sources);
[[nodiscard]] bool hasEmbedding(std::span<const GateSource> sources); // x0 or x0-1
// The decays of the means, in the order of the sources.
[[nodiscard]] std::array<float, kMostMeans> meanDecays(std::span<const GateSource> sources);
// As operations take them.
[[nodiscard]] std::array<RowSource, kMostSources> rowSources(std::span<const GateSource> sources);

} // namespace engine
