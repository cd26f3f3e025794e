// embedding_shift.h: the "embedding" source of routing: what the token's own embedding, and that of the token
// before, add to the shifted row.
//   output[t] += weight[0] * x0[t] + weight[1] * x0[t-1]
// Source:  docs/spec/enhanced-rwkv.md section 3a; tests/support/reference/embedding_shift.h is the plain
//          form.
// Shapes:  T tokens, D width; rows [T+1,D]: x0 of the token before the first, then the tokens'
//          (preceded_rows.h), in a batch each sequence's own; weight [2,D]; output [T,D], rows `outputStride`
//          apart.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"

#include <cstddef>

namespace engine {

struct EmbeddingShift {
    int tokens = 0;
    int width = 0;
    const float* rows = nullptr;
    const float* weight = nullptr;
    float* output = nullptr;
    int outputStride = 0;

    template <class Weights> void placeWeights(Weights& weights) {
        weight = weights.values(weight, 2 * static_cast<std::size_t>(width));
    }
    [[nodiscard]] const float* stateBegin() const { return nullptr; } // it has none
};

namespace cpu {
void embeddingShift(const EmbeddingShift& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number.
void embeddingShift(const EmbeddingShift& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
