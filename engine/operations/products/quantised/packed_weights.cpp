#include "engine/operations/products/quantised/packed_weights.h"

#include "engine/core/block_run.h"
#include "engine/cpu/transpose.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace engine {

namespace {

void putHalf(std::byte* out, float value) {
    const std::uint16_t half = floatToHalf(value);
    std::memcpy(out, &half, sizeof half);
}

// A run's codes with the offset that the packed ones have.
void putCodes(const BlockRun& run, const PackedLayout& layout, std::uint8_t* codes) {
    assert(layout.codeBits == 8 || run.offset == layout.offset);
    for (std::size_t i = 0; i < kRunLength; ++i)
        codes[i] = static_cast<std::uint8_t>(run.codes[i] + layout.offset - run.offset);
}

// Puts one row's run of 32 values into its places in a tile.
void putRun(const BlockRun& run, const PackedLayout& layout, std::size_t row, std::byte* tile) {
    putHalf(tile + 2 * row, run.scales[0]);
    if (layout.hasMinimum)
        putHalf(tile + 2 * (kTileRows + row), run.minimum);
    std::byte* const codes = tile + layout.headBytes() + 4 * row;
    std::array<std::uint8_t, kRunLength> bytes;
    putCodes(run, layout, bytes.data());
    std::size_t size = kRunLength;
    if (layout.codeBits == 4) {
        size /= 2;
        for (std::size_t i = 0; i < size; ++i)
            bytes[i] = static_cast<std::uint8_t>(bytes[i] | bytes[i + size] << 4);
    }
    for (std::size_t group = 0; group < size / 4; ++group)
        std::memcpy(codes + 64 * group, bytes.data() + 4 * group, 4);
}

BlockRun quantised(DataType type, std::span<const float, kRunLength> values) {
    std::array<std::byte, 34> block;
    writeBlock(type, values, block.data());
    return readBlockRun(type, block.data(), 0);
}

// With one scale, as there is room for: Q6_K has two.
BlockRun readRun(DataType stored, const std::byte* blocks, std::size_t index) {
    const BlockRun run = readBlockRun(stored, blocks, index);
    if (run.scales[0] == run.scales[1])
        return run;
    std::array<float, kRunLength> values;
    for (std::size_t i = 0; i < kRunLength; ++i)
        values[i] = run.value(i);
    return quantised(DataType::Q8_0, values);
}

// Puts a run of inputs together: runOf(output) are its weights for that output. 64 outputs at a time are
// transposed in a cache, as their codes are to stand side by side.
template <class RunOf>
void packRun(const PackedRun& packed, std::size_t outputs, std::byte* out, const RunOf& runOf) {
    constexpr std::size_t kOutputs = 64;
    const bool isByte = packed.layout.codeBits == 8;
    std::memset(out, 0, packed.byteSize());
    for (std::size_t first = 0; first < outputs; first += kOutputs) {
        std::array<std::uint8_t, kOutputs * kRunLength> byOutput{}, byInput;
        for (std::size_t i = 0; i < std::min(kOutputs, outputs - first); ++i) {
            const BlockRun run = runOf(first + i);
            putHalf(out + 2 * (first + i), run.scales[0]);
            if (packed.layout.hasMinimum)
                putHalf(out + 2 * (packed.outputs + first + i), run.minimum);
            putCodes(run, packed.layout, byOutput.data() + placeInRun(i) * kRunLength);
        }
        transpose(byOutput.data(), kOutputs, kRunLength, 0, kRunLength, byInput.data());
        std::byte* codes = out + packed.headBytes() + first / (isByte ? 64 : 128) * 64;
        const unsigned shift = isByte || first % 128 == 0 ? 0 : 4;
        for (std::size_t i = 0; i < kRunLength; ++i, codes += packed.inputBytes())
            for (std::size_t j = 0; j < kOutputs; ++j)
                codes[j] |= static_cast<std::byte>(byInput[i * kOutputs + j] << shift);
    }
}

} // namespace

PackedLayout packedLayout(DataType type) {
    switch (type) {
    case DataType::Q4_0: return {4, false, 8};
    case DataType::Q4_1: return {4, true, 0};
    case DataType::Q5_1: return {8, true, 0};
    default: assert(type == DataType::Q8_0); return {8, false, 128};
    }
}

std::optional<DataType> packedTypeOf(DataType stored) {
    switch (stored) {
    case DataType::Q4_0: return DataType::Q4_0;
    case DataType::Q4_1:
    case DataType::Q4_K: return DataType::Q4_1;
    case DataType::Q5_1:
    case DataType::Q5_K: return DataType::Q5_1;
    case DataType::Q5_0:
    case DataType::Q8_0:
    case DataType::Q6_K: return DataType::Q8_0;
    default: return std::nullopt;
    }
}

std::size_t packedGroupBytes(DataType type, int columns) {
    assert(columns % kTileColumns == 0);
    return static_cast<std::size_t>(columns / kTileColumns) * packedLayout(type).tileBytes();
}

void packBlocks(DataType stored, const std::byte* blocks, std::size_t rowBytes, int rows, int columns,
                std::byte* group) {
    const DataType type = *packedTypeOf(stored);
    const PackedLayout layout = packedLayout(type);
    std::memset(group, 0, packedGroupBytes(type, columns)); // a scale of zero makes the missing rows zero
    for (int row = 0; row < rows; ++row) {
        const auto r = static_cast<std::size_t>(row);
        for (std::size_t column = 0; column < static_cast<std::size_t>(columns / kTileColumns); ++column)
            putRun(readRun(stored, blocks + r * rowBytes, column), layout, r,
                   group + column * layout.tileBytes());
    }
}

void packValues(DataType type, const float* values, int rows, int columns, std::byte* group) {
    const PackedLayout layout = packedLayout(type);
    std::memset(group, 0, packedGroupBytes(type, columns));
    for (int row = 0; row < rows; ++row) {
        const auto r = static_cast<std::size_t>(row);
        const float* rowValues = values + r * static_cast<std::size_t>(columns);
        for (std::size_t column = 0; column < static_cast<std::size_t>(columns / kTileColumns); ++column)
            putRun(quantised(type,
                             std::span<const float, kRunLength>(rowValues + column * kRunLength, kRunLength)),
                   layout, r, group + column * layout.tileBytes());
    }
}

PackedRun packedRun(DataType type, int outputs) {
    return {packedLayout(type), (static_cast<std::size_t>(outputs) + 127) / 128 * 128};
}

void packRunOfBlocks(DataType stored, const std::byte* blocks, std::size_t rowBytes, int outputs,
                     std::size_t run, std::byte* packed) {
    const std::size_t runOffset = run * kRunLength / elementsPerBlock(stored) * bytesPerBlock(stored);
    packRun(packedRun(*packedTypeOf(stored), outputs), static_cast<std::size_t>(outputs), packed,
            [&](std::size_t output) {
                const std::size_t ahead =
                    std::min(output + kRowsAhead, static_cast<std::size_t>(outputs) - 1);
                __builtin_prefetch(blocks + ahead * rowBytes + runOffset);
                return readRun(stored, blocks + output * rowBytes, run);
            });
}

void packRunOfValues(DataType type, const float* values, std::size_t stride, int outputs, std::byte* packed) {
    packRun(packedRun(type, outputs), static_cast<std::size_t>(outputs), packed, [&](std::size_t output) {
        return quantised(type, std::span<const float, kRunLength>(values + output * stride, kRunLength));
    });
}

} // namespace engine
