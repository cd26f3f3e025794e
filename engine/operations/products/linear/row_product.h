// row_product.h: our own kernels on stored weights: products with few rows of x, and conversions.
// Each instruction set of simd_targets.h has its form; the best the processor has is chosen at run time.
// Every sum is formed in the same order, whatever the number of rows or tokens computed together.
// Source:  tests/support/reference/linear.h is the plain form.
// Threads: reentrant.
#pragma once

#include "engine/operations/products/linear/linear.h"

#include <cstddef>
#include <cstdint>

namespace engine {

// How far ahead of the sums the weights are fetched, in bytes. The processor's own prefetchers stop at every
// page of 4 KiB; this bridges them. On a Zen 5 core 8 KiB raise the rate from 29 to 44 GB/s, as fast as
// memory can be read at all.
inline constexpr std::size_t kPrefetchBytes = 8192;
// The same where sums take little time, which is all weights but packed ones of 4 bits: less on a Zen 3 or 4,
// whose own prefetchers keep up with them and are disturbed by what is fetched farther ahead (float16 27
// instead of 30 GB/s on a Zen 3, 22 instead of 26 on a Zen 4).
[[nodiscard]] std::size_t prefetchBytes();

// job.y[t][r] for the rows r in [rowBegin, rowEnd) of the weights and all tokens. x is not rounded.
void rowProduct(const LinearJob& job, int tokens, int rowBegin, int rowEnd);

// The rows [rowBegin, rowEnd) of `weights` as float32, which is exact.
void widenRows(const Matrix& weights, int rowBegin, int rowEnd, float* out);

// To nearest even, NaN kept.
void roundToBfloat16(const float* values, std::uint16_t* out, std::size_t count);

} // namespace engine
