// cuda_backend.h: the operations on an NVIDIA GPU. Each hands its pointers, translated to the device's
// memory, to the kernel beside its CPU twin; steps of decoding are recorded and repeated (step_graphs.h).
// Errors:  BackendFailure. After DeviceLost nothing works any more but destruction.
// Threads: one caller at a time, which may change.
#pragma once

#include "engine/backend/backend.h"
#include "engine/cuda/backend/step_graphs.h"
#include "engine/cuda/backend/step_inputs.h"
#include "engine/cuda/backend/weight_table.h"
#include "engine/cuda/device/device.h"
#include "engine/operations/draw/draw_memory.h"
#include "engine/operations/products/linear/linear_memory.h"

#include <memory>
#include <optional>
#include <vector>

namespace engine::cuda {

class CudaBackend final : public Backend {
public:
    explicit CudaBackend(std::shared_ptr<Device> device);
    ~CudaBackend() override;

    [[nodiscard]] bool isHost() const override { return false; }
    [[nodiscard]] std::shared_ptr<float[]> allocate(std::size_t count) override;
    [[nodiscard]] std::unique_ptr<StateMemory> placeState(std::span<const float> values) override;
    [[nodiscard]] bool owns(const StateMemory& state) const override;
    void toHost(const float* values, std::span<float> out) override;
    void fromHost(std::span<const float> values, float* out) override;

    void begin(std::span<const SequenceInput> inputs) override;
    void repeat(const StepKind& kind, const std::function<void()>& work) override;
    void deliverGates() override;

    void embedding(const Embedding& op) override;
    void layerNorm(const LayerNorm& op) override;
    void linear(std::span<const LinearJob> jobs, int tokens) override;
    void lowRank(std::span<const LowRank> ops, int tokens) override;
#define INKGATE_DECLARE(name, Operation) void name(std::span<const Operation> ops) override;
    INKGATE_SEQUENCE_OPERATIONS(INKGATE_DECLARE)
#undef INKGATE_DECLARE
    void reportGates(const GateReport& report) override;
    [[nodiscard]] DrawnToken drawToken(const TokenDraw& op) override;

private:
    [[nodiscard]] const Stream& stream() const { return m_device->stream(); }
    // Calls launch(op, sequences) with operations whose weights, states and working memory are the device's:
    // once for all sequences of a step if they have the same number of tokens, else one by one.
    template <class Operation, class Launch>
    void forSequences(std::span<const Operation> ops, Launch&& launch);

    // What recorded steps have in their launches beside the forward pass's own memory.
    [[nodiscard]] std::vector<const void*> workingMemory() const;

    // A recorded step that has been started and whose gates the sinks do not have yet.
    struct Pending {
        Pending(std::shared_ptr<StepGraphs::Recorded> recorded, const std::vector<SequenceInput>& stepInputs);

        std::shared_ptr<StepGraphs::Recorded> step;
        std::vector<SequenceInput> inputs; // of their tokens only the number is still there
        std::vector<AttentionPages> pages; // of `inputs`, with nothing but numbers
        std::vector<std::int64_t> numbers;
    };

    std::shared_ptr<Device> m_device;
    WeightTable m_weights;
    StepInputs m_step;
    StepGraphs m_graphs;
    LinearMemory m_linear;
    DrawMemory m_draw;
    DeviceArray<float> m_working; // of operations with a workingFloats()
    PinnedArray<float> m_transfer;
    std::optional<Pending> m_pending;
    std::vector<const void*> m_recordedMemory; // workingMemory() of what was recorded
    std::vector<float> m_reportedGates;
    std::size_t m_gateFloats = 0;  // that the step has reported call by call
    std::size_t m_gatesPerRow = 0; // of a whole step, at most
    cudaEvent_t m_ended = nullptr; // of the last recorded step
};

} // namespace engine::cuda
