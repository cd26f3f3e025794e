#include "engine/operations/rows/embedding.h"

#include "engine/core/data_type.h"
#include "engine/cpu/work_split.h"

#include <cassert>

namespace engine::cpu {

void embedding(const Embedding& op, ThreadPool& pool) {
    const auto width = static_cast<std::size_t>(op.table.columns);
    const auto* table = static_cast<const std::byte*>(op.table.data);
    splitWork(pool, op.tokens.size(), 2 * width, [&](std::size_t begin, std::size_t end) {
        for (std::size_t t = begin; t < end; ++t) {
            const std::byte* row = table + static_cast<std::size_t>(op.tokens[t]) * op.table.groupBytes();
            const auto read =
                toFloat32(op.table.type, {row, op.table.groupBytes()}, {op.stream + t * width, width});
            assert(read.has_value());
            static_cast<void>(read);
        }
    });
    if (op.norm.weight != nullptr)
        layerNorm({static_cast<int>(op.tokens.size()), op.table.columns, op.stream, op.norm, op.stream},
                  pool);
}

} // namespace engine::cpu
