// half_bits.h: 16-bit floating point numbers from and to float, in integers so that no processor
// extension is needed. To nearest, ties to even. Every NaN becomes 0x7fff, as on a GPU.
// Threads: pure functions.
#pragma once

#include <bit>
#include <cstdint>

namespace cuda_emulation {

inline float fromHalfBits(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 0x1fu,
                        mantissa = bits & 0x3ffu;
    std::uint32_t magnitude = 0;
    if (exponent == 0)
        magnitude = std::bit_cast<std::uint32_t>(static_cast<float>(mantissa) * 0x1p-24f);
    else if (exponent == 0x1f)
        magnitude = 0x7f800000u | mantissa << 13;
    else
        magnitude = (exponent + 127 - 15) << 23 | mantissa << 13;
    return std::bit_cast<float>(sign | magnitude);
}

inline std::uint16_t toHalfBits(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u)
        return 0x7fff;
    if (magnitude >= 0x47800000u) // 65536
        return static_cast<std::uint16_t>(sign | 0x7c00u);
    if (magnitude <
        0x38800000u) { // 2^-14: the result is a multiple of 2^-24, and so is the last place of this sum
        const auto sum = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f);
        return static_cast<std::uint16_t>(sign | (sum - 0x3f000000u));
    }
    const std::uint32_t rounded = magnitude + 0xfffu + (magnitude >> 13 & 1);
    return static_cast<std::uint16_t>(sign | (rounded - ((127u - 15u) << 23)) >> 13);
}

inline float fromBfloat16Bits(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline std::uint16_t toBfloat16Bits(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return 0x7fff;
    return static_cast<std::uint16_t>((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}

} // namespace cuda_emulation
