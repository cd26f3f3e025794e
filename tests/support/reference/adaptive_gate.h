// adaptive_gate.h (reference): plain loops in double. docs/spec/enhanced-rwkv.md sections 2 and 3.
#pragma once

#include "tests/support/reference/layer_norm.h"

namespace reference {

struct Gated {
    Tensor gates, output; // [T,D]
};

// stream, shifted, logits [T,D]; an empty `logits` is a fixed gate, an empty `normWeight` leaves the layer
// norm out.
inline Gated adaptiveGate(const Tensor& stream, const Tensor& shifted, const Tensor& logits,
                          const Tensor& normWeight, const Tensor& normBias) {
    Gated result{Tensor(stream.size(), 1.0), Tensor(stream.size())};
    for (std::size_t i = 0; i < stream.size(); ++i) {
        if (!logits.empty())
            result.gates[i] = sigmoid(logits[i]);
        result.output[i] = stream[i] + result.gates[i] * shifted[i];
    }
    if (!normWeight.empty())
        result.output = layerNorm(result.output, normWeight, normBias);
    return result;
}

} // namespace reference
