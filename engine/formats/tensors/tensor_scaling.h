// tensor_scaling.h: a weight multiplied by a power of two, which loses nothing.
// Threads: a pure function.
#pragma once

#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_conversion.h"

namespace engine {

// Adds `tensor` times 2^exponent, exponent >= 0. It keeps its type: blocks are scaled by the half-precision
// factors that all of their values are multiples of, so they stay as small as they are in the file.
// Multiplying by a power of two only changes a float's exponent, so each value is exactly the product. Where
// a half would overflow, the tensor becomes float32 instead.
[[nodiscard]] Expected<void> addScaled(CheckpointBuilder& builder, const StoredTensor& tensor, int exponent);

} // namespace engine
