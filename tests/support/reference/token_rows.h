// token_rows.h (reference): docs/spec/enhanced-rwkv.md section 3a.
#pragma once

#include "engine/operations/enhancement/token_rows.h"
#include "tests/support/reference/tensor.h"

namespace reference {

inline void tokenRows(const engine::TokenRows& op) {
    const std::size_t width = size(op.width), tokens = size(op.tokens);
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t c = 0; c < width; ++c) {
            const double before = t > 0 ? op.rows[(2 * t - 1) * width + c] : op.previous[c];
            float& output = op.output[t * size(op.outputStride) + c];
            output = static_cast<float>(output + (op.rows[2 * t * width + c] + before));
        }
    if (op.isEnabled)
        for (std::size_t c = 0; c < width; ++c)
            op.previous[c] = op.rows[(2 * tokens - 1) * width + c];
}

} // namespace reference
