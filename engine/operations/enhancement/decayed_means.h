// decayed_means.h: the "scales" of routing: what longer and longer averages of the past add to the shifted
// row.
//   output[t] += Σ_m weight[m] * R_m[t-1];   R_m[t] = decay_m R_m[t-1] + (1 - decay_m) h[t]
// Without weights the means are written one by one, for gates of their own (source_gates.h):
//   output[t][m] = R_m[t-1]
// Source:  docs/spec/enhanced-rwkv.md section 3a; tests/support/reference/decayed_means.h is the plain form.
// Shapes:  T tokens, D width, M means; last index fastest.
//   stream  h, [T,D];  weight [M,D], or null
//   output  [T,D], rows `outputStride` apart; without weights [T,M,D]
//   state   R, [M,D]: before the first token; afterwards before the next one, unless the sequence does not
//           use the enhancement
// Units:   decays in (0,1), dimensionless, per token.
// Errors:  M <= kMostMeans: the caller's promise.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"

#include <array>
#include <cstddef>

namespace engine {

inline constexpr int kMostMeans = 8;

struct DecayedMeans {
    int tokens = 0;
    int width = 0;
    int means = 0;
    std::array<float, kMostMeans> decays{};
    const float* stream = nullptr;
    const float* weight = nullptr;
    float* state = nullptr;
    float* output = nullptr;
    int outputStride = 0; // with weights
    bool isEnabled = true;

    template <class Weights> void placeWeights(Weights& weights) {
        weight = weights.values(weight, static_cast<std::size_t>(means) * static_cast<std::size_t>(width));
    }
    [[nodiscard]] const float* stateBegin() const { return state; }
};

namespace cpu {
void decayedMeans(const DecayedMeans& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// A long text of one sequence is taken in chunks of so many tokens, side by side.
inline constexpr int kMeansChunkTokens = 64;
// With working memory (Sequences::memory) of so many floats: the means at the beginning of every chunk.
[[nodiscard]] inline std::size_t workingFloats(const DecayedMeans& op) {
    const auto chunks = static_cast<std::size_t>((op.tokens + kMeansChunkTokens - 1) / kMeansChunkTokens);
    return chunks < 2 ? 0 : chunks * static_cast<std::size_t>(op.means) * static_cast<std::size_t>(op.width);
}
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is and who uses
// it.
void decayedMeans(const DecayedMeans& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
