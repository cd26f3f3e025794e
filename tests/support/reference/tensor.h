// tensor.h (reference): values in double, read from and written to the float32 memory of an operation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace reference {

using Tensor = std::vector<double>;

inline std::size_t size(int count) { return static_cast<std::size_t>(count); }

// Empty for a null pointer.
inline Tensor read(const float* values, std::size_t count) {
    return values != nullptr ? Tensor(values, values + count) : Tensor();
}
inline void write(const Tensor& tensor, float* values) {
    std::ranges::transform(tensor, values, [](double value) { return static_cast<float>(value); });
}

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

} // namespace reference
