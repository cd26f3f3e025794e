// preceded_rows.h: the rows of a step behind the row before them, which a state keeps from step to step.
//   output[0] = previous;  output[1 + t] = rows[t];  previous = rows[T-1]
// Routing reads what layer 0 reads (x0) of this token and the one before.
// Source:  docs/spec/enhanced-rwkv.md section 3a; tests/support/reference/preceded_rows.h is the plain form.
// Shapes:  T tokens, D width; rows [T,D]; output [T+1,D], in a batch each sequence's own; previous [D], zero
//          at the start of a sequence, left as it is where a sequence does not use the enhancement.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"

namespace engine {

struct PrecededRows {
    int tokens = 0;
    int width = 0;
    const float* rows = nullptr;
    float* previous = nullptr;
    float* output = nullptr;
    bool isEnabled = true;

    template <class Weights> void placeWeights(Weights&) {} // it has none
    [[nodiscard]] const float* stateBegin() const { return previous; }
};

namespace cpu {
void precededRows(const PrecededRows& op, ThreadPool& pool);
}
namespace cuda {
struct Sequences;
struct Stream;
// All rows of the batch; `op.tokens` is their number, and `sequences` says where each state is and who uses
// it.
void precededRows(const PrecededRows& op, const Sequences& sequences, const Stream& stream);
} // namespace cuda

} // namespace engine
