#include "engine/kernels/packed_weights.h"

#include "engine/core/block_run.h"

#include <array>
#include <cassert>
#include <cstring>

namespace engine {

namespace {

void putHalf(std::byte* out, float value) {
    const std::uint16_t half = floatToHalf(value);
    std::memcpy(out, &half, sizeof half);
}

// Puts one row's run of 32 values into its places in a tile.
void putRun(const BlockRun& run, const PackedLayout& layout, std::size_t row, std::byte* tile) {
    putHalf(tile + 2 * row, run.scales[0]);
    if (layout.hasMinimum)
        putHalf(tile + 2 * (kTileRows + row), run.minimum);
    std::byte* const codes = tile + layout.headBytes() + 4 * row;
    if (layout.codeBits == 8) {
        std::array<std::uint8_t, kRunLength> moved;
        for (std::size_t i = 0; i < kRunLength; ++i)
            moved[i] = static_cast<std::uint8_t>(run.codes[i] + layout.offset - run.offset);
        for (std::size_t group = 0; group < kRunLength / 4; ++group)
            std::memcpy(codes + 64 * group, moved.data() + 4 * group, 4);
        return;
    }
    assert(run.offset == layout.offset);
    std::array<std::uint8_t, kRunLength / 2> pairs;
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = static_cast<std::uint8_t>(run.codes[i] | run.codes[i + pairs.size()] << 4);
    for (std::size_t group = 0; group < pairs.size() / 4; ++group)
        std::memcpy(codes + 64 * group, pairs.data() + 4 * group, 4);
}

// The same for a run of inputs.
void putRun(const BlockRun& run, const PackedRun& packed, std::size_t output, std::byte* out) {
    putHalf(out + 2 * output, run.scales[0]);
    if (packed.layout.hasMinimum)
        putHalf(out + 2 * (packed.outputs + output), run.minimum);
    std::byte* codes = out + packed.headBytes();
    if (packed.layout.codeBits == 8) {
        const std::size_t place = output / 64 * 64 + placeInRun(output % 64);
        for (std::size_t i = 0; i < kRunLength; ++i, codes += packed.inputBytes())
            codes[place] = static_cast<std::byte>(run.codes[i] + packed.layout.offset - run.offset);
        return;
    }
    assert(run.offset == packed.layout.offset);
    const std::size_t place = output / 128 * 64 + placeInRun(output % 64);
    const unsigned shift = output % 128 < 64 ? 0 : 4;
    for (std::size_t i = 0; i < kRunLength; ++i, codes += packed.inputBytes())
        codes[place] |= static_cast<std::byte>(run.codes[i] << shift);
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
    const PackedRun layout = packedRun(*packedTypeOf(stored), outputs);
    std::memset(packed, 0, layout.byteSize());
    for (std::size_t output = 0; output < static_cast<std::size_t>(outputs); ++output)
        putRun(readRun(stored, blocks + output * rowBytes, run), layout, output, packed);
}

void packRunOfValues(DataType type, const float* values, std::size_t stride, int outputs, std::byte* packed) {
    const PackedRun layout = packedRun(type, outputs);
    std::memset(packed, 0, layout.byteSize());
    for (std::size_t output = 0; output < static_cast<std::size_t>(outputs); ++output)
        putRun(quantised(type, std::span<const float, kRunLength>(values + output * stride, kRunLength)),
               layout, output, packed);
}

} // namespace engine
