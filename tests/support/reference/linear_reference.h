// linear_reference.h: matrix products in plain loops and double precision, the meaning of "correct" for
// linear.h and matrix_product.h.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace reference {

// y[t][r] = sum over k of w[r][k] x[t][k]; rows of x are `xStride` apart.
template <class X>
std::vector<double> linear(const std::vector<float>& w, std::size_t rows, std::size_t columns, const X* x,
                           std::size_t xStride, std::size_t tokens) {
    std::vector<double> y(tokens * rows, 0.0);
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t k = 0; k < columns; ++k)
                y[t * rows + r] +=
                    static_cast<double>(w[r * columns + k]) * static_cast<double>(x[t * xStride + k]);
    return y;
}

// The sums of absolute products, by which the rounding of a float32 sum is bounded.
template <class X>
std::vector<double> linearMagnitude(const std::vector<float>& w, std::size_t rows, std::size_t columns,
                                    const X* x, std::size_t xStride, std::size_t tokens) {
    std::vector<double> y(tokens * rows, 0.0);
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t k = 0; k < columns; ++k)
                y[t * rows + r] += std::fabs(static_cast<double>(w[r * columns + k]) *
                                             static_cast<double>(x[t * xStride + k]));
    return y;
}

} // namespace reference
