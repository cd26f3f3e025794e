// packed_product.h: products of packed weights (packed_weights.h) with few rows of x, in integers.
// x is written as 16-bit integers with one scale for 32 values, which keeps 15 bits of the largest: the
// result is that of the dequantised weights within a few 2^-16 of the sum of absolute products. Integer sums
// are exact, so every instruction set forms the same sums.
// Shapes:  weights [rows, columns], columns a multiple of 32; x [tokens, columns], y [tokens, rows].
// Source:  tests/support/reference/linear.h and matrix.h are the plain form.
// Threads: reentrant.
#pragma once

#include "engine/operations/products/linear/linear.h"
#include "engine/operations/products/quantised/packed_weights.h"

#include <cstddef>
#include <cstdint>

namespace engine {

// 32 values of x: value = scale * code, code = 256 high + low.
struct PackedInput {
    float scale = 0;
    std::int32_t sum = 0; // of the codes
    std::int8_t high[kTileColumns] = {};
    std::int8_t low[kTileColumns] = {};
    std::int16_t codes[kTileColumns] = {};
};

// A packed job's x: `blocks` per token, one token after another.
struct PackedInputs {
    const PackedInput* values = nullptr;
    std::size_t blocks = 0;
};

// `count` is a multiple of 32; writes count / 32 inputs.
void packInputs(const float* x, std::size_t count, PackedInput* inputs);

// y[t][r] for the rows r in [rowBegin, rowEnd), both multiples of 16 (or the last row's end); rows of y are
// `yStride` apart.
void packedRowProduct(const Matrix& weights, const PackedInputs& x, int tokens, int rowBegin, int rowEnd,
                      float* y, std::size_t yStride);

// The rows [rowBegin, rowEnd) as float32; rowBegin is a multiple of 16.
void widenPackedRows(const Matrix& weights, int rowBegin, int rowEnd, float* out);

// The kernels that are used here; but for Plain, those of packed_product_x86.h.
enum class PackedKernels : std::uint8_t { Plain, Avx2, Vnni };
[[nodiscard]] PackedKernels packedKernels();

} // namespace engine
