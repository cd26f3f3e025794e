#include "engine/kernels/linear.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

namespace engine {

namespace {

bool isKept(DataType type) {
    return type == DataType::Float32 || type == DataType::Float16 || type == DataType::BFloat16;
}

// Number of elements, after the checks that every way of making weights shares.
Expected<std::size_t> checkedElements(int rows, int columns, DataType wanted) {
    if (!isKept(wanted))
        return failure(ErrorCode::UnsupportedType,
                       "weights are kept as f32, f16 or bf16, not as " + std::string(name(wanted)));
    if (rows < 1 || columns < 1)
        return failure(ErrorCode::ShapeMismatch, "a weight matrix of " + std::to_string(rows) + " x " +
                                                     std::to_string(columns) + " has no values");
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

tl::unexpected<Error> noMemory(std::size_t bytes) {
    return failure(ErrorCode::OutOfMemory, "no memory for " + std::to_string(bytes) + " bytes of weights");
}

std::shared_ptr<AlignedBuffer<std::byte>> allocate(std::size_t bytes) {
    return std::make_shared<AlignedBuffer<std::byte>>(bytes);
}

bool isAligned(const void* data, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(data) % alignment == 0;
}

} // namespace

Expected<LinearWeights> LinearWeights::fromStored(DataType type, std::span<const std::byte> bytes, int rows,
                                                  int columns, DataType wanted,
                                                  std::shared_ptr<const void> memory) {
    const auto elements = checkedElements(rows, columns, wanted);
    if (!elements)
        return tl::unexpected(elements.error());
    if (!isFloat(type) && !isBlockQuantised(type))
        return failure(ErrorCode::UnsupportedType, "weights cannot be read from " + std::string(name(type)));
    if (*elements % elementsPerBlock(type) != 0 ||
        bytes.size() != *elements / elementsPerBlock(type) * bytesPerBlock(type))
        return failure(ErrorCode::ShapeMismatch, std::to_string(bytes.size()) + " bytes are not a " +
                                                     std::to_string(rows) + " x " + std::to_string(columns) +
                                                     " matrix of " + std::string(name(type)));
    LinearWeights weights;
    weights.m_matrix = {wanted, rows, columns, bytes.data()};
    const std::size_t wantedBytes = *elements * bytesPerBlock(wanted);
    try {
        if (type == wanted && isAligned(bytes.data(), bytesPerBlock(type))) {
            weights.m_memory = std::move(memory);
            return weights;
        }
        auto own = allocate(wantedBytes);
        weights.m_matrix.data = own->data();
        weights.m_memory = own;
        if (type == wanted) {
            std::memcpy(own->data(), bytes.data(), wantedBytes);
            return weights;
        }
        // Block types, K-quants among them, are unpacked here, once: no product reads blocks. In pieces, so that a
        // large matrix does not exist as float32 as well; each piece is whole blocks of 32 or 256 values.
        constexpr std::size_t kPiece = 16384;
        AlignedBuffer<float> values(std::min(kPiece, *elements));
        for (std::size_t at = 0; at < *elements; at += kPiece) {
            const auto piece = values.span().first(std::min(kPiece, *elements - at));
            const std::size_t begin = at / elementsPerBlock(type) * bytesPerBlock(type);
            const std::size_t size = piece.size() / elementsPerBlock(type) * bytesPerBlock(type);
            const std::size_t bytesOut = bytesPerBlock(wanted);
            if (auto read = toFloat32(type, bytes.subspan(begin, size), piece); !read)
                return tl::unexpected(read.error());
            if (auto written = engine::fromFloat32(
                    wanted, piece, own->span().subspan(at * bytesOut, piece.size() * bytesOut));
                !written)
                return tl::unexpected(written.error());
        }
        return weights;
    } catch (const std::bad_alloc&) {
        return noMemory(wantedBytes);
    }
}

Expected<LinearWeights> LinearWeights::fromFloat32(std::span<const float> values, int rows, int columns,
                                                   DataType wanted) {
    const auto elements = checkedElements(rows, columns, wanted);
    if (!elements)
        return tl::unexpected(elements.error());
    if (values.size() != *elements)
        return failure(ErrorCode::ShapeMismatch, std::to_string(values.size()) + " values are not a " +
                                                     std::to_string(rows) + " x " + std::to_string(columns) +
                                                     " matrix");
    const std::size_t bytes = *elements * bytesPerBlock(wanted);
    try {
        auto own = allocate(bytes);
        if (auto written = engine::fromFloat32(wanted, values, own->span()); !written)
            return tl::unexpected(written.error());
        LinearWeights weights;
        weights.m_matrix = {wanted, rows, columns, own->data()};
        weights.m_memory = std::move(own);
        return weights;
    } catch (const std::bad_alloc&) {
        return noMemory(bytes);
    }
}

Expected<LinearWeights> LinearWeights::fromFactor(std::span<const float> values, int inputs, int outputs,
                                                  DataType wanted) {
    const auto elements = checkedElements(outputs, inputs, wanted);
    if (!elements)
        return tl::unexpected(elements.error());
    if (values.size() != *elements)
        return failure(ErrorCode::ShapeMismatch, std::to_string(values.size()) +
                                                     " values are not a factor of " + std::to_string(inputs) +
                                                     " x " + std::to_string(outputs));
    try {
        const auto in = static_cast<std::size_t>(inputs);
        const auto out = static_cast<std::size_t>(outputs);
        AlignedBuffer<float> transposed(*elements);
        for (std::size_t i = 0; i < in; ++i)
            for (std::size_t o = 0; o < out; ++o)
                transposed[o * in + i] = values[i * out + o];
        return fromFloat32(transposed.span(), outputs, inputs, wanted);
    } catch (const std::bad_alloc&) {
        return noMemory(*elements * sizeof(float));
    }
}

} // namespace engine
