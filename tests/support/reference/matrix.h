// matrix.h (reference): what a kept weight matrix stands for, read by the layouts that linear.h and
// packed_weights.h describe, one value at a time.
#pragma once

#include "engine/operations/products/linear/linear.h"
#include "tests/support/reference/tensor.h"

#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace reference {

namespace detail {

inline double half(const std::byte* at) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, at, sizeof bits);
    return engine::halfToFloat(bits);
}

// A code of 8 bits, or of 4 in the low or high half of a byte.
inline double code(std::byte byte, int bits, bool isHigh) {
    const auto value = std::to_integer<int>(byte);
    return bits == 8 ? value : isHigh ? value >> 4 : value & 15;
}

inline double packedByRows(const engine::Matrix& matrix, std::size_t row, std::size_t column) {
    constexpr auto kRows = std::size_t{engine::kTileRows}, kColumns = std::size_t{engine::kTileColumns};
    const engine::PackedLayout layout = engine::packedLayout(matrix.type);
    const std::byte* tile =
        matrix.group(static_cast<int>(row / kRows)) + column / kColumns * layout.tileBytes();
    const std::size_t lane = row % kRows, c = column % kColumns;
    const bool isHigh = layout.codeBits == 4 && c >= 16;
    const std::size_t group = (isHigh ? c - 16 : c) / 4; // of 4 columns
    const std::byte byte = tile[layout.headBytes() + group * 4 * kRows + lane * 4 + c % 4];
    const double minimum = layout.hasMinimum ? half(tile + 2 * kRows + 2 * lane) : 0;
    return half(tile + 2 * lane) * (code(byte, layout.codeBits, isHigh) - layout.offset) + minimum;
}

inline double packedByColumns(const engine::Matrix& matrix, std::size_t row, std::size_t column) {
    const engine::PackedRun run = engine::packedRun(matrix.type, matrix.rows);
    const std::byte* at = matrix.group(static_cast<int>(column / engine::kTileColumns));
    const double minimum = run.layout.hasMinimum ? half(at + 2 * run.outputs + 2 * row) : 0;
    const std::byte* codes = at + run.headBytes() + column % engine::kTileColumns * run.inputBytes();
    const std::size_t place = engine::placeInRun(row % 64);
    const bool isNibble = run.layout.codeBits == 4;
    const std::byte byte = isNibble ? codes[row / 128 * 64 + place] : codes[row / 64 * 64 + place];
    return half(at + 2 * row) *
               (code(byte, run.layout.codeBits, isNibble && row % 128 >= 64) - run.layout.offset) +
           minimum;
}

} // namespace detail

// [rows, columns]
inline Tensor values(const engine::Matrix& matrix) {
    const std::size_t rows = size(matrix.rows), columns = size(matrix.columns);
    Tensor result(rows * columns);
    if (matrix.isPacked) {
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                result[r * columns + c] = matrix.order == engine::MatrixOrder::RowMajor
                                              ? detail::packedByRows(matrix, r, c)
                                              : detail::packedByColumns(matrix, r, c);
        return result;
    }
    std::vector<float> stored(rows * columns);
    if (!engine::toFloat32(matrix.type, {static_cast<const std::byte*>(matrix.data), matrix.byteSize()},
                           stored))
        throw std::logic_error("a matrix of no type that products take");
    const bool isByRows = matrix.order == engine::MatrixOrder::RowMajor;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            result[r * columns + c] = stored[isByRows ? r * columns + c : c * rows + r];
    return result;
}

} // namespace reference
