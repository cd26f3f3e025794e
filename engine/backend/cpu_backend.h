// cpu_backend.h: the operations on the processor, spread over a thread pool.
// Threads: one caller at a time; it owns the scratch memory of the matrix products.
#pragma once

#include "engine/backend/backend.h"
#include "engine/core/thread_pool.h"

#include <memory>
#include <vector>

namespace engine {

class CpuBackend final : public Backend {
public:
    explicit CpuBackend(std::shared_ptr<ThreadPool> pool);

    // Computes on the caller alone, or with the whole pool again. Results are those of linear.h: the same for
    // few tokens.
    void useOneThread(bool isAlone) { m_team = isAlone ? &m_caller : m_pool.get(); }

    [[nodiscard]] bool isHost() const override { return true; }
    [[nodiscard]] std::shared_ptr<float[]> allocate(std::size_t count) override;
    [[nodiscard]] std::unique_ptr<StateMemory> placeState(std::span<const float> values) override;
    [[nodiscard]] bool owns(const StateMemory&) const override { return false; }
    void toHost(const float* values, std::span<float> out) override;
    void fromHost(std::span<const float> values, float* out) override;

    void begin(std::span<const SequenceInput> inputs) override;
    void repeat(const StepKind&, const std::function<void()>& work) override { work(); }
    void deliverGates() override {}

    void embedding(const Embedding& op) override;
    void layerNorm(const LayerNorm& op) override;
    void linear(std::span<const LinearJob> jobs, int tokens) override;
    void lowRank(std::span<const LowRank> ops, int tokens) override;
#define INKGATE_DECLARE(name, Operation) void name(std::span<const Operation> ops) override;
    INKGATE_SEQUENCE_OPERATIONS(INKGATE_DECLARE)
#undef INKGATE_DECLARE
    void reportGates(const GateReport& report) override;
    [[nodiscard]] DrawnToken drawToken(const TokenDraw&) override { return {}; }

    // Since the beginning.
    [[nodiscard]] const SkippedWork& skipped() const { return m_scratch.skipped; }

private:
    std::shared_ptr<ThreadPool> m_pool;
    ThreadPool m_caller{1}; // a team of one, without a thread of its own
    ThreadPool* m_team;
    LinearScratch m_scratch;
    std::vector<SequenceInput> m_inputs; // of the step
};

} // namespace engine
