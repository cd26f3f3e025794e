// sample_values.h: the values of sample models in any type that files store them in.
#pragma once

#include "engine/core/data_type.h"
#include "tests/engine/formats/samples/sample_models.h"

namespace samples {

// `values` as `type`: Float32, Float16, BFloat16 or a block type. Block types need multiples of `scale` from
// -8 to 7 times it, whole blocks of them, and keep those exactly.
[[nodiscard]] Bytes encode(engine::DataType type, std::span<const float> values, float scale = 1.0f / 64);

} // namespace samples
