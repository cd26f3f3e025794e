// wkv6.h: the recurrence of RWKV-5.2 and 6 with the decay before it and group norm and output gate after it.
//   w = exp(-exp(decayLogit))
//   per head, state S[i,j], i key channel, j value channel:
//   y[j]   = Σ_i r[i] (S[i,j] + bonus[i] k[i] v[j])
//   S[i,j] = w[i] S[i,j] + k[i] v[j]
//   output = GroupNorm(y) * silu(gate)
// Source:  docs/spec/rwkv-models.md sections 3, 4 and 8; tests/support/reference/wkv6.h is the plain form.
// Shapes:  T tokens, H heads, N head size, C = H N; last index fastest.
//   receptance, key, value, gate [T,C] (gate before silu);  bonus [C];  norm [C], statistics per head
//   decayLogit  [T,C], or [C] for all tokens if decayIsConstant (RWKV-5.2)
//   state       [H,N,N] float32, updated in place
//   output      [T,C]; may be `receptance`, `key`, `value` or `gate`
// Units:   decayLogit is the raw d; the effective factor w is in (0,1).
// Errors:  N <= kMaxHeadSize: the caller's promise.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/rows/layer_norm.h"

#include <cstddef>

namespace engine {

inline constexpr int kMaxHeadSize = 512;

struct Wkv6 {
    int tokens = 0;
    int heads = 0;
    int headSize = 0;
    const float* receptance = nullptr;
    const float* key = nullptr;
    const float* value = nullptr;
    const float* gate = nullptr;
    const float* decayLogit = nullptr;
    bool decayIsConstant = false;
    const float* bonus = nullptr;
    NormParameters groupNorm;
    float* state = nullptr;
    float* output = nullptr;

    template <class Weights> void placeWeights(Weights& weights) {
        const int width = heads * headSize;
        const auto count = static_cast<std::size_t>(width);
        if (decayIsConstant)
            decayLogit = weights.values(decayLogit, count);
        bonus = weights.values(bonus, count);
        groupNorm = weights.norm(groupNorm, width);
    }
    [[nodiscard]] const float* stateBegin() const { return state; }
};

namespace cpu {
void wkv6(const Wkv6& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is. With the
// working memory of wkv_memory.h, a long text of one sequence is taken in chunks.
void wkv6(const Wkv6& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
