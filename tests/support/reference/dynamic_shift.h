// dynamic_shift.h (reference): RWKV-6's token shift for one use. docs/spec/rwkv-models.md section 4.
#pragma once

#include "tests/support/reference/layer_norm.h"

namespace reference {

// rows [T+1,C] (see token_shift.h), hidden [T,R] before the tanh, factor [R,C], mix [C].
inline Tensor dynamicShift(const Tensor& rows, const Tensor& hidden, std::size_t rank, const Tensor& factor,
                           const Tensor& mix) {
    const std::size_t width = mix.size();
    Tensor output(rows.size() - width);
    for (std::size_t i = 0; i < output.size(); ++i) {
        const std::size_t t = i / width;
        const std::size_t c = i % width;
        double m = mix[c];
        for (std::size_t r = 0; r < rank; ++r)
            m += std::tanh(hidden[t * rank + r]) * factor[r * width + c];
        output[i] = rows[i + width] + (rows[i] - rows[i + width]) * m;
    }
    return output;
}

} // namespace reference
