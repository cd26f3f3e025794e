#include "engine/formats/tensors/tensor_scaling.h"

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <utility>

namespace engine {

namespace {

constexpr float kLargestHalf = 65504;

// Where in a block the halves lie that its values are proportional to. A float16 is a block of one value
// here.
std::initializer_list<std::size_t> factorsOf(DataType type) {
    static constexpr std::initializer_list<std::size_t> kScale = {0};
    static constexpr std::initializer_list<std::size_t> kScaleAndMinimum = {0, 2};
    static constexpr std::initializer_list<std::size_t> kLast = {208};
    switch (type) {
    case DataType::Q4_1:
    case DataType::Q5_1:
    case DataType::Q4_K:
    case DataType::Q5_K: return kScaleAndMinimum;
    case DataType::Q6_K: return kLast;
    default: return kScale;
    }
}

// Absent if a half would overflow.
std::optional<AlignedBuffer<std::byte>> scaledHalves(const StoredTensor& tensor, int exponent) {
    AlignedBuffer<std::byte> scaled(tensor.bytes.size());
    std::memcpy(scaled.data(), tensor.bytes.data(), tensor.bytes.size());
    for (std::size_t block = 0; block < scaled.size(); block += bytesPerBlock(tensor.type))
        for (const std::size_t factor : factorsOf(tensor.type)) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, scaled.data() + block + factor, sizeof bits);
            const float value = halfToFloat(bits);
            const float product = std::ldexp(value, exponent);
            if (std::isfinite(value) && std::abs(product) > kLargestHalf)
                return std::nullopt;
            bits = floatToHalf(product);
            std::memcpy(scaled.data() + block + factor, &bits, sizeof bits);
        }
    return scaled;
}

} // namespace

Expected<void> addScaled(CheckpointBuilder& builder, const StoredTensor& tensor, int exponent) {
    if (exponent == 0)
        return builder.addStored(tensor.name, tensor.type, tensor.shape, tensor.bytes);
    if (auto read = builder.read(tensor.bytes); !read)
        return failure(read.error());
    if (tensor.type == DataType::Float16 || isBlockQuantised(tensor.type))
        if (auto scaled = scaledHalves(tensor, exponent))
            return builder.addOwned(tensor.name, tensor.type, tensor.shape, std::move(*scaled));
    Expected<AlignedBuffer<std::byte>> bytes = unpackFloat32(builder, tensor);
    if (!bytes)
        return failure(bytes.error());
    const std::span<float> values(reinterpret_cast<float*>(bytes->data()), bytes->size() / sizeof(float));
    for (float& value : values)
        value = std::ldexp(value, exponent);
    if (tensor.type != DataType::BFloat16)
        return builder.addOwned(tensor.name, DataType::Float32, tensor.shape, std::move(*bytes));
    AlignedBuffer<std::byte> rounded(tensor.bytes.size());
    if (auto written = fromFloat32(DataType::BFloat16, values, rounded.span()); !written)
        return builder.failed(written.error().code, tensor.name, written.error().message);
    return builder.addOwned(tensor.name, DataType::BFloat16, tensor.shape, std::move(rounded));
}

} // namespace engine
