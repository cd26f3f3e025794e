// sparse_product.h: products of matrices column-major with few rows of x. The weights of an input that is
// zero for every token are not read: the squared relu of channel mixing leaves most of its outputs zero.
// Shapes:  as in linear.h; weights.order is ColumnMajor.
// The inputs are summed in a fixed number of parts, so the result depends neither on the number of threads
// nor on the number of tokens. x is not rounded, but for packed weights on processors with AVX2 or VNNI
// (packed_product.h).
// Source:  tests/support/reference/linear.h is the plain form.
// Threads: `pool` and `scratch` serve one caller at a time.
#pragma once

#include "engine/operations/products/linear/linear.h"

#include <cstddef>

namespace engine {

void sparseProduct(const LinearJob& job, int tokens, ThreadPool& pool, LinearScratch& scratch);

// The weights of outputs [outputBegin, outputEnd) as float32, [columns, outputEnd - outputBegin]. Of packed
// weights outputBegin is a multiple of 128.
void widenColumnMajor(const Matrix& weights, int outputBegin, int outputEnd, float* out);

} // namespace engine
