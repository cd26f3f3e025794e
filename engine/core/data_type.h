// data_type.h: the element types that tensors are stored in, and conversions between them.
// Block types keep 32 values in a block, Q4_K to Q6_K 256; their layouts are those of docs/spec/formats.md
// section 5.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace engine {

enum class DataType : std::uint8_t {
    Float64,
    Float32,
    Float16,
    BFloat16,
    Int64,
    Int32,
    Int16,
    Int8,
    UInt64,
    UInt32,
    UInt16,
    UInt8,
    Bool,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q4_K,
    Q5_K,
    Q6_K,
};

// Short lower-case name as shown to users and in JSON: "f32", "bf16", "q5_1".
[[nodiscard]] std::string_view name(DataType type);

[[nodiscard]] std::size_t elementsPerBlock(DataType type); // 1; 32 or 256 for the block types
[[nodiscard]] std::size_t bytesPerBlock(DataType type);
[[nodiscard]] bool isFloat(DataType type); // Float64, Float32, Float16, BFloat16
[[nodiscard]] bool isBlockQuantised(DataType type);

// IEEE half and bfloat16; rounding to nearest even, NaN kept quiet.
[[nodiscard]] float halfToFloat(std::uint16_t bits);
[[nodiscard]] std::uint16_t floatToHalf(float value);
[[nodiscard]] inline float bfloat16ToFloat(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}
[[nodiscard]] inline std::uint16_t floatToBfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
        return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
    return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

// BFloat16 or Float16 if it holds every value exactly, else Float32.
[[nodiscard]] DataType narrowestExactType(std::span<const float> values);

// Reads `out.size()` values of any floating or block type from `bytes` as float32. `bytes` needs no
// alignment.
// Errors: UnsupportedType for integer types; ShapeMismatch if bytes.size() is not exactly what out.size()
//         values take.
[[nodiscard]] Expected<void> toFloat32(DataType type, std::span<const std::byte> bytes, std::span<float> out);

// Writes float32 values as `type` (Float32, Float16, BFloat16, Q8_0, Q4_0). Errors as above.
[[nodiscard]] Expected<void> fromFloat32(DataType type, std::span<const float> values,
                                         std::span<std::byte> out);

} // namespace engine
