// dynamic_shift.h: RWKV-6's token shift, whose blend depends on the token.
//   m_j[t] = tanh(mixHidden_j[t]) · factor_j
//   output_j[t] = p[t] + (p[t-1] - p[t]) * (mix_j + m_j[t])
// for j = 0..4: decay, key, value, receptance, gate.
// Source:  docs/spec/rwkv-models.md section 4; tests/support/reference/dynamic_shift.h is the plain form.
// Shapes:  T tokens, C width, R rank.
//   normalised  [T+1,C]: row 0 is p of the token before the first (token_shift.h leaves it so)
//   mixHidden   [T,5R], before the tanh; may be overwritten
//   factors     [5R,C], float32, float16 or bfloat16;  mix_j [C];  output_j [T,C]
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/rows/token_shift.h"

#include <array>
#include <cstddef>

namespace engine {

inline constexpr int kDynamicShiftUses = 5;

struct DynamicShift {
    int tokens = 0;
    int width = 0;
    int rank = 0;
    const float* normalised = nullptr;
    float* mixHidden = nullptr;
    Matrix factors;
    std::array<TokenShiftUse, kDynamicShiftUses> uses;

    template <class Weights> void placeWeights(Weights& weights) {
        factors = weights.matrix(factors);
        for (TokenShiftUse& use : uses)
            use.mix = weights.values(use.mix, static_cast<std::size_t>(width));
    }
    [[nodiscard]] const float* stateBegin() const { return nullptr; } // it has none
};

namespace cpu {
void dynamicShift(const DynamicShift& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number. Each sequence's rows of `normalised` have its own row
// before.
void dynamicShift(const DynamicShift& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
