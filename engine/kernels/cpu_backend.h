// cpu_backend.h: the operations on the processor, spread over a thread pool.
// Threads: one caller at a time; it owns the scratch memory of the matrix products.
#pragma once

#include "engine/core/thread_pool.h"
#include "engine/kernels/backend.h"

#include <memory>

namespace engine {

class CpuBackend final : public Backend {
public:
    explicit CpuBackend(std::shared_ptr<ThreadPool> pool);

    // Computes on the caller alone, or with the whole pool again. Results are those of linear.h: the same for
    // few tokens.
    void useOneThread(bool isAlone) { m_team = isAlone ? &m_caller : m_pool.get(); }

    [[nodiscard]] std::shared_ptr<float[]> allocate(std::size_t count) override;

    void embedding(const Embedding& op) override;
    void layerNorm(const LayerNorm& op) override;
    void linear(std::span<const LinearJob> jobs, int tokens) override;
    void lowRank(std::span<const LowRank> ops, int tokens) override;
    void activation(const Activation& op) override;
    void tokenShift(const TokenShift& op) override;
    void dynamicShift(const DynamicShift& op) override;
    void wkv6(const Wkv6& op) override;
    void wkv7(const Wkv7& op) override;
    void addToStream(const StreamUpdate& op) override;
    void convolutionalShift(const ConvolutionalShift& op) override;
    void adaptiveGate(const AdaptiveGate& op) override;

    // Since the beginning.
    [[nodiscard]] const SkippedWork& skipped() const { return m_scratch.skipped; }

private:
    std::shared_ptr<ThreadPool> m_pool;
    ThreadPool m_caller{1}; // a team of one, without a thread of its own
    ThreadPool* m_team;
    LinearScratch m_scratch;
};

} // namespace engine
