// wkv6.h (reference): token by token. docs/spec/rwkv-models.md sections 3 and 4.
#pragma once

#include "engine/operations/recurrence/wkv6.h"
#include "tests/support/reference/layer_norm.h"

namespace reference {

inline void wkv6(const engine::Wkv6& op) {
    const std::size_t n = size(op.headSize), width = size(op.heads) * n, tokens = size(op.tokens);
    Tensor state = read(op.state, width * n), y(tokens * width, 0.0);
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t c = 0; c < width; ++c) { // key channel
            const std::size_t at = t * width + c, head = c / n * n;
            const double w = std::exp(-std::exp(double{op.decayLogit[op.decayIsConstant ? c : at]}));
            for (std::size_t j = 0; j < n; ++j) { // value channel
                double& s = state[c * n + j];
                const double kv = double{op.key[at]} * op.value[t * width + head + j];
                y[t * width + head + j] += op.receptance[at] * (s + op.bonus[c] * kv);
                s = w * s + kv;
            }
        }
    y = groupNorm(y, width, n, op.groupNorm);
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] *= op.gate[i] * sigmoid(op.gate[i]);
    write(y, op.output);
    write(state, op.state);
}

} // namespace reference
