// token_shift.h (reference): plain loops in double. docs/spec/rwkv-models.md sections 1 to 5.
#pragma once

#include "tests/support/reference/layer_norm.h"

namespace reference {

// [previous, p_0, .., p_{T-1}]: the rows a token shift reads, from p [T,C] and previous [C].
inline Tensor withPrevious(const Tensor& previous, const Tensor& p) {
    Tensor rows = previous;
    rows.insert(rows.end(), p.begin(), p.end());
    return rows;
}

// output[t] = p[t] + (p[t-1] - p[t]) * mix, from rows as above.
inline Tensor blend(const Tensor& rows, const Tensor& mix) {
    const std::size_t width = mix.size();
    Tensor output(rows.size() - width);
    for (std::size_t i = 0; i < output.size(); ++i)
        output[i] = rows[i + width] + (rows[i] - rows[i + width]) * mix[i % width];
    return output;
}

} // namespace reference
