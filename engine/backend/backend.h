// backend.h: every operation of the forward passes, on one page. A backend is a set of these operations and
// the memory they work on: CpuBackend, and that of the CUDA plug-in. The forward passes in engine/model are
// written once against this interface.
// An operation is a fused step that means something in the model's terms; its header holds its contract:
// equations, shapes, units. Weights are given where the host has them, and stay there as long as the backend;
// all other pointers in an operation are memory of this backend.
// Operations with a state come as one for each sequence of the step (operations.h).
// To add an operation: CONTRIBUTING.md.
// Errors:  std::bad_alloc; BackendFailure from any function of a device's backend.
// Threads: one caller at a time.
#pragma once

#include "engine/backend/gate_sink.h"
#include "engine/backend/operations.h"
#include "engine/backend/state_memory.h"
#include "engine/core/backend_failure.h"
#include "engine/operations/draw/token_draw.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/products/low_rank/low_rank.h"
#include "engine/operations/rows/embedding.h"
#include "engine/operations/rows/layer_norm.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace engine {

// Of sequences that go through the model together.
inline constexpr int kMostSequences = 64;

// A sequence's share of a step: consecutive tokens.
struct SequenceInput {
    std::span<const int> tokens; // ids in [0, V), one at least: the caller's promise
    std::int64_t position = 0;   // tokens before these
    float* state = nullptr;      // all of it, in the backend's memory; updated in place
    bool usesEnhancement = true; // false: the base model's part alone, as if there were no enhancement
    GateSink* sink = nullptr;    // null: nobody wants to know gates and choices
    // Of RWKV-X: its pages in each sparse block, in this backend's memory.
    std::span<const AttentionPages> attention = {};
};

// What steps have in common that call the same operations with the same arguments, but for what begin() is
// told.
struct StepKind {
    int forward = 0; // number of the forward pass whose memory is used
    int sequences = 1;
    std::uint64_t enabled = 0; // bit s: sequence s uses the enhancement
    bool reportsGates = false;
    bool hasLogits = true;

    auto operator<=>(const StepKind&) const = default;
};

// What one layer has to tell of all rows of a step: the gates it used, or what a sparse block chose.
struct GateReport {
    int layer = 0; // with `heads`: the sparse block
    int width = 0;
    const float* gates = nullptr; // [T,width]
    int heads = 0;                // not 0: `gates` are SparseAttention::choices of so many heads
};

// To each sequence's sink its rows; `report.gates` is the host's memory.
inline void deliverGates(const GateReport& report, std::span<const SequenceInput> inputs) {
    const auto width = static_cast<std::size_t>(report.width);
    const float* gates = report.gates;
    for (const SequenceInput& input : inputs) {
        const std::span values(gates, input.tokens.size() * width);
        gates += values.size();
        if (input.sink == nullptr)
            continue;
        if (report.heads > 0)
            input.sink->chunks({report.layer, static_cast<int>(input.tokens.size()), report.heads, values,
                                input.attention[static_cast<std::size_t>(report.layer)].numbers});
        else if (input.usesEnhancement)
            input.sink->gates(report.layer, values);
    }
}

class Backend {
public:
    virtual ~Backend() = default;

    // ---- memory ----

    // Whether this backend's memory is the host's.
    [[nodiscard]] virtual bool isHost() const = 0;
    // Working memory, zero-filled, aligned to kBufferAlignment, owned by the result.
    [[nodiscard]] virtual std::shared_ptr<float[]> allocate(std::size_t count) = 0;
    // A state in a device's memory; whether it is this device's. Not for the host.
    [[nodiscard]] virtual std::unique_ptr<StateMemory> placeState(std::span<const float> values) = 0;
    [[nodiscard]] virtual bool owns(const StateMemory& state) const = 0;
    // Waits for the operations so far.
    virtual void toHost(const float* values, std::span<float> out) = 0;
    virtual void fromHost(std::span<const float> values, float* out) = 0;

    // ---- a step ----

    // What the operations until the next begin() are about.
    virtual void begin(std::span<const SequenceInput> inputs) = 0;
    // Does `work`, which calls operations only. A device may record the first step of a kind and repeat it.
    virtual void repeat(const StepKind& kind, const std::function<void()>& work) = 0;
    // Hands over what sinks have not yet been given. A device may do so a step later than the step itself.
    virtual void deliverGates() = 0;

    // ---- operations ----

    // Beginning and end of the network.
    virtual void embedding(const Embedding& op) = 0;
    virtual void layerNorm(const LayerNorm& op) = 0;

    // Matrix products over the same tokens with what follows them.
    virtual void linear(std::span<const LinearJob> jobs, int tokens) = 0;
    virtual void lowRank(std::span<const LowRank> ops, int tokens) = 0;

    // Those with a state: the halves of a block and the enhancement.
#define INKGATE_DECLARE(name, Operation) virtual void name(std::span<const Operation> ops) = 0;
    INKGATE_SEQUENCE_OPERATIONS(INKGATE_DECLARE)
#undef INKGATE_DECLARE

    // To the sinks of the step. A device may read the gates of a repeated step until that step ends; choices
    // may be overwritten by the next operation.
    virtual void reportGates(const GateReport& report) = 0;

    // The next token. On the host the sampler draws it: never complete there.
    [[nodiscard]] virtual DrawnToken drawToken(const TokenDraw& op) = 0;
};

} // namespace engine
