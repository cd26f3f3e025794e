#include "engine/kernels/cuda/linear_memory.h"

#include "engine/kernels/cuda/linear_parts.h"

#include <utility>

namespace engine::cuda {

DeviceBytes::~DeviceBytes() { cudaFree(m_data); }

void DeviceBytes::ensure(std::size_t bytes) {
    if (bytes <= m_size)
        return;
    m_size = 0;
    check(cudaFree(std::exchange(m_data, nullptr)), "freeing working memory"); // waits for what still uses it
    check(cudaMalloc(&m_data, bytes), "getting working memory");
    m_size = bytes;
}

LinearMemory::LinearMemory(const Stream& stream)
    : m_stream(stream)
    , m_library(CublasLt::open()) {}

void LinearMemory::reserve(std::span<const LinearJob> jobs, int tokens) {
    for (const LinearJob& job : jobs) {
        if (tokens <= mostTokensForRows(job.weights)) {
            if (job.weights.order == MatrixOrder::ByInput)
                m_skippingSums.ensure(skippingSumCount(job.weights, kMostTokensAtOnce, m_stream) *
                                      sizeof(float)); // for any tokens, so that it stays where it is
            continue;
        }
        if (m_library == nullptr)
            continue;
        const MatrixProductBytes bytes = matrixProductBytes(job.weights, tokens);
        m_roundedInputs.ensure(bytes.roundedInputs);
        m_inputScales.ensure(static_cast<std::size_t>(tokens) * sizeof(float));
        m_widenedWeights.ensure(bytes.widenedWeights);
        m_workspace.ensure(kWorkspaceBytes);
    }
}

} // namespace engine::cuda
