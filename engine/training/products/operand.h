// operand.h: the operands of the trainer's matrix products and how values become operands.
// Three precisions train the same code: double for gradient checks, float for exact comparison, float with
// bfloat16 operands (float32 accumulation and master weights) for speed.
#pragma once

#include "engine/core/data_type.h"

#include <cstdint>

namespace engine {

struct BFloat16 {
    std::uint16_t bits;
};

inline double toReal(double value) { return value; }
inline float toReal(float value) { return value; }
inline float toReal(BFloat16 value) { return bfloat16ToFloat(value.bits); }

inline void assign(double& operand, double value) { operand = value; }
inline void assign(float& operand, float value) { operand = value; }
// Round to nearest even; activations and gradients are finite, so the NaN case of floatToBfloat16 is left
// out, which lets the loops around it vectorise.
inline void assign(BFloat16& operand, float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    operand.bits = static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

} // namespace engine
