// sparse_attention.h: attention of each token to its own chunk of the text and to the few earlier chunks that
// fit its query best. The step's keys and values join the own chunk first.
//   s_i = q · Σ_{τ in chunk i} k_τ                 over complete chunks i; in each head, or summed over heads
//   I   = the `chosen` chunks with the largest s_i; of equal ones the earlier
//   o   = Σ_τ p_τ v_τ,  p = softmax over the tokens of the chunks I and those of the own chunk up to this one
//         of q · k_τ / sqrt(N)
// Source:  docs/spec/rwkv-x.md section 2; tests/support/reference/sparse_attention.h is the plain form.
// Shapes:  T tokens of one chunk at most, H heads, N head size, C = H N, V votes; last index fastest.
//   query, key, value  [T,C]
//   output   [T,C]; none of the inputs, whose rows are read more than once
//   choices  [T,C]: of each head N / 2 pairs: a complete chunk that it read (its place in `pages`, -1 for
//            none) and the share of p that lay in it, the best first; of an odd N the last is 0
//   state    [C + V]: the sum of the own chunk's keys so far, in float32, one token after another; and what
//            each complete chunk was given, summed over heads, tokens and pairs of `choices`. V may be 0
//   pages    as of the step (attention_page.h). A page that becomes full gets its sum.
// Errors:  N <= kMaxHeadSize, T tokens have room in the own page, at most V complete chunks if V > 0, and
//          `chosen` <= kMostChosen: the caller's promise.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/attention/attention_page.h"

#include <cstddef>

namespace engine {

inline constexpr int kMostChosen = 1024;

struct SparseAttention {
    int tokens = 0;
    int block = 0; // of the sequence's: which of SequenceInput::attention it is
    AttentionShape shape;
    AttentionPages pages; // a device's backend has its own, as begin() was told
    const float* query = nullptr;
    const float* key = nullptr;
    const float* value = nullptr;
    float* output = nullptr;
    float* choices = nullptr;
    float* state = nullptr;
    int votes = 0; // V

    template <class Weights> void placeWeights(Weights&) {}
    [[nodiscard]] const float* stateBegin() const { return state; }
};

namespace cpu {
void sparseAttention(const SparseAttention& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state and its pages
// are.
void sparseAttention(const SparseAttention& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
