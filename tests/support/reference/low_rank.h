// low_rank.h (reference): plain loops in double. docs/spec/rwkv-models.md sections 4 and 5.
#pragma once

#include "tests/support/reference/layer_norm.h"

namespace reference {

// hidden [T,R] (its activation applied already) times factor [R,C], plus bias [C] or nothing.
inline Tensor lowRank(const Tensor& hidden, std::size_t rank, const Tensor& factor, const Tensor& bias) {
    const std::size_t width = factor.size() / rank;
    const std::size_t tokens = hidden.size() / rank;
    Tensor output(tokens * width);
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t c = 0; c < width; ++c) {
            double sum = bias.empty() ? 0 : bias[c];
            for (std::size_t r = 0; r < rank; ++r)
                sum += hidden[t * rank + r] * factor[r * width + c];
            output[t * width + c] = sum;
        }
    return output;
}

} // namespace reference
