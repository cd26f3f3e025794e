// altered_backend.h: the processor's backend with one operation that does something wrong to what it writes:
// what a selftest has to find. What an operation writes and reads is seen by looking at all memory before and
// after it, so the alterations fit any operation.
#pragma once

#include "engine/backend/cpu_backend.h"

#include <string>
#include <vector>

namespace support {

enum class Alteration {
    None,
    OffByAPercent,
    Unwritten,    // stays as it was
    WritesBeside, // also the value before the first that it writes
    OverwritesInput,
    Refuses, // the device is lost
};

class AlteredBackend final : public engine::Backend {
public:
    // `operation` as in engine::selftestOperations().
    AlteredBackend(std::string operation, Alteration alteration);

    [[nodiscard]] bool isHost() const override { return true; }
    [[nodiscard]] std::shared_ptr<float[]> allocate(std::size_t count) override;
    [[nodiscard]] std::unique_ptr<engine::StateMemory> placeState(std::span<const float>) override {
        return nullptr;
    }
    [[nodiscard]] bool owns(const engine::StateMemory&) const override { return false; }
    void toHost(const float* values, std::span<float> out) override { m_cpu.toHost(values, out); }
    void fromHost(std::span<const float> values, float* out) override { m_cpu.fromHost(values, out); }

    void begin(std::span<const engine::SequenceInput> inputs) override { m_cpu.begin(inputs); }
    void repeat(const engine::StepKind& kind, const std::function<void()>& work) override {
        m_cpu.repeat(kind, work);
    }
    void deliverGates() override { m_cpu.deliverGates(); }

    void embedding(const engine::Embedding& op) override;
    void layerNorm(const engine::LayerNorm& op) override;
    void linear(std::span<const engine::LinearJob> jobs, int tokens) override;
    void lowRank(std::span<const engine::LowRank> ops, int tokens) override;
#define INKGATE_DECLARE(name, Operation) void name(std::span<const engine::Operation> ops) override;
    INKGATE_SEQUENCE_OPERATIONS(INKGATE_DECLARE)
#undef INKGATE_DECLARE
    void reportGates(const engine::GateReport& report) override { m_cpu.reportGates(report); }
    [[nodiscard]] engine::DrawnToken drawToken(const engine::TokenDraw& op) override {
        return m_cpu.drawToken(op);
    }

private:
    struct Memory {
        std::weak_ptr<float[]> values;
        std::size_t count = 0;
    };

    // Calls `work`, and alters what it does if `operation` is the one.
    void run(const char* operation, const std::function<void()>& work);
    void alter(std::span<float> after, std::span<const float> before) const;

    engine::CpuBackend m_cpu;
    std::string m_operation;
    Alteration m_alteration;
    std::vector<Memory> m_memory; // all that was allocated
};

} // namespace support
