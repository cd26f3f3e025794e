// adaptive_gate.h: the last step of every enhancement: open the gate, add the shifted state, normalise.
//   s[t]      = shifted[t], or h[t-1] + shiftChange[t]
//   g[t]      = σ(gates[t] + bias), or 1 if the gate is fixed
//   e[t]      = h[t] + g[t] * s[t]
//   output[t] = LN(e[t]), or e[t]
// A gate that is exactly 0 without layer norm returns h bit for bit.
// Source:  spec/enhanced-rwkv.md sections 2 and 3; tests/support/reference/adaptive_gate.h is the plain form.
// Shapes:  T tokens, D width; last index fastest.
//   stream       h, [T,D], with the row of the token before the first directly in front of it (stream - D)
//   shifted      [T,D], rows `shiftedStride` apart, or null (identity and mlp shift)
//   shiftChange  [T,D], or null (identity)
//   gates        in: logits [T,D]; out: the gates used. Null if the gate is fixed
//   bias         [D], or null if `gates` holds it already
//   output       [T,D], not overlapping stream
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/kernels/layer_norm.h"

#include <optional>

namespace engine {

struct AdaptiveGate {
    int tokens = 0;
    int width = 0;
    const float* stream = nullptr;
    const float* shifted = nullptr;
    int shiftedStride = 0;
    const float* shiftChange = nullptr;
    float* gates = nullptr;
    const float* bias = nullptr;
    std::optional<NormParameters> norm;
    float* output = nullptr;
};

namespace cpu {
void adaptiveGate(const AdaptiveGate& op, ThreadPool& pool);
}

} // namespace engine
