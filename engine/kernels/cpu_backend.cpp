#include "engine/kernels/cpu_backend.h"

#include "engine/core/aligned_buffer.h"

namespace engine {

CpuBackend::CpuBackend(std::shared_ptr<ThreadPool> pool)
    : m_pool(std::move(pool))
    , m_team(m_pool.get()) {}

std::shared_ptr<float[]> CpuBackend::allocate(std::size_t count) {
    auto buffer = std::make_shared<AlignedBuffer<float>>(count);
    float* values = buffer->data();
    return {std::move(buffer), values};
}

void CpuBackend::embedding(const Embedding& op) { cpu::embedding(op, *m_team); }
void CpuBackend::layerNorm(const LayerNorm& op) { cpu::layerNorm(op, *m_team); }
void CpuBackend::linear(std::span<const LinearJob> jobs, int tokens) {
    linearBatch(jobs, tokens, *m_team, m_scratch);
}
void CpuBackend::lowRank(std::span<const LowRank> ops, int tokens) { cpu::lowRank(ops, tokens, *m_team); }
void CpuBackend::activation(const Activation& op) { cpu::activation(op, *m_team); }
void CpuBackend::tokenShift(const TokenShift& op) { cpu::tokenShift(op, *m_team); }
void CpuBackend::dynamicShift(const DynamicShift& op) { cpu::dynamicShift(op, *m_team); }
void CpuBackend::wkv6(const Wkv6& op) { cpu::wkv6(op, *m_team); }
void CpuBackend::wkv7(const Wkv7& op) { cpu::wkv7(op, *m_team); }
void CpuBackend::addToStream(const StreamUpdate& op) { cpu::addToStream(op, *m_team); }
void CpuBackend::convolutionalShift(const ConvolutionalShift& op) { cpu::convolutionalShift(op, *m_team); }
void CpuBackend::adaptiveGate(const AdaptiveGate& op) { cpu::adaptiveGate(op, *m_team); }

} // namespace engine
