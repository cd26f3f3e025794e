// random_tensor.h: reproducible inputs for tests.
#pragma once

#include "engine/core/random.h"

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

} // namespace support
