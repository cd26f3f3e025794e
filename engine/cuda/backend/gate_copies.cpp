#include "engine/cuda/backend/gate_copies.h"

#include <cassert>

namespace engine::cuda {

GateCopies::GateCopies() {
    check(cudaEventCreateWithFlags(&m_fork, cudaEventDisableTiming), "starting work");
    check(cudaEventCreateWithFlags(&m_join, cudaEventDisableTiming), "starting work");
}

GateCopies::~GateCopies() {
    (void)cudaEventDestroy(m_fork);
    (void)cudaEventDestroy(m_join);
}

void GateCopies::reserve(std::size_t floats) { m_memory.ensure(floats, "keeping gates"); }

void GateCopies::copy(const GateReport& report, int rows, const Device& device) {
    const std::size_t size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(report.width);
    assert(m_used + size <= m_memory.size());
    float* const to = m_memory.data() + m_used;
    m_used += size;
    m_copies.push_back({report, rows});
    m_copies.back().report.gates = to;
    if (report.heads > 0) { // what the next operation overwrites
        check(cudaMemcpyAsync(to, report.gates, size * sizeof(float), cudaMemcpyDeviceToHost,
                              device.stream().handle),
              "fetching choices");
        return;
    }
    m_hasFork = true;
    check(cudaEventRecord(m_fork, device.stream().handle), "fetching gates");
    check(cudaStreamWaitEvent(device.copies(), m_fork, 0), "fetching gates");
    check(cudaMemcpyAsync(to, report.gates, size * sizeof(float), cudaMemcpyDeviceToHost, device.copies()),
          "fetching gates");
}

void GateCopies::join(const Device& device) {
    if (!m_hasFork)
        return;
    check(cudaEventRecord(m_join, device.copies()), "fetching gates");
    check(cudaStreamWaitEvent(device.stream().handle, m_join, 0), "fetching gates");
}

void GateCopies::deliver(std::span<const SequenceInput> inputs) const {
    for (const Copy& copy : m_copies)
        engine::deliverGates(copy.report, inputs);
}

} // namespace engine::cuda
