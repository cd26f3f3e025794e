// random_tensor.h: reproducible inputs for tests.
#pragma once

#include "engine/core/random.h"
#include "engine/operations/products/linear/linear.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace support {

// Normally distributed with the given mean and deviation; the same seed gives the same values.
[[nodiscard]] inline std::vector<float> randomTensor(std::size_t size, std::uint64_t seed,
                                                     double deviation = 1, double mean = 0) {
    engine::Random random(seed);
    std::vector<float> values(size);
    for (float& value : values)
        value = static_cast<float>(mean + deviation * random.normal());
    return values;
}

[[nodiscard]] inline std::vector<double> toDouble(const std::vector<float>& values) {
    return {values.begin(), values.end()};
}

// What weights that are not packed stand for; nothing if they cannot be read.
[[nodiscard]] inline std::vector<float> valuesOf(const engine::LinearWeights& weights) {
    const engine::Matrix& matrix = weights.matrix();
    std::vector<float> values(static_cast<std::size_t>(matrix.rows) *
                              static_cast<std::size_t>(matrix.columns));
    if (!engine::toFloat32(matrix.type, {static_cast<const std::byte*>(matrix.data), matrix.byteSize()},
                           values))
        values.clear();
    return values;
}

} // namespace support
