// low_rank.h: the second half of a low-rank map, output = bias + f(hidden) · factor.
// The first half is an ordinary product (linear.h). `factor` keeps the checkpoint's orientation [rank,
// width]: with so few inputs, adding up its rows is faster than as many short dot products.
// Source:  docs/spec/rwkv-models.md sections 4 and 5 (decay, in-context rate, value mix, gate),
//          docs/spec/enhanced-rwkv.md sections 2 and 3 (mlp shift, routing);
//          tests/support/reference/low_rank.h is the plain form.
// Shapes:  T tokens, R rank, C width; last index fastest.
//   hidden  [T,R], rows `hiddenStride` apart; may be overwritten with f(hidden)
//   factor  [R,C], float32, float16 or bfloat16;  bias [C], or null for zero;  output [T,C]
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/rows/activation.h"

#include <cstddef>
#include <span>

namespace engine {

inline constexpr std::size_t kMostLowRanks = 4; // RWKV-7's, computed side by side

struct LowRank {
    int rank = 0;
    int width = 0;
    float* hidden = nullptr;
    int hiddenStride = 0; // 0: contiguous
    ActivationKind activation = ActivationKind::None;
    Matrix factor;
    const float* bias = nullptr;
    float* output = nullptr;
};

namespace cpu {
// Up to kMostLowRanks maps over the same tokens, in one parallel region.
void lowRank(std::span<const LowRank> ops, int tokens, ThreadPool& pool);
} // namespace cpu
namespace cuda {
struct Stream;
// Up to kMostLowRanks maps.
void lowRank(std::span<const LowRank> ops, int tokens, const Stream& stream);
} // namespace cuda

} // namespace engine
