// transpose.h: matrices transposed, for weights that are column-major and low-rank factors.
// Threads: reentrant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace engine {

// Columns [column, column + count) of `from` [rows, columns], each as a row of `to` [count, rows]. In
// squares, so that what is read and what is written both stay in the cache.
template <class Value>
void transpose(const Value* from, std::size_t rows, std::size_t columns, std::size_t column,
               std::size_t count, Value* to) {
    constexpr std::size_t kSquare = 32;
    for (std::size_t row = 0; row < rows; row += kSquare)
        for (std::size_t c = 0; c < count; ++c)
            for (std::size_t r = row; r < std::min(row + kSquare, rows); ++r)
                to[c * rows + r] = from[r * columns + column + c];
}

// The same for values of 16 bits, by vectors.
void transposeWords(const std::uint16_t* from, std::size_t rows, std::size_t columns, std::size_t column,
                    std::size_t count, std::uint16_t* to);

} // namespace engine
