#include "engine/backend/cpu_backend.h"

#include "engine/core/aligned_buffer.h"
#include "engine/operations/rows/activation.h"
#include "engine/operations/rows/stream_update.h"

#include <algorithm>
#include <cassert>

namespace engine {

CpuBackend::CpuBackend(std::shared_ptr<ThreadPool> pool)
    : m_pool(std::move(pool))
    , m_team(m_pool.get()) {}

std::shared_ptr<float[]> CpuBackend::allocate(std::size_t count) {
    auto buffer = std::make_shared<AlignedBuffer<float>>(count);
    float* values = buffer->data();
    return {std::move(buffer), values};
}

std::unique_ptr<StateMemory> CpuBackend::placeState(std::span<const float>) {
    assert(false && "states on the host need no other place");
    return nullptr;
}

void CpuBackend::toHost(const float* values, std::span<float> out) {
    std::copy_n(values, out.size(), out.begin());
}
void CpuBackend::fromHost(std::span<const float> values, float* out) { std::ranges::copy(values, out); }

void CpuBackend::begin(std::span<const SequenceInput> inputs) {
    m_inputs.assign(inputs.begin(), inputs.end());
}

void CpuBackend::embedding(const Embedding& op) { cpu::embedding(op, *m_team); }
void CpuBackend::layerNorm(const LayerNorm& op) { cpu::layerNorm(op, *m_team); }

void CpuBackend::linear(std::span<const LinearJob> jobs, int tokens) {
    linearBatch(jobs, tokens, *m_team, m_scratch);
    for (const LinearJob& job : jobs) {
        const int columns = job.weights.rows;
        if (job.end == LinearEnd::SquaredRelu)
            cpu::activation({ActivationKind::SquaredRelu, tokens, columns, job.y}, *m_team);
        else if (job.end == LinearEnd::AddToStream)
            cpu::addToStream({tokens, columns, job.y, job.receptance, job.stream}, *m_team);
    }
}

void CpuBackend::lowRank(std::span<const LowRank> ops, int tokens) { cpu::lowRank(ops, tokens, *m_team); }

void CpuBackend::tokenShift(std::span<const TokenShift> ops) {
    for (const TokenShift& op : ops)
        cpu::tokenShift(op, *m_team);
}
void CpuBackend::dynamicShift(std::span<const DynamicShift> ops) {
    for (const DynamicShift& op : ops)
        cpu::dynamicShift(op, *m_team);
}
void CpuBackend::wkv6(std::span<const Wkv6> ops) {
    for (const Wkv6& op : ops)
        cpu::wkv6(op, *m_team);
}
void CpuBackend::wkv7(std::span<const Wkv7> ops) {
    for (const Wkv7& op : ops)
        cpu::wkv7(op, *m_team);
}
void CpuBackend::previousRows(std::span<const PreviousRows> ops) {
    for (const PreviousRows& op : ops)
        cpu::previousRows(op);
}
void CpuBackend::convolutionalShift(std::span<const ConvolutionalShift> ops) {
    for (const ConvolutionalShift& op : ops)
        cpu::convolutionalShift(op, *m_team);
}
void CpuBackend::adaptiveGate(std::span<const AdaptiveGate> ops) {
    for (const AdaptiveGate& op : ops)
        cpu::adaptiveGate(op, *m_team);
}

void CpuBackend::reportGates(const GateReport& report) { engine::deliverGates(report, m_inputs); }

} // namespace engine
