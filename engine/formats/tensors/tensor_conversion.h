// tensor_conversion.h: a tensor as a converter stored it, and the ways back to the official one that several
// formats share: transposed factors, vectors stacked into one tensor. Which tensor needs which is each
// format's own knowledge.
// Threads: pure functions.
#pragma once

#include "engine/formats/tensors/checkpoint_builder.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace engine {

struct StoredTensor {
    std::string name;
    DataType type = DataType::Float32;
    std::vector<std::int64_t> shape; // row-major, sizes from 0
    // As many as type and shape need; CheckpointBuilder::read() before looking at them.
    std::span<const std::byte> bytes;
};

// The values as float32, four bytes each. Errors: FileDamaged, UnsupportedType.
[[nodiscard]] Expected<AlignedBuffer<std::byte>> unpackFloat32(const CheckpointBuilder& builder,
                                                               const StoredTensor& tensor);

// Adds `tensor`, of two dimensions or more, with the last two swapped. The values keep their type; those of
// block types become float32, because a block holds values of one row, which end up in different rows.
// Errors: FileDamaged (no values).
[[nodiscard]] Expected<void> addTransposed(CheckpointBuilder& builder, const StoredTensor& tensor);

// Adds equal parts of `tensor`, one after the other, as vectors [1,1,width] of the given names. They stay as
// they are in the file. Errors: FileDamaged if names and width do not make up the tensor.
[[nodiscard]] Expected<void> addParts(CheckpointBuilder& builder, const StoredTensor& tensor,
                                      std::span<const std::string> names, std::int64_t width);

} // namespace engine
