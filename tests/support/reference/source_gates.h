// source_gates.h (reference): docs/spec/enhanced-rwkv.md section 3a.
#pragma once

#include "engine/operations/enhancement/source_gates.h"
#include "tests/support/reference/layer_norm.h"
#include "tests/support/reference/previous_rows.h"

namespace reference {

inline void sourceGates(const engine::SourceGates& op) {
    using Kind = engine::RowSource::Kind;
    const std::size_t width = size(op.width), tokens = size(op.tokens), sources = size(op.count);
    Tensor output = read(op.stream, tokens * width);
    if (!op.isEnabled)
        return write(output, op.output);
    const Tensor rows = withEarlierRows(op.earlier, op.stream, tokens, width);
    const std::size_t earlier = size(op.earlier.rows);
    const auto valueOf = [&](const engine::RowSource& source, std::size_t t, std::size_t c) {
        switch (source.kind) {
        case Kind::Earlier: return rows[(earlier + t - source.index) * width + c];
        case Kind::Mean: return double{op.means[(t * size(op.meanCount) + source.index) * width + c]};
        case Kind::Embedding: return double{op.embeddings[(t + 1) * width + c]};
        case Kind::PreviousEmbedding: return double{op.embeddings[t * width + c]};
        }
        return 0.0;
    };
    const std::size_t groups = width / engine::kGateGroup;
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t i = 0; i < sources; ++i)
            for (std::size_t group = 0; group < groups; ++group) {
                float& stored = op.gates[(t * sources + i) * groups + group];
                const double gate = sigmoid(stored);
                stored = static_cast<float>(gate);
                for (std::size_t c = group * engine::kGateGroup; c < (group + 1) * engine::kGateGroup; ++c)
                    output[t * width + c] += gate * op.weight[i * width + c] * valueOf(op.sources[i], t, c);
            }
    if (op.norm)
        output = layerNorm(output, width, *op.norm);
    write(output, op.output);
    advance(op.earlier, rows, width);
}

} // namespace reference
