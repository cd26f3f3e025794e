// preceded_rows.h (reference): docs/spec/enhanced-rwkv.md section 3a.
#pragma once

#include "engine/operations/enhancement/preceded_rows.h"
#include "tests/support/reference/tensor.h"

namespace reference {

inline void precededRows(const engine::PrecededRows& op) {
    const std::size_t width = size(op.width), tokens = size(op.tokens);
    Tensor rows = read(op.previous, width);
    rows.insert(rows.end(), op.rows, op.rows + tokens * width);
    write(rows, op.output);
    if (op.isEnabled)
        write({rows.end() - op.width, rows.end()}, op.previous);
}

} // namespace reference
