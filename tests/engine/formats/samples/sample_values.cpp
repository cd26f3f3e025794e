#include "tests/engine/formats/samples/sample_values.h"

#include <array>
#include <cmath>

namespace samples {

namespace {

using engine::DataType;

void appendHalf(Bytes& bytes, float value) { appendValue(bytes, engine::floatToHalf(value)); }

unsigned level(float value, float scale, int offset) {
    return static_cast<unsigned>(std::lround(value / scale) + offset);
}

void appendBlock(Bytes& bytes, DataType type, std::span<const float> values, float scale) {
    const bool hasMin = type == DataType::Q4_1 || type == DataType::Q5_1;
    const bool hasFifthBit = type == DataType::Q5_0 || type == DataType::Q5_1;
    const int offset = hasFifthBit && !hasMin ? 16 : 8; // q = value / scale + offset
    appendHalf(bytes, scale);
    if (hasMin)
        appendHalf(bytes, -8 * scale);
    std::uint32_t high = 0;
    std::array<std::uint8_t, 16> nibbles{};
    for (std::size_t i = 0; i < 32; ++i) {
        const unsigned q = level(values[i], scale, offset);
        nibbles[i % 16] = static_cast<std::uint8_t>(nibbles[i % 16] | (q & 15u) << (i < 16 ? 0 : 4));
        high |= (q >> 4) << i;
    }
    if (hasFifthBit)
        appendValue(bytes, high);
    append(bytes, std::span<const std::uint8_t>(nibbles));
}

// All eight runs with the scale 1 and the minimum 8 or, so that the fifth bit changes within a run, 12.
void appendRuns(Bytes& bytes, bool hasFifthBit, std::span<const float> values, float scale) {
    const int offset = hasFifthBit ? 12 : 8;
    const auto minimum = static_cast<std::uint8_t>(offset);
    appendHalf(bytes, scale);
    appendHalf(bytes, scale);
    const auto both = static_cast<std::uint8_t>(1u | minimum << 4);
    for (const std::uint8_t packed : {std::uint8_t{1}, minimum, both})
        for (int i = 0; i < 4; ++i)
            appendValue(bytes, packed);
    std::array<std::uint8_t, 32> high{};
    std::array<std::uint8_t, 128> nibbles{};
    for (std::size_t i = 0; i < 256; ++i) {
        const unsigned q = level(values[i], scale, offset);
        std::uint8_t& pair = nibbles[i / 64 * 32 + i % 32];
        pair = static_cast<std::uint8_t>(pair | (q & 15u) << (i / 32 % 2 * 4));
        high[i % 32] = static_cast<std::uint8_t>(high[i % 32] | (q >> 4) << i / 32);
    }
    if (hasFifthBit)
        append(bytes, std::span<const std::uint8_t>(high));
    append(bytes, std::span<const std::uint8_t>(nibbles));
}

void appendSixBits(Bytes& bytes, std::span<const float> values, float scale) {
    std::array<std::uint8_t, 128> low{};
    std::array<std::uint8_t, 64> high{};
    for (std::size_t i = 0; i < 256; ++i) {
        const unsigned q = level(values[i], scale, 32);
        const std::size_t half = i / 128, run = i / 32 % 4;
        std::uint8_t& pair = low[64 * half + run % 2 * 32 + i % 32];
        pair = static_cast<std::uint8_t>(pair | (q & 15u) << (run / 2 * 4));
        std::uint8_t& four = high[32 * half + i % 32];
        four = static_cast<std::uint8_t>(four | (q >> 4) << 2 * run);
    }
    append(bytes, std::span<const std::uint8_t>(low));
    append(bytes, std::span<const std::uint8_t>(high));
    for (int i = 0; i < 16; ++i)
        appendValue(bytes, std::int8_t{1});
    appendHalf(bytes, scale);
}

} // namespace

Bytes encode(DataType type, std::span<const float> values, float scale) {
    Bytes bytes;
    if (type == DataType::Float32) {
        append(bytes, values);
    } else if (type == DataType::Float16) {
        for (const float value : values)
            appendHalf(bytes, value);
    } else if (type == DataType::BFloat16) {
        for (const float value : values)
            appendValue(bytes, engine::floatToBfloat16(value));
    } else {
        const std::size_t size = engine::elementsPerBlock(type);
        for (std::size_t at = 0; at < values.size(); at += size) {
            const auto block = values.subspan(at, size);
            if (type == DataType::Q8_0) {
                appendHalf(bytes, scale);
                for (const float value : block)
                    appendValue(bytes, static_cast<std::int8_t>(std::lround(value / scale)));
            } else if (type == DataType::Q6_K) {
                appendSixBits(bytes, block, scale);
            } else if (size == 256) {
                appendRuns(bytes, type == DataType::Q5_K, block, scale);
            } else {
                appendBlock(bytes, type, block, scale);
            }
        }
    }
    return bytes;
}

} // namespace samples
