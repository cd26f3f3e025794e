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

#define INKGATE_DEFINE(name, Operation)                                                                      \
    void CpuBackend::name(std::span<const Operation> ops) {                                                  \
        for (const Operation& op : ops)                                                                      \
            cpu::name(op, *m_team);                                                                          \
    }
INKGATE_SEQUENCE_OPERATIONS(INKGATE_DEFINE)
#undef INKGATE_DEFINE

void CpuBackend::reportGates(const GateReport& report) { engine::deliverGates(report, m_inputs); }

} // namespace engine
