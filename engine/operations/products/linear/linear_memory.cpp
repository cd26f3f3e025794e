#include "engine/operations/products/linear/linear_memory.h"

#include "engine/operations/products/linear/linear_parts.h"

namespace engine::cuda {

namespace {

constexpr const char* kWhat = "getting working memory";

} // namespace

LinearMemory::LinearMemory(const Stream& stream)
    : m_stream(stream)
    , m_library(CublasLt::open()) {}

void LinearMemory::reserve(std::span<const LinearJob> jobs, int tokens) {
    for (const LinearJob& job : jobs) {
        if (tokens <= mostTokensForRows(job.weights)) {
            if (job.weights.order == MatrixOrder::ColumnMajor)
                m_sparseSums.ensure(sparseSumCount(job.weights, kMostTokensAtOnce, m_stream) *
                                        sizeof(float), // for any tokens, so that it stays where it is
                                    kWhat);
            continue;
        }
        if (m_library == nullptr)
            continue;
        const MatrixProductBytes bytes = matrixProductBytes(job.weights, tokens);
        m_roundedInputs.ensure(bytes.roundedInputs, kWhat);
        m_inputScales.ensure(static_cast<std::size_t>(tokens) * sizeof(float), kWhat);
        m_widenedWeights.ensure(bytes.widenedWeights, kWhat);
        m_workspace.ensure(kWorkspaceBytes, kWhat);
    }
}

} // namespace engine::cuda
