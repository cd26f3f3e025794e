// embedding_shift.h (reference): docs/spec/enhanced-rwkv.md section 3a.
#pragma once

#include "engine/operations/enhancement/embedding_shift.h"
#include "tests/support/reference/tensor.h"

namespace reference {

inline void embeddingShift(const engine::EmbeddingShift& op) {
    const std::size_t width = size(op.width);
    for (std::size_t t = 0; t < size(op.tokens); ++t)
        for (std::size_t c = 0; c < width; ++c) {
            float& output = op.output[t * size(op.outputStride) + c];
            output = static_cast<float>(output + double{op.weight[c]} * op.rows[(t + 1) * width + c] +
                                        double{op.weight[width + c]} * op.rows[t * width + c]);
        }
}

} // namespace reference
