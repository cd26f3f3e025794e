// gate_frame.h: what is kept of the gates of a token: a summary per layer and, if wanted, every value as a
// code.
// Source:  docs/spec/enhanced-rwkv.md; values g[l,t] in [0, 1], D channels per layer.
// Rows:    "layers" and "width" are those of a GateLayout (engine/model/gate_layout.h): the rows of gates of
//          a token, and the gates of a row. Most enhancements have one row per layer, of D gates. Those with
//          a gate for every source have S rows per layer, of D / 8 gates, where row l S + i is source i of
//          layer l.
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

// Summaries travel and are stored packed, in the bytes of gate_packing.h: rounded once, where they are
// recorded, so that what is shown now is what a reopened file shows.
inline constexpr std::size_t kPackedSummaryBytes = 9; // per layer; fixed for ever

// Gates of consecutive tokens that somebody else owns.
struct GateRows {
    std::int64_t first = 0; // position of the first token in the sequence, from 0
    int tokens = 0;
    int layers = 0;
    int width = 0;
    std::span<const std::byte> summaries; // [tokens, layers, kPackedSummaryBytes]
    std::span<const std::uint8_t> codes;  // [tokens, layers, width], or empty

    [[nodiscard]] std::span<const std::byte> summariesOf(int token) const {
        const std::size_t size = static_cast<std::size_t>(layers) * kPackedSummaryBytes;
        return summaries.subspan(static_cast<std::size_t>(token) * size, size);
    }
    // Empty if no codes were kept.
    [[nodiscard]] std::span<const std::uint8_t> codesOf(int token, int layer) const {
        if (codes.empty())
            return {};
        const auto d = static_cast<std::size_t>(width);
        const std::size_t row = static_cast<std::size_t>(token) * static_cast<std::size_t>(layers) +
                                static_cast<std::size_t>(layer);
        return codes.subspan(row * d, d);
    }
};

// The same, owned.
struct GateFrames {
    std::int64_t first = 0;
    int tokens = 0;
    int layers = 0;
    int width = 0;
    std::vector<std::byte> summaries;
    std::vector<std::uint8_t> codes;

    [[nodiscard]] GateRows rows() const { return {first, tokens, layers, width, summaries, codes}; }
    [[nodiscard]] std::size_t byteSize() const { return summaries.size() + codes.size(); }
};

} // namespace engine
