// linear.h (reference): a matrix product and what becomes of it. engine/operations/products/linear/linear.h.
#pragma once

#include "tests/support/reference/matrix.h"

namespace reference {

// x Wᵀ, [tokens, rows].
inline Tensor product(const engine::LinearJob& job, std::size_t tokens) {
    const std::size_t rows = size(job.weights.rows), columns = size(job.weights.columns);
    const std::size_t stride = job.xStride > 0 ? size(job.xStride) : columns;
    const Tensor weights = values(job.weights);
    Tensor y(tokens * rows, 0.0);
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                y[t * rows + r] += double{job.x[t * stride + c]} * weights[r * columns + c];
    return y;
}

inline void linear(const engine::LinearJob& job, int tokens) {
    const std::size_t rows = size(job.weights.rows);
    const std::size_t stride = job.yStride > 0 ? size(job.yStride) : rows;
    const Tensor y = product(job, size(tokens));
    for (std::size_t i = 0; i < y.size(); ++i) {
        switch (job.end) {
        case engine::LinearEnd::Store: job.y[i / rows * stride + i % rows] = static_cast<float>(y[i]); break;
        case engine::LinearEnd::SquaredRelu:
            job.y[i] = static_cast<float>(std::pow(std::max(y[i], 0.0), 2));
            break;
        case engine::LinearEnd::AddToStream: {
            const double factor = job.receptance != nullptr ? sigmoid(job.receptance[i]) : 1;
            job.stream[i] = static_cast<float>(job.stream[i] + factor * y[i]);
            break;
        }
        }
    }
}

} // namespace reference
