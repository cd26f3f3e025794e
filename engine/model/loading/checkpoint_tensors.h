// checkpoint_tensors.h: a checkpoint's tensors as a model wants them, by name and shape, or a sentence about
// why not.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/checkpoint.h"

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

[[nodiscard]] std::string whereIs(const Checkpoint& checkpoint, const std::string& name);

// Errors: FileDamaged (missing), UnsupportedType (there, but of a type that we do not read).
[[nodiscard]] Expected<const TensorInfo*> findTensor(const Checkpoint& checkpoint, const std::string& name);
// Errors: as above; ShapeMismatch. Dimensions of size 1 do not count.
[[nodiscard]] Expected<const TensorInfo*> findTensor(const Checkpoint& checkpoint, const std::string& name,
                                                     const std::vector<std::int64_t>& shape);
// Errors: as above; ShapeMismatch unless the shape is exactly this.
[[nodiscard]] Expected<const TensorInfo*> findMatrix(const Checkpoint& checkpoint, const std::string& name,
                                                     int rows, int columns);
// Columns of a low-rank factor [inputs, columns]. Errors: as above.
[[nodiscard]] Expected<int> columnsOfFactor(const Checkpoint& checkpoint, const std::string& name);

} // namespace engine
