// adaptive_gate.h: the last step of every enhancement: open the gate, add the shifted state, normalise, and
// remember the stream for the tokens to come.
//   s[t]      = shifted[t], or h[t-1] + shiftChange[t]
//   g[t]      = σ(gates[t] + bias), or 1 if the gate is fixed
//   e[t]      = h[t] + g[t] * s[t]
//   output[t] = LN(e[t]), or e[t]
// A gate that is exactly 0 without layer norm returns h bit for bit. A sequence that does not use the
// enhancement gets output = h; its gates are not written and its state stays.
// Source:  docs/spec/enhanced-rwkv.md sections 1 to 3; tests/support/reference/adaptive_gate.h is the plain
//          form.
// Shapes:  T tokens, D width; last index fastest.
//   stream       h, [T,D]
//   earlier      in: the rows before; out: those before the next token
//   shifted      [T,D], rows `shiftedStride` apart, or null (identity and mlp shift)
//   shiftChange  [T,D], or null (identity)
//   gates        in: logits [T,D], not read if the gate is fixed; out: the gates used. Null if the gate is
//                fixed and nobody asks
//   bias         [D], or null if `gates` holds it already
//   output       [T,D], not overlapping stream
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/enhancement/earlier_rows.h"
#include "engine/operations/rows/layer_norm.h"

#include <cstddef>
#include <optional>

namespace engine {

struct AdaptiveGate {
    int tokens = 0;
    int width = 0;
    const float* stream = nullptr;
    EarlierRows earlier;
    const float* shifted = nullptr;
    int shiftedStride = 0;
    const float* shiftChange = nullptr;
    float* gates = nullptr;
    bool isFixed = false;
    const float* bias = nullptr;
    std::optional<NormParameters> norm;
    float* output = nullptr;
    bool isEnabled = true;

    template <class Weights> void placeWeights(Weights& weights) {
        bias = weights.values(bias, static_cast<std::size_t>(width));
        if (norm)
            norm = weights.norm(*norm, width);
    }
    [[nodiscard]] const float* stateBegin() const { return earlier.values; }
};

namespace cpu {
void adaptiveGate(const AdaptiveGate& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is and who uses
// it.
void adaptiveGate(const AdaptiveGate& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
