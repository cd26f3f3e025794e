// reference_backend.h: every operation in plain loops and double precision, one value after another: what
// "correct" means for all the other backends. Memory is float32, as that of any backend, so results are
// rounded once, at the end of an operation.
// Source:  the specification alone (docs/spec), by way of the headers in this folder.
#pragma once

#include "engine/backend/backend.h"

#include <vector>

namespace reference {

class ReferenceBackend final : public engine::Backend {
public:
    [[nodiscard]] bool isHost() const override { return true; }
    [[nodiscard]] std::shared_ptr<float[]> allocate(std::size_t count) override;
    [[nodiscard]] std::unique_ptr<engine::StateMemory> placeState(std::span<const float>) override {
        return nullptr; // states are the host's
    }
    [[nodiscard]] bool owns(const engine::StateMemory&) const override { return false; }
    void toHost(const float* values, std::span<float> out) override;
    void fromHost(std::span<const float> values, float* out) override;

    void begin(std::span<const engine::SequenceInput> inputs) override;
    void repeat(const engine::StepKind&, const std::function<void()>& work) override { work(); }
    void deliverGates() override {}

    void embedding(const engine::Embedding& op) override;
    void layerNorm(const engine::LayerNorm& op) override;
    void linear(std::span<const engine::LinearJob> jobs, int tokens) override;
    void lowRank(std::span<const engine::LowRank> ops, int tokens) override;
#define INKGATE_DECLARE(name, Operation) void name(std::span<const engine::Operation> ops) override;
    INKGATE_SEQUENCE_OPERATIONS(INKGATE_DECLARE)
#undef INKGATE_DECLARE
    void reportGates(const engine::GateReport& report) override;
    [[nodiscard]] engine::DrawnToken drawToken(const engine::TokenDraw&) override { return {}; }

private:
    std::vector<engine::SequenceInput> m_inputs; // of the step
};

} // namespace reference
