// gate_frame.h: what is kept of the gates of a token: a summary per layer and, if wanted, every value as a
// code.
// Source:  docs/spec/enhanced-rwkv.md; values g[l,t] in [0, 1], D channels per layer.
// Codes:   8 bits, round(255 g), so a code c stands for g = c / 255 within 1/510.
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// Of the D gates of one layer at one token. Mean, standard deviation (of the D values, divided by D) and
// share are those of the float32 values. A percentile is the nearest-rank one, the smallest value with at
// least that part of the channels at or below it, as its code / 255.
struct GateSummary {
    float mean = 0;
    float standardDeviation = 0;
    float percentile10 = 0;
    float median = 0;
    float percentile90 = 0;
    float shareAboveHalf = 0;

    bool operator==(const GateSummary&) const = default;
};

// The gates of consecutive tokens of one sequence, all layers.
struct GateFrames {
    std::int64_t first = 0; // position of the first token in the sequence, from 0
    int tokens = 0;
    int layers = 0;
    int width = 0;
    std::vector<GateSummary> summaries; // [tokens, layers]
    std::vector<std::uint8_t> codes;    // [tokens, layers, width], or empty

    [[nodiscard]] std::span<const GateSummary> summariesOf(int token) const {
        return std::span(summaries).subspan(static_cast<std::size_t>(token) *
                                                static_cast<std::size_t>(layers),
                                            static_cast<std::size_t>(layers));
    }
    // Empty if no codes were kept.
    [[nodiscard]] std::span<const std::uint8_t> codesOf(int token, int layer) const {
        if (codes.empty())
            return {};
        const auto d = static_cast<std::size_t>(width);
        return std::span(codes).subspan((static_cast<std::size_t>(token) * static_cast<std::size_t>(layers) +
                                         static_cast<std::size_t>(layer)) *
                                            d,
                                        d);
    }
};

} // namespace engine
