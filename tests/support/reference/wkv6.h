// wkv6.h (reference): the recurrence of RWKV-5.2 and 6 with decay, group norm and output gate, token by token
// in double.
// docs/spec/rwkv-models.md sections 3 and 4.
#pragma once

#include "tests/support/reference/layer_norm.h"

namespace reference {

struct Wkv6 {
    std::size_t tokens, heads, headSize;
    Tensor receptance, key, value, gate; // [T,C]
    Tensor decayLogit;                   // [T,C], or [C] for all tokens
    Tensor bonus, normWeight, normBias;  // [C]
    double epsilon;
    Tensor state; // [H,N,N], row = key channel; updated
};

// The output, [T,C].
inline Tensor wkv6(Wkv6& op) {
    const std::size_t n = op.headSize;
    const std::size_t width = op.heads * n;
    Tensor y(op.tokens * width, 0.0);
    for (std::size_t t = 0; t < op.tokens; ++t)
        for (std::size_t h = 0; h < op.heads; ++h)
            for (std::size_t i = 0; i < n; ++i) {
                const std::size_t c = h * n + i;
                const std::size_t at = t * width + c;
                const double w = std::exp(-std::exp(op.decayLogit[at % op.decayLogit.size()]));
                for (std::size_t j = 0; j < n; ++j) {
                    double& s = op.state[(h * n + i) * n + j];
                    const double kv = op.key[at] * op.value[t * width + h * n + j];
                    y[t * width + h * n + j] += op.receptance[at] * (s + op.bonus[c] * kv);
                    s = w * s + kv;
                }
            }
    y = groupNorm(y, n, op.normWeight, op.normBias, op.epsilon);
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] *= op.gate[i] * sigmoid(op.gate[i]);
    return y;
}

} // namespace reference
