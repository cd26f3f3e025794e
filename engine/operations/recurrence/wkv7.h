// wkv7.h: the recurrence of RWKV-7 with what surrounds it: decay, in-context rate, removal key and value
// residual before; group norm, current-token bonus and output gate after.
//   w = exp(-e^(-1/2) σ(decayLogit));  α = σ(rateLogit)
//   v = value + (firstLayerValue - value) σ(valueMixLogit);  in layer 0 v = value, and firstLayerValue = v
//   κ̂ = key * removalScale, scaled to length 1 per head
//   k̃ = key * (1 + (α - 1) rateScale)
//   per head, state S[i,j], i value channel, j key channel:
//   s[i]   = -Σ_j S[i,j] κ̂[j]
//   S[i,j] = S[i,j] w[j] + s[i] κ̂[j] α[j] + v[i] k̃[j]
//   y[i]   = Σ_j S[i,j] r[j]
//   output = (GroupNorm(y) + (Σ_head r k̃ bonus) v) * gate
// Source:  docs/spec/rwkv-models.md section 5 (RWKV-7 "Goose", arXiv 2503.14456);
//          tests/support/reference/wkv7.h is the plain form.
// Shapes:  T tokens, H heads, N head size, C = H N; last index fastest.
//   receptance, key, value, decayLogit, rateLogit, valueMixLogit, gate [T,C]
//   removalScale, rateScale, bonus [C];  groupNorm [C], statistics per head
//   valueMixLogit     null in layer 0
//   firstLayerValue   [T,C]; written in layer 0, read in the others
//   state             [H,N,N] float32, updated in place
//   output            [T,C]; may be any of the [T,C] inputs except firstLayerValue
// Errors:  N <= kMaxHeadSize: the caller's promise.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/rows/layer_norm.h"

#include <cstddef>

namespace engine {

inline constexpr float kWkv7DecayScale = -0.60653066f; // -e^(-1/2): ln w for an open decay

struct Wkv7 {
    int tokens = 0;
    int heads = 0;
    int headSize = 0;
    const float* receptance = nullptr;
    const float* key = nullptr;
    const float* value = nullptr;
    const float* decayLogit = nullptr;
    const float* rateLogit = nullptr;
    const float* valueMixLogit = nullptr;
    const float* gate = nullptr;
    float* firstLayerValue = nullptr;
    const float* removalScale = nullptr; // k_k
    const float* rateScale = nullptr;    // k_a
    const float* bonus = nullptr;        // r_k
    NormParameters groupNorm;
    float* state = nullptr;
    float* output = nullptr;

    template <class Weights> void placeWeights(Weights& weights) {
        const int width = heads * headSize;
        const auto count = static_cast<std::size_t>(width);
        removalScale = weights.values(removalScale, count);
        rateScale = weights.values(rateScale, count);
        bonus = weights.values(bonus, count);
        groupNorm = weights.norm(groupNorm, width);
    }
    [[nodiscard]] const float* stateBegin() const { return state; }
};

namespace cpu {
void wkv7(const Wkv7& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is. With the
// working memory of wkv_memory.h, a long text of one sequence is taken in chunks.
void wkv7(const Wkv7& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
