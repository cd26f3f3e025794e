// sparse_loops.h: the vector loops of the sparse product: rows of weights that are multiplied and added up.
// Threads: reentrant.
#pragma once

#include "engine/operations/products/linear/linear.h"
#include "engine/operations/products/quantised/packed_weights.h"

#include <array>
#include <cstddef>

namespace engine {

// So many inputs are added at once: each sum is then loaded and stored for four products.
inline constexpr std::size_t kInputsAtOnce = 4;

// Where the weights of some inputs begin, and of those that come next, to be fetched meanwhile. Memory is
// read row by row with gaps, which the processor's own prefetchers do not foresee.
struct InputRows {
    std::array<const std::byte*, kInputsAtOnce> rows;
    std::array<const std::byte*, kInputsAtOnce> next;
    std::array<float, kInputsAtOnce> x;
};

// sums[c] += x[0] rows[0][c] + ... for weights that are values, or codes, without their offset and in their
// own order.
void addSparseRows(const Matrix& weights, const InputRows& inputs, std::size_t outputs, float* sums);

// sums += scale * (codeSums - offset * inputSum) + minimum * inputSum, for a run of 32 inputs; `codeSums` are
// in the order of the codes.
void addSparseRun(const PackedRun& run, const std::byte* head, const float* codeSums, float inputSum,
                  float* sums);

// The weights of a run's inputs for outputs [begin, begin + count), rows of `count` values; begin is a
// multiple of 64. What is packed is filled up, `out` is not.
void widenSparseRun(const PackedRun& run, const std::byte* packed, std::size_t begin, std::size_t count,
                    float* out);

} // namespace engine
