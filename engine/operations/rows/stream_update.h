// stream_update.h: what follows a half block's last product: adding it to the residual stream.
//   stream[t] += value[t]                           time mixing, and RWKV-7's channel mixing
//   stream[t] += sigmoid(receptance[t]) * value[t]  channel mixing of RWKV-5 and 6
// The forward passes ask for it with the product itself (LinearEnd in linear.h).
// Source:  docs/spec/rwkv-models.md sections 1 and 2; tests/support/reference/linear.h is the plain form.
// Shapes:  T tokens, C width; all [T,C].
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"

namespace engine {

struct StreamUpdate {
    int tokens = 0;
    int width = 0;
    const float* value = nullptr;
    const float* receptance = nullptr; // before the sigmoid; null: none
    float* stream = nullptr;
};

namespace cpu {
void addToStream(const StreamUpdate& op, ThreadPool& pool);
}

} // namespace engine
