// embedding.h (reference): docs/spec/rwkv-models.md section 1.
#pragma once

#include "engine/operations/rows/embedding.h"
#include "tests/support/reference/layer_norm.h"
#include "tests/support/reference/matrix.h"

namespace reference {

inline void embedding(const engine::Embedding& op) {
    const std::size_t width = size(op.table.columns);
    const Tensor table = values(op.table);
    Tensor stream;
    for (const int token : op.tokens)
        stream.insert(stream.end(), table.begin() + token * op.table.columns,
                      table.begin() + (token + 1) * op.table.columns);
    write(op.norm.weight != nullptr ? layerNorm(stream, width, op.norm) : stream, op.stream);
}

} // namespace reference
