// layer_norm.h: layer normalisation of rows.
//   y = (x - mean) / sqrt(variance + epsilon) * weight + bias, with the biased variance
// Source:  docs/spec/rwkv-models.md section 1; tests/support/reference/layer_norm.h is the plain form.
// Shapes:  T tokens, C width; input, output [T,C], last index fastest; output may be input. weight, bias [C].
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"

namespace engine {

struct NormParameters {
    const float* weight = nullptr;
    const float* bias = nullptr;
    float epsilon = 1e-5f;
};

struct LayerNorm {
    int tokens = 0;
    int width = 0;
    const float* input = nullptr;
    NormParameters norm;
    float* output = nullptr;
};

namespace cpu {
void layerNorm(const LayerNorm& op, ThreadPool& pool);
}
namespace cuda {
struct Stream;
void layerNorm(const LayerNorm& op, const Stream& stream);
} // namespace cuda

} // namespace engine
