// layer_norm.h (reference): plain loops in double. docs/spec/rwkv-models.md section 1.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace reference {

using Tensor = std::vector<double>;

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Normalises input[first .. first+count) with the parameters from parameterFirst on.
inline void normaliseRange(Tensor& values, std::size_t first, std::size_t count, const Tensor& weight,
                           const Tensor& bias, std::size_t parameterFirst, double epsilon) {
    double mean = 0;
    for (std::size_t i = 0; i < count; ++i)
        mean += values[first + i];
    mean /= static_cast<double>(count);
    double variance = 0;
    for (std::size_t i = 0; i < count; ++i)
        variance += (values[first + i] - mean) * (values[first + i] - mean);
    variance /= static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i)
        values[first + i] =
            (values[first + i] - mean) / std::sqrt(variance + epsilon) * weight[parameterFirst + i] +
            bias[parameterFirst + i];
}

// input [T,C], weight and bias [C].
inline Tensor layerNorm(Tensor input, const Tensor& weight, const Tensor& bias, double epsilon = 1e-5) {
    const std::size_t width = weight.size();
    for (std::size_t first = 0; first < input.size(); first += width)
        normaliseRange(input, first, width, weight, bias, 0, epsilon);
    return input;
}

// As layerNorm(), but every head of a row for itself.
inline Tensor groupNorm(Tensor input, std::size_t headSize, const Tensor& weight, const Tensor& bias,
                        double epsilon) {
    const std::size_t width = weight.size();
    for (std::size_t first = 0; first < input.size(); first += headSize)
        normaliseRange(input, first, headSize, weight, bias, first % width, epsilon);
    return input;
}

} // namespace reference
