// previous_rows.h: each token's row before it, output[t] = h[t-1]: what the mlp shift multiplies. Paired, the
// token's own stands in front of it, output[t] = [h[t], h[t-1]]: what the gates of sources read.
// Source:  docs/spec/enhanced-rwkv.md sections 2 and 3a.
// Shapes:  T tokens, D width; stream [T,D]; output [T,D], paired [T,2D]; one earlier row at least.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/enhancement/earlier_rows.h"

namespace engine {

struct PreviousRows {
    int tokens = 0;
    int width = 0;
    const float* stream = nullptr;
    EarlierRows earlier;
    float* output = nullptr;
    bool isPaired = false;

    template <class Weights> void placeWeights(Weights&) {} // it has none
    [[nodiscard]] const float* stateBegin() const { return earlier.values; }
};

namespace cpu {
void previousRows(const PreviousRows& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is.
void previousRows(const PreviousRows& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
