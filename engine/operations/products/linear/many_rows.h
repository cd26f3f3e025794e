// many_rows.h: products with many rows of x, as in reading a text: oneDNN, on tiles of y, with weights
// converted tile by tile to what the processor multiplies in.
// Threads: those of linear.h.
#pragma once

#include "engine/operations/products/linear/linear.h"

#include <span>

namespace engine {

// Whether a matrix must be converted to be multiplied by oneDNN.
[[nodiscard]] bool isConverted(const Matrix& weights);

// Jobs with strides filled in.
void manyRowsProducts(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch);

} // namespace engine
