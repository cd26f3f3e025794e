// token_shift.h (reference): docs/spec/rwkv-models.md sections 1 to 5.
#pragma once

#include "engine/operations/rows/token_shift.h"
#include "tests/support/reference/layer_norm.h"

namespace reference {

inline void tokenShift(const engine::TokenShift& op) {
    const std::size_t width = size(op.width), count = size(op.tokens) * width;
    Tensor rows = read(op.previous, width); // p[-1], p[0] ..
    const Tensor normalised = layerNorm(read(op.stream, count), width, op.norm);
    rows.insert(rows.end(), normalised.begin(), normalised.end());
    for (const engine::TokenShiftUse& use : op.uses())
        for (std::size_t i = 0; i < count; ++i)
            use.output[i] = static_cast<float>(rows[i + width] +
                                               (rows[i] - rows[i + width]) * double{use.mix[i % width]});
    write(rows, op.normalised);
    write({rows.end() - op.width, rows.end()}, op.previous);
}

} // namespace reference
