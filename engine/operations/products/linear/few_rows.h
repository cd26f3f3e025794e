// few_rows.h: products with few rows of x, as in decoding: our own kernels, which read the stored weights
// once.
// Threads: those of linear.h.
#pragma once

#include "engine/operations/products/linear/linear.h"

#include <span>

namespace engine {

// Jobs with strides filled in, whose weights are row-major.
void fewRowsProducts(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch);

} // namespace engine
