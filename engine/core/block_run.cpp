#include "engine/core/block_run.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

namespace engine {

namespace {

template <class T> T load(const std::byte* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

float loadHalf(const std::byte* bytes) { return halfToFloat(load<std::uint16_t>(bytes)); }

// Q8_0: 32 signed bytes.
void readBytes(const std::byte* block, BlockRun& run) {
    run.scales.fill(loadHalf(block));
    run.offset = 128;
    for (std::size_t i = 0; i < kRunLength; ++i)
        run.codes[i] = static_cast<std::uint8_t>(load<std::int8_t>(block + 2 + i) + 128);
}

// Q4_0 to Q5_1: nibble j holds value j (low half) and value j + 16 (high half).
void readNibbles(DataType type, const std::byte* block, BlockRun& run) {
    const bool hasMinimum = type == DataType::Q4_1 || type == DataType::Q5_1;
    const bool hasFifthBit = type == DataType::Q5_0 || type == DataType::Q5_1;
    run.scales.fill(loadHalf(block));
    const std::byte* p = block + 2;
    if (hasMinimum) {
        run.minimum = loadHalf(p);
        p += 2;
    } else {
        run.offset = hasFifthBit ? 16 : 8;
    }
    std::uint32_t high = 0;
    if (hasFifthBit) {
        high = load<std::uint32_t>(p);
        p += 4;
    }
    for (std::size_t j = 0; j < 16; ++j) {
        const auto q = std::to_integer<unsigned>(p[j]);
        run.codes[j] = static_cast<std::uint8_t>((q & 15u) | ((high >> j) & 1u) << 4);
        run.codes[j + 16] = static_cast<std::uint8_t>(q >> 4 | ((high >> (j + 16)) & 1u) << 4);
    }
}

// Q4_K and Q5_K: eight runs, each with a scale and a minimum of 6 bits. The first four runs' 6 bits lie
// together; the others' lower 4 bits share a byte, and their upper 2 bits fill up the bytes of the first four.
void readRunWithMinimum(const std::byte* block, std::size_t index, bool hasFifthBit, BlockRun& run) {
    const std::byte* const packed = block + 4;
    const std::byte* const high = packed + 12; // bit `index` of byte i is the fifth bit of value i; Q5_K only
    const std::byte* const nibbles = high + (hasFifthBit ? 32 : 0) + index / 2 * 32;
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(packed[i]); };
    const unsigned scale = index < 4 ? at(index) & 63u : (at(index + 4) & 15u) | (at(index - 4) >> 6) << 4;
    const unsigned minimum = index < 4 ? at(index + 4) & 63u : at(index + 4) >> 4 | (at(index) >> 6) << 4;
    run.scales.fill(loadHalf(block) * static_cast<float>(scale));
    run.minimum = -(loadHalf(block + 2) * static_cast<float>(minimum));
    for (std::size_t i = 0; i < kRunLength; ++i) {
        const auto pair = std::to_integer<unsigned>(nibbles[i]);
        unsigned q = index % 2 == 0 ? pair & 15u : pair >> 4;
        if (hasFifthBit)
            q |= (std::to_integer<unsigned>(high[i]) >> index & 1u) << 4;
        run.codes[i] = static_cast<std::uint8_t>(q);
    }
}

// Q6_K: two halves of four runs. Byte i of a half's 32 has the upper two bits of value i of each run.
void readSixBits(const std::byte* block, std::size_t index, BlockRun& run) {
    const std::size_t half = index / 4;
    const std::size_t quarter = index % 4;
    const std::byte* const low = block + 64 * half + quarter % 2 * 32;
    const std::byte* const high = block + 128 + 32 * half;
    const std::byte* const scales = block + 192 + 8 * half + 2 * quarter;
    const float d = loadHalf(block + 208);
    for (std::size_t i = 0; i < 2; ++i)
        run.scales[i] = d * static_cast<float>(load<std::int8_t>(scales + i));
    run.offset = 32;
    for (std::size_t i = 0; i < kRunLength; ++i) {
        const auto pair = std::to_integer<unsigned>(low[i]);
        const unsigned lower = quarter < 2 ? pair & 15u : pair >> 4;
        const unsigned upper = std::to_integer<unsigned>(high[i]) >> 2 * quarter & 3u;
        run.codes[i] = static_cast<std::uint8_t>(lower | upper << 4);
    }
}

// Rounds to nearest even and keeps to [least, most]; what is no number becomes 0. Adding 1.5 * 2^23 leaves the
// rounded value in the lowest bits, without a call for every weight of a model.
int code(float scaled, int least, int most) {
    constexpr float kRounder = 0x1.8p23f;
    const float kept =
        scaled == scaled ? std::clamp(scaled, static_cast<float>(least), static_cast<float>(most)) : 0.0f;
    return std::bit_cast<std::int32_t>(kept + kRounder) - std::bit_cast<std::int32_t>(kRounder);
}

} // namespace

BlockRun readBlockRun(DataType type, const std::byte* blocks, std::size_t run) {
    const std::size_t runsPerBlock = elementsPerBlock(type) / kRunLength;
    const std::byte* const block = blocks + run / runsPerBlock * bytesPerBlock(type);
    const std::size_t index = run % runsPerBlock;
    BlockRun result;
    switch (type) {
    case DataType::Q8_0: readBytes(block, result); break;
    case DataType::Q4_K: readRunWithMinimum(block, index, false, result); break;
    case DataType::Q5_K: readRunWithMinimum(block, index, true, result); break;
    case DataType::Q6_K: readSixBits(block, index, result); break;
    default: readNibbles(type, block, result);
    }
    return result;
}

void writeBlock(DataType type, std::span<const float, kRunLength> values, std::byte* block) {
    assert(type == DataType::Q8_0 || type == DataType::Q4_0);
    constexpr float kLargestHalf = 65504.0f;
    float largest = 0; // with its sign
    for (const float value : values)
        if (std::fabs(value) > std::fabs(largest))
            largest = value;
    // Eight bits: as many steps up as down. Four bits have one step more below zero than above, so that is
    // where the largest goes.
    const bool isByte = type == DataType::Q8_0;
    const float exact = isByte ? std::fabs(largest) / 127.0f : largest / -8.0f;
    const std::uint16_t half = floatToHalf(std::clamp(exact, -kLargestHalf, kLargestHalf));
    std::memcpy(block, &half, sizeof half);
    const float scale = halfToFloat(half);
    const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
    std::byte* const codes = block + sizeof half;
    if (isByte) {
        for (std::size_t i = 0; i < kRunLength; ++i)
            codes[i] = static_cast<std::byte>(static_cast<std::int8_t>(code(values[i] * inverse, -127, 127)));
        return;
    }
    for (std::size_t j = 0; j < 16; ++j) {
        const auto low = static_cast<unsigned>(code(values[j] * inverse, -8, 7) + 8);
        const auto high = static_cast<unsigned>(code(values[j + 16] * inverse, -8, 7) + 8);
        codes[j] = static_cast<std::byte>(low | high << 4);
    }
}

} // namespace engine
