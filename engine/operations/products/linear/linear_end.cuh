// linear_end.cuh: where the results of a product go, and what happens to them on their way (LinearEnd of
// linear.h).
#pragma once

#include "engine/cuda/device/warp.cuh"
#include "engine/operations/products/linear/linear.h"

#include <cuda_runtime.h>

#include <cstddef>

namespace engine::cuda {

struct LinearOutput {
    float* y = nullptr;
    float* stream = nullptr;
    const float* receptance = nullptr;
    int rows = 0;
    int yStride = 0;
    LinearEnd end = LinearEnd::Store;
};

// `job`'s strides are filled in.
inline LinearOutput outputOf(const LinearJob& job) {
    return {job.y, job.stream, job.receptance, job.weights.rows, job.yStride, job.end};
}

// One element of the output. It asks for what it will need when it is made, so that a product's last sums are
// formed meanwhile.
class LinearPlace {
public:
    // Without `exists` there is no such element: nothing is read, and put() does nothing.
    __device__ __forceinline__ LinearPlace(const LinearOutput& output, int token, int row, bool exists)
        : m_end(output.end) {
        if (!exists)
            return;
        const std::size_t stride =
            static_cast<std::size_t>(m_end == LinearEnd::AddToStream ? output.rows : output.yStride);
        const std::size_t at = static_cast<std::size_t>(token) * stride + static_cast<std::size_t>(row);
        if (m_end != LinearEnd::AddToStream) {
            m_target = output.y + at;
            return;
        }
        m_target = output.stream + at;
        m_before = *m_target;
        m_hasReceptance = output.receptance != nullptr;
        if (m_hasReceptance)
            m_receptance = output.receptance[at];
    }

    __device__ __forceinline__ void put(float product) const {
        if (m_target == nullptr)
            return;
        if (m_end == LinearEnd::AddToStream) {
            const float factor = m_hasReceptance ? sigmoid(m_receptance) : 1.0f;
            product = fmaf(product, factor, m_before);
        } else if (m_end == LinearEnd::SquaredRelu) {
            const float positive = product < 0 ? 0.0f : product; // NaN stays
            product = positive * positive;
        }
        *m_target = product;
    }

private:
    LinearEnd m_end;
    float* m_target = nullptr;
    float m_before = 0;
    float m_receptance = 0;
    bool m_hasReceptance = false;
};

} // namespace engine::cuda
