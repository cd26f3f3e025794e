// wkv7.h (reference): the recurrence of RWKV-7 with all that surrounds it, token by token in double.
// docs/spec/rwkv-models.md section 5.
#pragma once

#include "tests/support/reference/layer_norm.h"

#include <algorithm>

namespace reference {

struct Wkv7 {
    std::size_t tokens, heads, headSize;
    Tensor receptance, key, value, decayLogit, rateLogit, valueMixLogit,
        gate;                                                    // [T,C]; valueMixLogit empty in layer 0
    Tensor firstLayerValue;                                      // [T,C]; written in layer 0
    Tensor removalScale, rateScale, bonus, normWeight, normBias; // [C]
    double epsilon;
    Tensor state; // [H,N,N], row = value channel; updated
};

// The output, [T,C].
inline Tensor wkv7(Wkv7& op) {
    const std::size_t n = op.headSize;
    const std::size_t width = op.heads * n;
    Tensor value = op.value;
    if (op.valueMixLogit.empty())
        op.firstLayerValue = value;
    else
        for (std::size_t i = 0; i < value.size(); ++i)
            value[i] += (op.firstLayerValue[i] - value[i]) * sigmoid(op.valueMixLogit[i]);

    Tensor y(op.tokens * width);
    Tensor bonus(op.tokens * op.heads, 0.0);
    for (std::size_t t = 0; t < op.tokens; ++t)
        for (std::size_t h = 0; h < op.heads; ++h) {
            const std::size_t first = t * width + h * n;
            double length = 0;
            for (std::size_t j = 0; j < n; ++j)
                length += std::pow(op.key[first + j] * op.removalScale[h * n + j], 2);
            length = std::max(std::sqrt(length), 1e-12);
            Tensor removal(n), rate(n), key(n), decay(n);
            for (std::size_t j = 0; j < n; ++j) {
                const std::size_t c = h * n + j;
                removal[j] = op.key[first + j] * op.removalScale[c] / length;
                rate[j] = sigmoid(op.rateLogit[first + j]);
                key[j] = op.key[first + j] * (1 + (rate[j] - 1) * op.rateScale[c]);
                decay[j] = std::exp(-std::exp(-0.5) * sigmoid(op.decayLogit[first + j]));
                bonus[t * op.heads + h] += op.receptance[first + j] * key[j] * op.bonus[c];
            }
            for (std::size_t i = 0; i < n; ++i) {
                double* row = op.state.data() + (h * n + i) * n;
                double removed = 0;
                for (std::size_t j = 0; j < n; ++j)
                    removed -= row[j] * removal[j];
                double sum = 0;
                for (std::size_t j = 0; j < n; ++j) {
                    row[j] = row[j] * decay[j] + removed * removal[j] * rate[j] + value[first + i] * key[j];
                    sum += row[j] * op.receptance[first + j];
                }
                y[first + i] = sum;
            }
        }
    y = groupNorm(y, n, op.normWeight, op.normBias, op.epsilon);
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = (y[i] + bonus[i / n] * value[i]) * op.gate[i];
    return y;
}

} // namespace reference
