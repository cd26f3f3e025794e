#include "engine/core/data_type.h"

#include "engine/core/block_run.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace engine {

// Files are little-endian, and the readers take their bytes as they are.
static_assert(std::endian::native == std::endian::little);

namespace {

struct TypeTraits {
    std::string_view name;
    std::size_t elements;
    std::size_t bytes;
};

TypeTraits traits(DataType type) {
    switch (type) {
    case DataType::Float64: return {"f64", 1, 8};
    case DataType::Float32: return {"f32", 1, 4};
    case DataType::Float16: return {"f16", 1, 2};
    case DataType::BFloat16: return {"bf16", 1, 2};
    case DataType::Int64: return {"i64", 1, 8};
    case DataType::Int32: return {"i32", 1, 4};
    case DataType::Int16: return {"i16", 1, 2};
    case DataType::Int8: return {"i8", 1, 1};
    case DataType::UInt64: return {"u64", 1, 8};
    case DataType::UInt32: return {"u32", 1, 4};
    case DataType::UInt16: return {"u16", 1, 2};
    case DataType::UInt8: return {"u8", 1, 1};
    case DataType::Bool: return {"bool", 1, 1};
    case DataType::Q4_0: return {"q4_0", 32, 18};
    case DataType::Q4_1: return {"q4_1", 32, 20};
    case DataType::Q5_0: return {"q5_0", 32, 22};
    case DataType::Q5_1: return {"q5_1", 32, 24};
    case DataType::Q8_0: return {"q8_0", 32, 34};
    case DataType::Q4_K: return {"q4_k", 256, 144};
    case DataType::Q5_K: return {"q5_k", 256, 176};
    case DataType::Q6_K: return {"q6_k", 256, 210};
    }
    return {"unknown", 1, 1};
}

template <class T> T load(const std::byte* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

void dequantise(DataType type, const std::byte* blocks, std::span<float> out) {
    for (std::size_t run = 0; run < out.size() / kRunLength; ++run) {
        const BlockRun values = readBlockRun(type, blocks, run);
        for (std::size_t i = 0; i < kRunLength; ++i)
            out[run * kRunLength + i] = values.value(i);
    }
}

} // namespace

std::string_view name(DataType type) { return traits(type).name; }
std::size_t elementsPerBlock(DataType type) { return traits(type).elements; }
std::size_t bytesPerBlock(DataType type) { return traits(type).bytes; }

bool isFloat(DataType type) {
    return type == DataType::Float64 || type == DataType::Float32 || type == DataType::Float16 ||
           type == DataType::BFloat16;
}

bool isBlockQuantised(DataType type) { return elementsPerBlock(type) > 1; }

float halfToFloat(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t magnitude = bits & 0x7FFFu;
    if (magnitude >= 0x7C00u) // infinity, or NaN with its payload
        return std::bit_cast<float>(sign | 0x7F800000u | ((magnitude & 0x3FFu) << 13));
    // Subnormals are counted in units of 2^-24. No step uses a subnormal float, so the result does not depend
    // on whether the calling thread flushes those to zero.
    if (magnitude < 0x400u)
        return std::bit_cast<float>(sign |
                                    std::bit_cast<std::uint32_t>(static_cast<float>(magnitude) * 0x1p-24f));
    return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000u)); // exponent bias from 15 to 127
}

std::uint16_t floatToHalf(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u)
        return static_cast<std::uint16_t>(sign | 0x7E00u | ((magnitude >> 13) & 0x3FFu));
    if (magnitude >= 0x477FF000u) // 65520 and above round to infinity
        return static_cast<std::uint16_t>(sign | 0x7C00u);
    if (magnitude < 0x38800000u) { // below 2^-14: a subnormal half, rounded by the addition of 0.5
        const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3F000000u));
    }
    const std::uint32_t rounded = magnitude + 0xFFFu + ((magnitude >> 13) & 1u);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

Expected<void> toFloat32(DataType type, std::span<const std::byte> bytes, std::span<float> out) {
    if (!isFloat(type) && !isBlockQuantised(type))
        return failure(ErrorCode::UnsupportedType, std::string(name(type)) + " values are not weights");
    const std::size_t block = elementsPerBlock(type);
    if (out.size() % block != 0 || bytes.size() != out.size() / block * bytesPerBlock(type))
        return failure(ErrorCode::ShapeMismatch, std::to_string(bytes.size()) + " bytes do not hold " +
                                                     std::to_string(out.size()) + " values of " +
                                                     std::string(name(type)));
    const std::byte* p = bytes.data();
    switch (type) {
    case DataType::Float32:
        if (!out.empty())
            std::memcpy(out.data(), p, bytes.size());
        break;
    case DataType::Float64:
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<float>(load<double>(p + 8 * i));
        break;
    case DataType::Float16:
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = halfToFloat(load<std::uint16_t>(p + 2 * i));
        break;
    case DataType::BFloat16:
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = bfloat16ToFloat(load<std::uint16_t>(p + 2 * i));
        break;
    default: dequantise(type, p, out);
    }
    return {};
}

DataType narrowestExactType(std::span<const float> values) {
    const auto isSame = [](float a, float b) {
        return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    };
    const auto holds = [&](auto there, auto back) {
        return std::ranges::all_of(values, [&](float value) { return isSame(back(there(value)), value); });
    };
    if (holds(floatToBfloat16, bfloat16ToFloat))
        return DataType::BFloat16;
    return holds(floatToHalf, halfToFloat) ? DataType::Float16 : DataType::Float32;
}

Expected<void> fromFloat32(DataType type, std::span<const float> values, std::span<std::byte> out) {
    const bool isBlock = type == DataType::Q8_0 || type == DataType::Q4_0;
    if (!isBlock && type != DataType::Float32 && type != DataType::Float16 && type != DataType::BFloat16)
        return failure(ErrorCode::UnsupportedType, "cannot write values as " + std::string(name(type)));
    const std::size_t block = elementsPerBlock(type);
    if (values.size() % block != 0 || out.size() != values.size() / block * bytesPerBlock(type))
        return failure(ErrorCode::ShapeMismatch, std::to_string(out.size()) + " bytes cannot take " +
                                                     std::to_string(values.size()) + " values of " +
                                                     std::string(name(type)));
    if (values.empty())
        return {};
    if (type == DataType::Float32) {
        std::memcpy(out.data(), values.data(), out.size());
        return {};
    }
    if (isBlock) {
        for (std::size_t i = 0; i < values.size() / block; ++i)
            writeBlock(type, values.subspan(i * block).first<kRunLength>(),
                       out.data() + i * bytesPerBlock(type));
        return {};
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint16_t bits =
            type == DataType::Float16 ? floatToHalf(values[i]) : floatToBfloat16(values[i]);
        std::memcpy(out.data() + 2 * i, &bits, 2);
    }
    return {};
}

} // namespace engine
