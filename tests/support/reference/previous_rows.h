// previous_rows.h (reference): docs/spec/enhanced-rwkv.md section 2.
#pragma once

#include "engine/operations/enhancement/previous_rows.h"
#include "tests/support/reference/tensor.h"

namespace reference {

// The rows before the first token, oldest first, then the stream.
inline Tensor withEarlierRows(const engine::EarlierRows& earlier, const float* stream, std::size_t tokens,
                              std::size_t width) {
    Tensor rows;
    for (std::size_t k = size(earlier.rows); k-- > 0;)
        rows.insert(rows.end(), earlier.values + k * width, earlier.values + (k + 1) * width);
    rows.insert(rows.end(), stream, stream + tokens * width);
    return rows;
}

inline void previousRows(const engine::PreviousRows& op) {
    const std::size_t width = size(op.width), tokens = size(op.tokens);
    const Tensor rows = withEarlierRows(op.earlier, op.stream, tokens, width);
    for (std::size_t i = 0; i < tokens * width; ++i)
        op.output[i] = static_cast<float>(rows[rows.size() - (tokens + 1) * width + i]);
}

} // namespace reference
