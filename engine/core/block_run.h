// block_run.h: what the block types have in common: runs of 32 values kept as small integers with a scale.
//   value[i] = scale[i / 16] * (code[i] - offset) + minimum
// Source:  docs/spec/formats.md section 5. Every block is one run, but for Q4_K, Q5_K and Q6_K, which are
//          eight.
// Threads: pure functions.
#pragma once

#include "engine/core/data_type.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace engine {

inline constexpr std::size_t kRunLength = 32;

struct BlockRun {
    std::array<float, 2> scales{}; // of the first and the second 16 values; different in Q6_K only
    float minimum = 0;
    int offset = 0;
    std::array<std::uint8_t, kRunLength> codes{};

    [[nodiscard]] float value(std::size_t i) const {
        return scales[i / 16] * static_cast<float>(static_cast<int>(codes[i]) - offset) + minimum;
    }
};

// The run with this index among a row of blocks of a block type.
[[nodiscard]] BlockRun readBlockRun(DataType type, const std::byte* blocks, std::size_t run);

// One block of Q8_0 or Q4_0 that stands for the values as closely as its scale allows: the largest magnitude
// becomes a multiple of it. A value that is no number becomes 0, and scales end at float16's largest.
void writeBlock(DataType type, std::span<const float, kRunLength> values, std::byte* block);

} // namespace engine
