// low_rank.h (reference): docs/spec/rwkv-models.md sections 4 and 5.
#pragma once

#include "engine/operations/products/low_rank/low_rank.h"
#include "tests/support/reference/matrix.h"

namespace reference {

inline double activation(engine::ActivationKind kind, double x) {
    switch (kind) {
    case engine::ActivationKind::None: return x;
    case engine::ActivationKind::Tanh: return std::tanh(x);
    case engine::ActivationKind::Sigmoid: return sigmoid(x);
    case engine::ActivationKind::SquaredRelu: return x > 0 ? x * x : 0;
    }
    return x;
}

inline void lowRank(const engine::LowRank& op, int tokens) {
    const std::size_t width = size(op.width), rank = size(op.rank);
    const std::size_t stride = op.hiddenStride > 0 ? size(op.hiddenStride) : rank;
    const Tensor factor = values(op.factor); // [rank, width]
    for (std::size_t t = 0; t < size(tokens); ++t)
        for (std::size_t c = 0; c < width; ++c) {
            double sum = op.bias != nullptr ? double{op.bias[c]} : 0;
            for (std::size_t r = 0; r < rank; ++r)
                sum += activation(op.activation, op.hidden[t * stride + r]) * factor[r * width + c];
            op.output[t * width + c] = static_cast<float>(sum);
        }
}

} // namespace reference
