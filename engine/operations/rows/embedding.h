// embedding.h: the rows of the embedding table, normalised: the residual stream before the first block.
// stream[t] = LN0(table[tokens[t]]). Rows are normalised as they are read, so that the table
// stays as it is in the mapped file. Without weights of a norm they are what the table has.
// Source:  docs/spec/rwkv-models.md section 1.
// Shapes:  T tokens, C width; table [V,C] in any floating type, stream [T,C].
// Errors:  tokens are in [0, V): the caller's promise.
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/rows/layer_norm.h"

#include <span>

namespace engine {

struct Embedding {
    std::span<const int> tokens;
    Matrix table;
    NormParameters norm;
    float* stream = nullptr;
};

namespace cpu {
void embedding(const Embedding& op, ThreadPool& pool);
}
namespace cuda {
struct Stream;
// `tokens` [count] in device memory, as are op.table and all else; op.tokens is not used.
void embedding(const Embedding& op, const int* tokens, int count, const Stream& stream);
} // namespace cuda

} // namespace engine
