#include "engine/operations/enhancement/preceded_rows.h"

#include <algorithm>
#include <cstddef>

namespace engine::cpu {

void precededRows(const PrecededRows& op, ThreadPool&) { // as fast as memory already
    const auto width = static_cast<std::size_t>(op.width);
    const std::size_t count = static_cast<std::size_t>(op.tokens) * width;
    std::copy_n(op.previous, width, op.output);
    std::copy_n(op.rows, count, op.output + width);
    if (op.isEnabled)
        std::copy_n(op.rows + count - width, width, op.previous);
}

} // namespace engine::cpu
