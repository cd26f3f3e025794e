// previous_rows.h (reference): docs/spec/enhanced-rwkv.md sections 2 and 3a.
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

// The last of `rows`, which end with the stream, become those before the next token.
inline void advance(const engine::EarlierRows& earlier, const Tensor& rows, std::size_t width) {
    for (std::size_t k = 0; k < size(earlier.rows); ++k) // newest first
        for (std::size_t c = 0; c < width; ++c)
            earlier.values[k * width + c] = static_cast<float>(rows[rows.size() - (k + 1) * width + c]);
}

inline void previousRows(const engine::PreviousRows& op) {
    const std::size_t width = size(op.width), tokens = size(op.tokens);
    const Tensor rows = withEarlierRows(op.earlier, op.stream, tokens, width);
    const std::size_t first = rows.size() - (tokens + 1) * width; // of the row before the first token
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t c = 0; c < width; ++c) {
            float* const output = op.output + (op.isPaired ? 2 * t * width : t * width) + c;
            const auto before = static_cast<float>(rows[first + t * width + c]);
            if (op.isPaired) {
                output[0] = static_cast<float>(rows[first + (t + 1) * width + c]);
                output[width] = before;
            } else {
                output[0] = before;
            }
        }
}

} // namespace reference
