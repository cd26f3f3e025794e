// altered_backend.h: the processor's backend with one operation that does something wrong to the first value
// of its output: what a selftest has to find.
#pragma once

#include "engine/backend/cpu_backend.h"

#include <string>

namespace support {

enum class Alteration {
    None,
    OffByAPercent,
    Unwritten,    // stays as it was
    WritesBeside, // also the value before it
    OverwritesInput,
    Refuses, // the device is lost
};

class AlteredBackend final : public engine::Backend {
public:
    // `operation` as in engine::selftestOperations().
    AlteredBackend(std::string operation, Alteration alteration);

    [[nodiscard]] bool isHost() const override { return true; }
    [[nodiscard]] std::shared_ptr<float[]> allocate(std::size_t count) override {
        return m_cpu.allocate(count);
    }
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
    void tokenShift(std::span<const engine::TokenShift> ops) override;
    void dynamicShift(std::span<const engine::DynamicShift> ops) override;
    void wkv6(std::span<const engine::Wkv6> ops) override;
    void wkv7(std::span<const engine::Wkv7> ops) override;
    void previousRows(std::span<const engine::PreviousRows> ops) override;
    void convolutionalShift(std::span<const engine::ConvolutionalShift> ops) override;
    void adaptiveGate(std::span<const engine::AdaptiveGate> ops) override;
    void reportGates(const engine::GateReport& report) override { m_cpu.reportGates(report); }
    [[nodiscard]] engine::DrawnToken drawToken(const engine::TokenDraw& op) override {
        return m_cpu.drawToken(op);
    }

private:
    // Calls `work`, and alters what it does if `operation` is the one.
    void run(const char* operation, float* output, const float* input, const std::function<void()>& work);

    engine::CpuBackend m_cpu;
    std::string m_operation;
    Alteration m_alteration;
};

} // namespace support
