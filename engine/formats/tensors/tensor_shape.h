// tensor_shape.h: sizes of tensors as files claim them, checked before anything is computed from them.
// Shapes are row-major, last index fastest; a scalar's is empty. Block types keep whole blocks in each row.
// Threads: pure functions.
#pragma once

#include "engine/core/data_type.h"
#include "engine/core/error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace engine {

inline constexpr std::size_t kMaxDimensions = 8; // models use up to 3

[[nodiscard]] std::string shapeText(std::span<const std::int64_t> shape); // "[2048,1024]", "[]" for a scalar
[[nodiscard]] std::vector<std::int64_t> withoutOnes(std::span<const std::int64_t> shape);

// The number of values. Errors: FileDamaged (a negative dimension, too many of them, a product beyond 2^63 -
// 1; dimensions beside a 0 count as well, so that no order of multiplication overflows).
[[nodiscard]] Expected<std::int64_t> elementCount(std::span<const std::int64_t> shape);
// The bytes they take. Errors: as above, and rows that are not whole blocks.
[[nodiscard]] Expected<std::size_t> byteCount(DataType type, std::span<const std::int64_t> shape);

} // namespace engine
