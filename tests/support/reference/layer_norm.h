// layer_norm.h (reference): docs/spec/rwkv-models.md section 1.
#pragma once

#include "engine/operations/rows/layer_norm.h"
#include "tests/support/reference/tensor.h"

namespace reference {

// Of values[first .. first + count) with the parameters from number `parameter` on.
inline void normalise(Tensor& values, std::size_t first, std::size_t count,
                      const engine::NormParameters& norm, std::size_t parameter) {
    const auto n = static_cast<double>(count);
    double mean = 0;
    for (std::size_t i = 0; i < count; ++i)
        mean += values[first + i] / n;
    double variance = 0;
    for (std::size_t i = 0; i < count; ++i)
        variance += (values[first + i] - mean) * (values[first + i] - mean) / n;
    for (std::size_t i = 0; i < count; ++i)
        values[first + i] = (values[first + i] - mean) / std::sqrt(variance + double{norm.epsilon}) *
                                double{norm.weight[parameter + i]} +
                            double{norm.bias[parameter + i]};
}

// values [T,C]
inline Tensor layerNorm(Tensor values, std::size_t width, const engine::NormParameters& norm) {
    for (std::size_t first = 0; first < values.size(); first += width)
        normalise(values, first, width, norm, 0);
    return values;
}

// The same for every head of a row by itself.
inline Tensor groupNorm(Tensor values, std::size_t width, std::size_t headSize,
                        const engine::NormParameters& norm) {
    for (std::size_t first = 0; first < values.size(); first += headSize)
        normalise(values, first, headSize, norm, first % width);
    return values;
}

inline void layerNorm(const engine::LayerNorm& op) {
    write(layerNorm(read(op.input, size(op.tokens) * size(op.width)), size(op.width), op.norm), op.output);
}

} // namespace reference
