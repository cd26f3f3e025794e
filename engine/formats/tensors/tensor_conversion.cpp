#include "engine/formats/tensors/tensor_conversion.h"

#include "engine/formats/tensors/tensor_shape.h"

#include <cstring>
#include <utility>

namespace engine {

namespace {

// Copies `planes` matrices of [rows, columns] as [columns, rows], elements of `size` bytes.
void transpose(const std::byte* in, std::byte* out, std::size_t planes, std::size_t rows, std::size_t columns,
               std::size_t size) {
    for (std::size_t plane = 0; plane < planes; ++plane) {
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t column = 0; column < columns; ++column)
                std::memcpy(out + (column * rows + row) * size, in + (row * columns + column) * size, size);
        in += rows * columns * size;
        out += rows * columns * size;
    }
}

} // namespace

Expected<AlignedBuffer<std::byte>> unpackFloat32(const CheckpointBuilder& builder,
                                                 const StoredTensor& tensor) {
    const Expected<std::int64_t> elements = elementCount(tensor.shape);
    if (!elements)
        return builder.failed(elements.error().code, tensor.name, elements.error().message);
    const auto stored = builder.read(tensor.bytes);
    if (!stored)
        return failure(stored.error());
    AlignedBuffer<std::byte> bytes(static_cast<std::size_t>(*elements) * sizeof(float));
    const std::span<float> values(reinterpret_cast<float*>(bytes.data()),
                                  static_cast<std::size_t>(*elements));
    if (auto converted = toFloat32(tensor.type, *stored, values); !converted)
        return builder.failed(converted.error().code, tensor.name, converted.error().message);
    return bytes;
}

Expected<void> addTransposed(CheckpointBuilder& builder, const StoredTensor& tensor) {
    if (tensor.bytes.empty())
        return builder.failed(ErrorCode::FileDamaged, tensor.name,
                              "expected a matrix, found " + shapeText(tensor.shape));
    StoredTensor source = tensor;
    AlignedBuffer<std::byte> unpacked;
    if (isBlockQuantised(tensor.type)) {
        Expected<AlignedBuffer<std::byte>> values = unpackFloat32(builder, tensor);
        if (!values)
            return failure(values.error());
        unpacked = std::move(*values);
        source.type = DataType::Float32;
        source.bytes = unpacked.span();
    } else if (auto read = builder.read(tensor.bytes); !read) {
        return failure(read.error());
    }
    const auto last = source.shape.end();
    const auto columns = static_cast<std::size_t>(*(last - 1));
    const auto rows = static_cast<std::size_t>(*(last - 2));
    const std::size_t size = bytesPerBlock(source.type);
    AlignedBuffer<std::byte> transposed(source.bytes.size());
    transpose(source.bytes.data(), transposed.data(), source.bytes.size() / (rows * columns * size), rows,
              columns, size);
    builder.release(tensor.bytes);
    std::swap(*(last - 1), *(last - 2));
    return builder.addOwned(source.name, source.type, std::move(source.shape), std::move(transposed));
}

Expected<void> addParts(CheckpointBuilder& builder, const StoredTensor& tensor,
                        std::span<const std::string> names, std::int64_t width) {
    const Expected<std::int64_t> elements = elementCount(tensor.shape);
    const auto parts = static_cast<std::int64_t>(names.size());
    if (!elements || *elements % parts != 0 || *elements / parts != width)
        return builder.failed(ErrorCode::FileDamaged, tensor.name,
                              "expected " + std::to_string(parts) + " vectors of " + std::to_string(width) +
                                  " values, found " + shapeText(tensor.shape));
    const std::size_t size = tensor.bytes.size() / names.size();
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto added =
            builder.addStored(names[i], tensor.type, {1, 1, width}, tensor.bytes.subspan(i * size, size));
        if (!added)
            return added;
    }
    return {};
}

} // namespace engine
