// token_shift.h: normalise the residual stream and blend each token with the one before it, once per use.
//   p[t] = LN(stream[t]);  output_j[t] = p[t] + (p[t-1] - p[t]) * mix_j
// `mix` weighs the previous token (RWKV-6's and 7's convention; RWKV-5's 1 - mu).
// Source:  docs/spec/rwkv-models.md sections 1 to 5; tests/support/reference/token_shift.h is the plain form.
// Shapes:  T tokens, C width; stream [T,C]; mix [C], output [T,C] per use; previous [C].
//   previous    in: p of the token before the first, zero at the start of a sequence; out: p of the last one
//   normalised  [T+1,C]: row 0 becomes the incoming `previous`, rows 1..T become p; RWKV-6 reads them again.
//   In a batch
//               each sequence has its own T+1 rows
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/rows/layer_norm.h"

#include <array>
#include <cassert>
#include <cstddef>
#include <span>

namespace engine {

inline constexpr std::size_t kMostTokenShiftUses = 6; // RWKV-7's

struct TokenShiftUse {
    const float* mix = nullptr;
    float* output = nullptr;
};

struct TokenShift {
    int tokens = 0;
    int width = 0;
    const float* stream = nullptr;
    NormParameters norm;
    float* previous = nullptr;
    float* normalised = nullptr;
    std::array<TokenShiftUse, kMostTokenShiftUses> allUses{};
    std::size_t useCount = 0;

    [[nodiscard]] std::span<const TokenShiftUse> uses() const { return std::span(allUses).first(useCount); }
    void addUse(const TokenShiftUse& use) {
        assert(useCount < kMostTokenShiftUses);
        allUses[useCount++] = use;
    }

    template <class Weights> void placeWeights(Weights& weights) {
        norm = weights.norm(norm, width);
        for (TokenShiftUse& use : std::span(allUses).first(useCount))
            use.mix = weights.values(use.mix, static_cast<std::size_t>(width));
    }
    [[nodiscard]] const float* stateBegin() const { return previous; }
};

namespace cpu {
void tokenShift(const TokenShift& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is.
void tokenShift(const TokenShift& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
