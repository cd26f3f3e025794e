// start_rules.h: how a tensor's values are drawn before the first training step.
// Source:  docs/spec/rwkv-models.md section 11.
// Threads: pure functions of their arguments.
#pragma once

#include "engine/core/random.h"

#include <cstdint>
#include <functional>
#include <span>

namespace engine {

// Fills `values` of that shape; they are 0 before.
using StartRule =
    std::function<void(std::span<float> values, std::span<const std::int64_t> shape, Random random)>;

[[nodiscard]] StartRule constantValues(double value);
[[nodiscard]] StartRule uniformValues(double bound); // -bound to bound
// The first half of the values uniform, the second 0.
[[nodiscard]] StartRule uniformFirstHalf(double bound);
// Of matrices: orthonormal rows, or columns if there are more rows than columns, times gain.
[[nodiscard]] StartRule orthogonalValues(double gain);
// Of [width] channels: n from 0, f = n / width, h = n / (width - 1).
[[nodiscard]] StartRule perChannel(std::function<double(int n, double f, double h)> value);
// One of several rows of the last dimension, by default the first; the others stay 0. A row that there is not
// leaves all of them 0.
[[nodiscard]] StartRule constantRow(double value, std::int64_t row = 0);

} // namespace engine
