// torch_view.h: which elements of its storage a tensor is, and copying them together if they lie apart.
// Offset and strides count elements. Nothing is trusted: checkView() comes first, the others rely on it. Of
// storages with a type.
// Threads: pure functions.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/error.h"
#include "engine/formats/torch/pickle_value.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace engine {

// That every element lies within the storage's claimed size, and how many bytes all of them take. Errors:
// FileDamaged.
[[nodiscard]] Expected<std::size_t> checkView(const TorchTensor& tensor);

// Row-major without gaps, as we want it. Strides of dimensions of size 1 do not matter; an empty tensor is
// contiguous.
[[nodiscard]] bool isContiguous(const TorchTensor& tensor);

// A checked view's elements, row-major. `storage` holds as many bytes as the storage claims, or more.
[[nodiscard]] AlignedBuffer<std::byte> gather(const TorchTensor& tensor, std::span<const std::byte> storage);

} // namespace engine
