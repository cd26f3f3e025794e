#include "engine/operations/enhancement/previous_rows.h"

#include <algorithm>
#include <cstring>

namespace engine {

void EarlierRows::advance(const float* stream, std::size_t width, std::size_t tokens) const {
    // Oldest first: each row comes from the stream or from a newer one of these.
    for (auto k = static_cast<std::size_t>(rows); k >= 1; --k)
        std::memcpy(values + (k - 1) * width, before(stream, width, tokens, k), width * sizeof(float));
}

namespace cpu {

void previousRows(const PreviousRows& op, ThreadPool&) { // as fast as memory already
    const auto width = static_cast<std::size_t>(op.width);
    std::memcpy(op.output, op.earlier.values, width * sizeof(float));
    std::copy_n(op.stream, (static_cast<std::size_t>(op.tokens) - 1) * width, op.output + width);
}

} // namespace cpu
} // namespace engine
