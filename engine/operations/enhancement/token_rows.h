// token_rows.h: the "rows" source of routing: what a table of the layer's own has for this token and for the
// one before is added to the shifted row.
//   output[t] += rows[t][0 .. D) + before[t];  before[t] = rows[t-1][D .. 2D), of the first token `previous`
//   previous = rows[T-1][D .. 2D)
// The rows are looked up by the operation `embedding`.
// Source:  docs/spec/enhanced-rwkv.md section 3a; tests/support/reference/token_rows.h is the plain form.
// Shapes:  T tokens, D width; rows [T,2D]; output [T,D], rows `outputStride` apart; previous [D], zero at the
//          start of a sequence, left as it is where a sequence does not use the enhancement.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"

namespace engine {

struct TokenRows {
    int tokens = 0;
    int width = 0;
    const float* rows = nullptr;
    float* previous = nullptr;
    float* output = nullptr;
    int outputStride = 0;
    bool isEnabled = true;

    template <class Weights> void placeWeights(Weights&) {} // it has none
    [[nodiscard]] const float* stateBegin() const { return previous; }
};

namespace cpu {
void tokenRows(const TokenRows& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is and who uses
// it.
void tokenRows(const TokenRows& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
