// wkv7.h (reference): token by token. docs/spec/rwkv-models.md section 5.
#pragma once

#include "engine/operations/recurrence/wkv7.h"
#include "tests/support/reference/layer_norm.h"

namespace reference {

// One head of one token, [N] each.
struct Wkv7Head {
    Tensor receptance, key, value, decay, rate, removal;
};

// Updates the head's state [N,N], row = value channel, and returns y [N].
inline Tensor wkv7Token(const Wkv7Head& head, double* state) {
    const std::size_t n = head.key.size();
    Tensor y(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        double* row = state + i * n;
        double removed = 0;
        for (std::size_t j = 0; j < n; ++j)
            removed -= row[j] * head.removal[j];
        for (std::size_t j = 0; j < n; ++j) {
            row[j] = row[j] * head.decay[j] + removed * head.removal[j] * head.rate[j] +
                     head.value[i] * head.key[j];
            y[i] += row[j] * head.receptance[j];
        }
    }
    return y;
}

// The values, blended with the first layer's.
inline Tensor wkv7Values(const engine::Wkv7& op, std::size_t count) {
    Tensor value = read(op.value, count);
    if (op.valueMixLogit == nullptr)
        write(value, op.firstLayerValue);
    else
        for (std::size_t i = 0; i < count; ++i)
            value[i] += (op.firstLayerValue[i] - value[i]) * sigmoid(op.valueMixLogit[i]);
    return value;
}

inline void wkv7(const engine::Wkv7& op) {
    const std::size_t n = size(op.headSize), width = size(op.heads) * n, count = size(op.tokens) * width;
    const Tensor value = wkv7Values(op, count);
    Tensor state = read(op.state, width * n), y(count), bonus(count / n, 0.0);
    for (std::size_t first = 0; first < count; first += n) {
        const std::size_t channel = first % width;
        Wkv7Head head{read(op.receptance + first, n),
                      read(op.key + first, n),
                      Tensor(value.begin() + static_cast<std::ptrdiff_t>(first),
                             value.begin() + static_cast<std::ptrdiff_t>(first + n)),
                      Tensor(n),
                      Tensor(n),
                      Tensor(n)};
        double length = 0;
        for (std::size_t j = 0; j < n; ++j) {
            head.removal[j] = head.key[j] * op.removalScale[channel + j];
            length += head.removal[j] * head.removal[j];
        }
        for (std::size_t j = 0; j < n; ++j) {
            head.removal[j] /= std::max(std::sqrt(length), 1e-12);
            head.rate[j] = sigmoid(op.rateLogit[first + j]);
            head.decay[j] = std::exp(-std::exp(-0.5) * sigmoid(op.decayLogit[first + j]));
            head.key[j] *= 1 + (head.rate[j] - 1) * op.rateScale[channel + j];
            bonus[first / n] += head.receptance[j] * head.key[j] * op.bonus[channel + j];
        }
        std::ranges::copy(wkv7Token(head, state.data() + channel * n),
                          y.begin() + static_cast<std::ptrdiff_t>(first));
    }
    y = groupNorm(y, width, n, op.groupNorm);
    for (std::size_t i = 0; i < count; ++i)
        y[i] = (y[i] + bonus[i / n] * value[i]) * op.gate[i];
    write(y, op.output);
    write(state, op.state);
}

} // namespace reference
