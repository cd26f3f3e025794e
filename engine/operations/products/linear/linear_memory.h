// linear_memory.h: working memory of cuda::linear() on the device, and the library it uses for many tokens.
// Memory grows when it has to, never shrinks, and is used by one call after another.
// Errors:  BackendFailure, OutOfMemory where that is the reason. What there was before may be gone then; it
//          grows anew with the next call.
// Threads: one caller at a time, that of the stream.
#pragma once

#include "engine/cuda/device/device_memory.h"
#include "engine/cuda/device/stream.h"
#include "engine/operations/products/dense/cublaslt.h"
#include "engine/operations/products/linear/linear.h"

#include <cstddef>
#include <memory>
#include <span>

namespace engine::cuda {

class LinearMemory {
public:
    // Looks for the library, which takes a moment.
    explicit LinearMemory(const Stream& stream);

    // For these jobs with up to this many tokens. linear() calls it, too; but where launches are recorded in
    // a graph, no memory can be had, so that it has to be called before. A recorded graph holds on to the
    // addresses of this memory: before the first is recorded, reserve for all matrices and numbers of tokens
    // that will follow.
    void reserve(std::span<const LinearJob> jobs, int tokens);

    [[nodiscard]] float* sparseSums() const { return reinterpret_cast<float*>(m_sparseSums.data()); }
    [[nodiscard]] void* roundedInputs() const { return m_roundedInputs.data(); }
    // [tokens]
    [[nodiscard]] float* inputScales() const { return reinterpret_cast<float*>(m_inputScales.data()); }
    [[nodiscard]] void* widenedWeights() const { return m_widenedWeights.data(); }

    // Null where there is none.
    [[nodiscard]] CublasLt* library() const { return m_library.get(); }
    [[nodiscard]] Workspace workspace() const { return {m_workspace.data(), m_workspace.size()}; }

private:
    Stream m_stream;
    std::unique_ptr<CublasLt> m_library;
    DeviceArray<std::byte> m_sparseSums, m_roundedInputs, m_inputScales, m_widenedWeights, m_workspace;
};

// Up to this many tokens weights are multiplied by the kernels for few tokens, eight tokens at a time. With
// 16 float weights are read twice, the second time partly from the level 2 cache, where the library has to
// round x first; packed weights, read once per eight tokens, would have to be written and read as float16 for
// it: five times their bytes.
[[nodiscard]] constexpr int mostTokensForRows(const Matrix& weights) { return weights.isPacked ? 32 : 16; }

} // namespace engine::cuda
