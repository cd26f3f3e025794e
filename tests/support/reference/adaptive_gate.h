// adaptive_gate.h (reference): docs/spec/enhanced-rwkv.md sections 1 to 3.
#pragma once

#include "engine/operations/enhancement/adaptive_gate.h"
#include "tests/support/reference/layer_norm.h"
#include "tests/support/reference/previous_rows.h"

namespace reference {

inline void adaptiveGate(const engine::AdaptiveGate& op) {
    const std::size_t width = size(op.width), tokens = size(op.tokens), count = tokens * width;
    Tensor output = read(op.stream, count);
    if (!op.isEnabled)
        return write(output, op.output);
    const Tensor rows = withEarlierRows(op.earlier, op.stream, tokens, width);
    for (std::size_t i = 0; i < count; ++i) {
        double shifted = rows[rows.size() - (tokens + 1) * width + i];
        if (op.shifted != nullptr)
            shifted = op.shifted[i / width * size(op.shiftedStride) + i % width];
        if (op.shiftChange != nullptr)
            shifted += op.shiftChange[i];
        double gate = 1;
        if (!op.isFixed)
            gate = sigmoid(op.gates[i] + (op.bias != nullptr ? double{op.bias[i % width]} : 0));
        if (op.gates != nullptr)
            op.gates[i] = static_cast<float>(gate);
        output[i] += gate * shifted;
    }
    if (op.norm)
        output = layerNorm(output, width, *op.norm);
    write(output, op.output);
    advance(op.earlier, rows, width);
}

} // namespace reference
