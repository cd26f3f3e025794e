// model_runner.h: a model's forward pass on the processor, on a device, or its first layers on the one and
// the rest on the other. What Session does with states, errors and wishes comes down to these calls.
// Errors:  std::bad_alloc, BackendFailure; arguments are the caller's promise.
// Threads: one at a time.
#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/cpu_backend.h"
#include "engine/core/thread_pool.h"
#include "engine/model/forward/forward.h"
#include "engine/model/model.h"
#include "engine/runtime/state/state.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace engine {

// A sequence's share of a step.
struct RunnerInput {
    State* state = nullptr;
    std::span<const int> tokens;
    bool usesEnhancement = true;
    GateSink* sink = nullptr;
    ReadCall call = {}; // of whose tokens these are the next; not of a token that is decoded
};

class ModelRunner {
public:
    ModelRunner(std::shared_ptr<const Model> model, std::unique_ptr<Backend> backend);
    // 1 <= deviceLayers < L.
    ModelRunner(std::shared_ptr<const Model> model, std::unique_ptr<Backend> device, int deviceLayers,
                std::shared_ptr<ThreadPool> pool);

    [[nodiscard]] const Model& model() const { return *m_model; }
    // Tokens that are read at once.
    [[nodiscard]] std::size_t chunk() const { return m_chunk; }
    // At most: how many of a call's tokens can be read at once from `position` on.
    [[nodiscard]] std::size_t readable(std::int64_t position, const ReadCall& call) const;
    [[nodiscard]] SkippedWork skipped() const;

    // At most readable() tokens of one sequence. False if a stop was requested before the last layer; the
    // state is then, and after an exception, the one before.
    [[nodiscard]] bool read(const RunnerInput& input, const std::stop_token& stop);
    // Of the rows [first, first + out.size() / V) that were read last.
    void logits(int first, std::span<float> out);

    // A token of each sequence. `logits` [sequences, V], or empty for none; if `leavesLogits`, they stay on
    // the device.
    void step(std::span<const RunnerInput> inputs, std::span<float> logits, bool leavesLogits = false);
    // Whether logits are made on a device, so that they can stay there; and what they are for, until the next
    // step.
    [[nodiscard]] bool canLeaveLogits() const { return !m_stages.back().backend->isHost(); }
    [[nodiscard]] DrawnToken drawToken(int sequence, TokenDraw op);
    void fetchLogits(int sequence, std::span<float> out);

    void deliverGates();

private:
    // Layers that run on one backend.
    struct Stage {
        std::unique_ptr<Backend> backend;
        int firstLayer = 0, endLayer = 0;
        std::optional<Forward> forward; // made for as many tokens and sequences as were needed so far
    };
    [[nodiscard]] bool isFirst(const Stage& stage) const { return &stage == &m_stages.front(); }
    [[nodiscard]] bool isLast(const Stage& stage) const { return &stage == &m_stages.back(); }

    void prepareFor(std::size_t tokens, std::size_t sequences);
    void begin(std::span<const RunnerInput> inputs);
    void enter(Stage& stage);
    [[nodiscard]] bool readLayers(const std::stop_token& stop);
    [[nodiscard]] float* logitMemory(int rows, std::span<float> out);

    std::shared_ptr<const Model> m_model;
    std::vector<Stage> m_stages;
    CpuBackend* m_processor = nullptr; // the last stage's backend, if it is that
    std::size_t m_chunk;
    int m_version = 0; // of the memory that steps use
    std::shared_ptr<float[]> m_deviceLogits;
    int m_deviceLogitRows = 0;
    State m_before; // to return to if a chunk is not finished
    std::vector<SequenceInput> m_inputs;
};

} // namespace engine
