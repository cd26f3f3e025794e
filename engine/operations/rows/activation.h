// activation.h: the element-wise functions between two matrix products, applied in place.
//   Tanh, Sigmoid, SquaredRelu: max(0, x)^2
// Shapes:  values [T,columns], rows `stride` apart (0: contiguous).
// Threads: reentrant, the pool's rules apply.
#pragma once

#include "engine/core/thread_pool.h"

namespace engine {

enum class ActivationKind { None, Tanh, Sigmoid, SquaredRelu };

struct Activation {
    ActivationKind kind = ActivationKind::None;
    int tokens = 0;
    int columns = 0;
    float* values = nullptr;
    int stride = 0;
};

namespace cpu {
void activation(const Activation& op, ThreadPool& pool);
}

} // namespace engine
