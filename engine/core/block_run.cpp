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
        run.codes[i] = static_cast<std::uint8_t>(std::to_integer<unsigned>(block[2 + i]) + 128);
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
    const std::byte* const nibbles = p + (hasFifthBit ? 4 : 0);
    for (std::size_t j = 0; j < 16; ++j) {
        run.codes[j] = std::to_integer<std::uint8_t>(nibbles[j] & std::byte{15});
        run.codes[j + 16] = std::to_integer<std::uint8_t>(nibbles[j] >> 4);
    }
    if (!hasFifthBit)
        return;
    const auto high = load<std::uint32_t>(p);
    for (std::size_t i = 0; i < kRunLength; ++i)
        run.codes[i] |= static_cast<std::uint8_t>((high >> i & 1u) << 4);
}

// Q4_K and Q5_K: eight runs, each with a scale and a minimum of 6 bits. The first four runs' 6 bits lie
// together; the others' lower 4 bits share a byte, and their upper 2 bits fill up the bytes of the first
// four.
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

// Bits of numbers above zero are in the order of the numbers: steps on integers, which the compiler
// takes by vectors.
using RunBits = std::array<std::int32_t, kRunLength>;
constexpr std::int32_t kSign = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kInfinity = 0x7F800000;

RunBits bitsOf(std::span<const float, kRunLength> values) {
    RunBits bits;
    std::memcpy(bits.data(), values.data(), sizeof bits);
    return bits;
}

// Of those that are not negative; 0 if there are none.
std::int32_t greatest(const RunBits& bits) {
    std::int32_t found = 0;
    for (const std::int32_t value : bits)
        found = value > found ? value : found;
    return found;
}

// The value of the largest magnitude, the first of them, with its sign; what is no number does not count.
float largestOf(std::span<const float, kRunLength> values) {
    RunBits bits = bitsOf(values);
    for (std::int32_t& value : bits)
        value = (value & ~kSign) > kInfinity ? 0 : value;
    RunBits negated = bits;
    for (std::int32_t& value : negated)
        value ^= kSign;
    const std::int32_t most = greatest(bits), least = greatest(negated);
    if (most != least)
        return std::bit_cast<float>(most > least ? most : least ^ kSign);
    const auto first =
        std::ranges::find_if(bits, [&](std::int32_t value) { return (value & ~kSign) == most; });
    return std::bit_cast<float>(*first);
}

// Values times `inverse`, rounded to nearest even and kept to [least, most]; what is no number becomes 0.
// Adding 1.5 * 2^23 leaves the rounded value in the lowest bits, without a call for every weight of a model.
RunBits codesOf(std::span<const float, kRunLength> values, float inverse, int least, int most) {
    constexpr float kRounder = 0x1.8p23f;
    constexpr float kMostRounded = 0x1p21f;
    std::array<float, kRunLength> scaled;
    for (std::size_t i = 0; i < kRunLength; ++i)
        scaled[i] = values[i] * inverse;
    RunBits magnitudes = bitsOf(scaled);
    for (std::int32_t& value : magnitudes)
        value &= ~kSign;
    if (greatest(magnitudes) > std::bit_cast<std::int32_t>(kMostRounded))
        for (float& value : scaled)
            value = value == value ? std::clamp(value, -kMostRounded, kMostRounded) : 0.0f;
    RunBits codes;
    for (std::size_t i = 0; i < kRunLength; ++i) {
        const std::int32_t code =
            std::bit_cast<std::int32_t>(scaled[i] + kRounder) - std::bit_cast<std::int32_t>(kRounder);
        const std::int32_t kept = code < least ? least : code;
        codes[i] = kept > most ? most : kept;
    }
    return codes;
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
    const float largest = largestOf(values);
    // Eight bits: as many steps up as down. Four bits have one step more below zero than above, so that is
    // where the largest goes.
    const bool isByte = type == DataType::Q8_0;
    const float exact = isByte ? std::fabs(largest) / 127.0f : largest / -8.0f;
    const std::uint16_t half = floatToHalf(std::clamp(exact, -kLargestHalf, kLargestHalf));
    std::memcpy(block, &half, sizeof half);
    const float scale = halfToFloat(half);
    const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
    std::byte* const codes = block + sizeof half;
    const auto all = isByte ? codesOf(values, inverse, -127, 127) : codesOf(values, inverse, -8, 7);
    if (isByte) {
        for (std::size_t i = 0; i < kRunLength; ++i)
            codes[i] = static_cast<std::byte>(all[i]);
        return;
    }
    for (std::size_t j = 0; j < 16; ++j)
        codes[j] = static_cast<std::byte>((all[j] + 8) | (all[j + 16] + 8) << 4);
}

} // namespace engine
