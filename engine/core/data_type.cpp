#include "engine/core/data_type.h"

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

// The five 32-value blocks: nibble j holds value j (low half) and value j + 16 (high half).
void dequantiseBlock(DataType type, const std::byte* block, float* out) {
    const float d = halfToFloat(load<std::uint16_t>(block));
    if (type == DataType::Q8_0) {
        for (int i = 0; i < 32; ++i)
            out[i] = d * static_cast<float>(load<std::int8_t>(block + 2 + i));
        return;
    }
    const bool hasMin = type == DataType::Q4_1 || type == DataType::Q5_1;
    const bool hasFifthBit = type == DataType::Q5_0 || type == DataType::Q5_1;
    const std::byte* p = block + 2;
    float m = 0;
    if (hasMin) {
        m = halfToFloat(load<std::uint16_t>(p));
        p += 2;
    }
    std::uint32_t high = 0;
    if (hasFifthBit) {
        high = load<std::uint32_t>(p);
        p += 4;
    }
    const int offset = hasMin ? 0 : (hasFifthBit ? 16 : 8);
    for (int j = 0; j < 16; ++j) {
        const auto q = static_cast<unsigned>(p[j]);
        const int lo = static_cast<int>((q & 15u) | (((high >> j) & 1u) << 4));
        const int hi = static_cast<int>((q >> 4) | (((high >> (j + 16)) & 1u) << 4));
        out[j] = d * static_cast<float>(lo - offset) + m;
        out[j + 16] = d * static_cast<float>(hi - offset) + m;
    }
}

// Q4_K and Q5_K: eight runs of 32 values, each with a scale and a minimum of 6 bits. The first four runs' 6 bits lie
// together; the others' lower 4 bits share a byte, and their upper 2 bits fill up the bytes of the first four.
void dequantiseRunsWithMinimum(const std::byte* block, bool hasFifthBit, float* out) {
    const float d = halfToFloat(load<std::uint16_t>(block));
    const float dMin = halfToFloat(load<std::uint16_t>(block + 2));
    const std::byte* const packed = block + 4;
    const std::byte* const high = packed + 12; // bit `run` of byte i is the fifth bit of value i; Q5_K only
    const std::byte* const nibbles = high + (hasFifthBit ? 32 : 0);
    for (std::size_t run = 0; run < 8; ++run) {
        const auto at = [&](std::size_t index) { return std::to_integer<unsigned>(packed[index]); };
        const unsigned scaleBits = run < 4 ? at(run) & 63u : (at(run + 4) & 15u) | (at(run - 4) >> 6) << 4;
        const unsigned minBits = run < 4 ? at(run + 4) & 63u : at(run + 4) >> 4 | (at(run) >> 6) << 4;
        const float scale = d * static_cast<float>(scaleBits);
        const float minimum = dMin * static_cast<float>(minBits);
        for (std::size_t i = 0; i < 32; ++i) {
            const auto pair = std::to_integer<unsigned>(nibbles[run / 2 * 32 + i]);
            unsigned q = run % 2 == 0 ? pair & 15u : pair >> 4;
            if (hasFifthBit)
                q |= (std::to_integer<unsigned>(high[i]) >> run & 1u) << 4;
            out[run * 32 + i] = scale * static_cast<float>(q) - minimum;
        }
    }
}

// Q6_K: two halves of four runs of 32 values. Byte i of a half's 32 has the upper two bits of value i of each run.
void dequantiseSixBits(const std::byte* block, float* out) {
    const float d = halfToFloat(load<std::uint16_t>(block + 208));
    for (std::size_t half = 0; half < 2; ++half) {
        const std::byte* const low = block + 64 * half;
        const std::byte* const high = block + 128 + 32 * half;
        const std::byte* const scales = block + 192 + 8 * half; // one for 16 values
        for (std::size_t run = 0; run < 4; ++run) {
            for (std::size_t i = 0; i < 32; ++i) {
                const auto pair = std::to_integer<unsigned>(low[run % 2 * 32 + i]);
                const unsigned lower = run < 2 ? pair & 15u : pair >> 4;
                const unsigned upper = std::to_integer<unsigned>(high[i]) >> 2 * run & 3u;
                const float scale = d * static_cast<float>(load<std::int8_t>(scales + 2 * run + i / 16));
                out[128 * half + 32 * run + i] =
                    scale * static_cast<float>(static_cast<int>(lower | upper << 4) - 32);
            }
        }
    }
}

void dequantise(DataType type, const std::byte* block, float* out) {
    if (type == DataType::Q6_K)
        dequantiseSixBits(block, out);
    else if (type == DataType::Q4_K || type == DataType::Q5_K)
        dequantiseRunsWithMinimum(block, type == DataType::Q5_K, out);
    else
        dequantiseBlock(type, block, out);
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
    // Subnormals are counted in units of 2^-24. No step uses a subnormal float, so the result does not depend on whether
    // the calling thread flushes those to zero.
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
    default:
        for (std::size_t i = 0; i < out.size() / block; ++i)
            dequantise(type, p + i * bytesPerBlock(type), out.data() + i * block);
    }
    return {};
}

Expected<void> fromFloat32(DataType type, std::span<const float> values, std::span<std::byte> out) {
    if (type != DataType::Float32 && type != DataType::Float16 && type != DataType::BFloat16)
        return failure(ErrorCode::UnsupportedType, "cannot write values as " + std::string(name(type)));
    if (out.size() != values.size() * bytesPerBlock(type))
        return failure(ErrorCode::ShapeMismatch, std::to_string(out.size()) + " bytes cannot take " +
                                                     std::to_string(values.size()) + " values of " +
                                                     std::string(name(type)));
    if (values.empty())
        return {};
    if (type == DataType::Float32) {
        std::memcpy(out.data(), values.data(), out.size());
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
