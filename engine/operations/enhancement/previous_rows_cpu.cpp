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
    const std::size_t before = op.isPaired ? width : 0, stride = before + width;
    for (std::size_t t = 0; t < static_cast<std::size_t>(op.tokens); ++t) {
        if (op.isPaired)
            std::copy_n(op.stream + t * width, width, op.output + t * stride);
        std::copy_n(op.earlier.before(op.stream, width, t, 1), width, op.output + t * stride + before);
    }
}

} // namespace cpu
} // namespace engine
