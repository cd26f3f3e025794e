#include "tests/engine/selftest/altered_backend.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace support {

using namespace engine;

AlteredBackend::AlteredBackend(std::string operation, Alteration alteration)
    : m_cpu(std::make_shared<ThreadPool>(1))
    , m_operation(std::move(operation))
    , m_alteration(alteration) {}

std::shared_ptr<float[]> AlteredBackend::allocate(std::size_t count) {
    auto values = m_cpu.allocate(count);
    std::erase_if(m_memory, [](const Memory& memory) { return memory.values.expired(); });
    m_memory.push_back({values, count});
    return values;
}

void AlteredBackend::alter(std::span<float> after, std::span<const float> before) const {
    const auto isWritten = [&](std::size_t i) {
        return std::bit_cast<std::uint32_t>(after[i]) != std::bit_cast<std::uint32_t>(before[i]);
    };
    bool isFirst = true;
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (!isWritten(i)) {
            if (m_alteration == Alteration::OverwritesInput && !std::isnan(after[i]))
                after[i] += 1;
            continue;
        }
        if (m_alteration == Alteration::OffByAPercent)
            after[i] = 1.01f * after[i] + 0.05f;
        else if (m_alteration == Alteration::Unwritten)
            after[i] = before[i];
        else if (m_alteration == Alteration::WritesBeside && isFirst && i > 0)
            after[i - 1] = 0;
        isFirst = false;
    }
}

void AlteredBackend::run(const char* operation, const std::function<void()>& work) {
    if (m_operation != operation || m_alteration == Alteration::None)
        return work();
    if (m_alteration == Alteration::Refuses)
        throw BackendFailure({ErrorCode::DeviceLost, "the device stopped working"});
    std::vector<std::vector<float>> before;
    for (const Memory& memory : m_memory) {
        const auto values = memory.values.lock();
        before.emplace_back(values.get(), values == nullptr ? nullptr : values.get() + memory.count);
    }
    work();
    for (std::size_t i = 0; i < before.size(); ++i)
        if (const auto values = m_memory[i].values.lock(); values != nullptr)
            alter({values.get(), m_memory[i].count}, before[i]);
}

void AlteredBackend::embedding(const Embedding& op) {
    run("embedding", [&] { m_cpu.embedding(op); });
}
void AlteredBackend::layerNorm(const LayerNorm& op) {
    run("layerNorm", [&] { m_cpu.layerNorm(op); });
}
void AlteredBackend::linear(std::span<const LinearJob> jobs, int tokens) {
    run("linear", [&] { m_cpu.linear(jobs, tokens); });
}
void AlteredBackend::lowRank(std::span<const LowRank> ops, int tokens) {
    run("lowRank", [&] { m_cpu.lowRank(ops, tokens); });
}

#define INKGATE_DEFINE(name, Operation)                                                                      \
    void AlteredBackend::name(std::span<const Operation> ops) {                                              \
        run(#name, [&] { m_cpu.name(ops); });                                                                \
    }
INKGATE_SEQUENCE_OPERATIONS(INKGATE_DEFINE)
#undef INKGATE_DEFINE

} // namespace support
