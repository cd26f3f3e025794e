// stream_update.h (reference): plain loops in double. docs/spec/rwkv-models.md sections 1 and 2.
#pragma once

#include "tests/support/reference/layer_norm.h"

namespace reference {

// stream + value, or stream + sigmoid(receptance) * value if receptance is not empty.
inline Tensor addToStream(Tensor stream, const Tensor& value, const Tensor& receptance) {
    for (std::size_t i = 0; i < stream.size(); ++i)
        stream[i] += (receptance.empty() ? 1 : sigmoid(receptance[i])) * value[i];
    return stream;
}

} // namespace reference
