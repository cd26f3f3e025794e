// The enhancement after each block: spec/enhanced-rwkv.md sections 2 and 3.
#include "engine/model/enhancement_state.h"
#include "engine/model/forward_steps.h"

#include <algorithm>
#include <cstring>

namespace engine {

namespace {

// The step's view of the enhancement's rows of earlier tokens. h[t-1] .. h[t-E] of a sequence's first token stand in
// its state, newest first; what the operations read has them in front of the stream, newest last.
class History {
public:
    explicit History(const Step& step)
        : m_step(step)
        , m_rows(enhancementRows(step.config.enhancement))
        , m_width(static_cast<std::size_t>(step.config.width)) {}

    // A sequence's stream, behind its earlier rows.
    [[nodiscard]] float* streamOf(const SequenceStep& sequence) const {
        const int row = sequence.firstRow + (sequence.index + 1) * m_rows;
        return m_step.activations.withHistory + static_cast<std::size_t>(row) * m_width;
    }
    void place(const SequenceStep& sequence) const {
        float* const stream = streamOf(sequence);
        for (std::size_t k = 1; k <= rows(); ++k)
            std::memcpy(stream - k * m_width, sequence.state.enhancement + (k - 1) * m_width, rowBytes());
        std::memcpy(stream, sequence.rowsOf(m_step.stream, m_step.config.width),
                    static_cast<std::size_t>(sequence.tokens) * rowBytes());
    }
    void keep(const SequenceStep& sequence) const {
        const float* end = streamOf(sequence) + static_cast<std::size_t>(sequence.tokens) * m_width;
        for (std::size_t k = 1; k <= rows(); ++k)
            std::memcpy(sequence.state.enhancement + (k - 1) * m_width, end - k * m_width, rowBytes());
    }
    // A product of each token's h[t-1], [T,C]: at once where the distance from one to the next is always the same.
    void multiplyPrevious(const Matrix& weights, float* output) const {
        const bool isDecoding =
            std::ranges::all_of(m_step.sequences, [](const SequenceStep& s) { return s.tokens == 1; });
        if (isDecoding) {
            const float* first = streamOf(m_step.sequences.front()) - m_width;
            const LinearJob job{weights, first, output, static_cast<int>((rows() + 1) * m_width), 0};
            m_step.backend.linear({&job, 1}, m_step.tokens);
            return;
        }
        for (const SequenceStep& sequence : m_step.sequences) {
            const LinearJob job{weights, streamOf(sequence) - m_width, sequence.rowsOf(output, weights.rows)};
            m_step.backend.linear({&job, 1}, sequence.tokens);
        }
    }

private:
    [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(m_rows); }
    [[nodiscard]] std::size_t rowBytes() const { return m_width * sizeof(float); }

    const Step& m_step;
    int m_rows;
    std::size_t m_width;
};

// What all sequences share: g's logits, and for the mlp shift what is added to h[t-1].
void multiply(const AdaptiveGateWeights& weights, const Step& step, const History& history) {
    Activations& a = step.activations;
    if (!weights.gate.empty()) {
        const LinearJob gate{weights.gate.matrix(), step.stream, a.gates};
        step.backend.linear({&gate, 1}, step.tokens);
    }
    if (weights.shift.rank() == 0)
        return;
    history.multiplyPrevious(weights.shift.down.matrix(), a.hidden[0]);
    const LowRank change{.rank = weights.shift.rank(),
                         .width = step.config.width,
                         .hidden = a.hidden[0],
                         .hiddenStride = 0,
                         .activation = ActivationKind::Tanh,
                         .factor = weights.shift.up.data(),
                         .bias = nullptr,
                         .output = a.shiftChange};
    step.backend.lowRank({&change, 1}, step.tokens);
}

void multiply(const ConvolutionalRoutingWeights& weights, const Step& step, const History& history) {
    Activations& a = step.activations;
    const int width = step.config.width;
    for (const SequenceStep& sequence : step.sequences)
        step.backend.convolutionalShift({.tokens = sequence.tokens,
                                         .width = width,
                                         .taps = step.config.enhancement.kernel,
                                         .firstPosition = sequence.position,
                                         .stream = history.streamOf(sequence),
                                         .kernel = weights.kernel.data(),
                                         .position = weights.position.data(),
                                         .routed = sequence.rowsOf(a.routed, 2 * width)});
    // g's logit = tanh([h, s] · U) · Wr + br
    const LinearJob down{weights.route.down.matrix(), a.routed, a.hidden[0]};
    step.backend.linear({&down, 1}, step.tokens);
    const LowRank route{.rank = weights.route.rank(),
                        .width = width,
                        .hidden = a.hidden[0],
                        .hiddenStride = 0,
                        .activation = ActivationKind::Tanh,
                        .factor = weights.route.up.data(),
                        .bias = weights.route.bias.data(),
                        .output = a.gates};
    step.backend.lowRank({&route, 1}, step.tokens);
}

void multiply(std::monostate, const Step&, const History&) {}

// Where the gate of one sequence finds it.
void fillIn(const AdaptiveGateWeights& weights, const Step& step, const SequenceStep& sequence,
            AdaptiveGate& gate) {
    const int width = step.config.width;
    if (!weights.gate.empty()) {
        gate.gates = sequence.rowsOf(step.activations.gates, width);
        gate.bias = weights.bias.data();
    }
    if (weights.shift.rank() > 0)
        gate.shiftChange = sequence.rowsOf(step.activations.shiftChange, width);
}

void fillIn(const ConvolutionalRoutingWeights&, const Step& step, const SequenceStep& sequence,
            AdaptiveGate& gate) {
    const int width = step.config.width;
    gate.shifted = sequence.rowsOf(step.activations.routed, 2 * width) + width;
    gate.shiftedStride = 2 * width;
    gate.gates = sequence.rowsOf(step.activations.gates, width);
}

void fillIn(std::monostate, const Step&, const SequenceStep&, AdaptiveGate&) {}

void handOver(const Step& step, const SequenceStep& sequence, const AdaptiveGate& gate) {
    if (sequence.sink == nullptr)
        return;
    const int width = step.config.width;
    const std::span<float> used(sequence.rowsOf(step.activations.gates, width),
                                static_cast<std::size_t>(sequence.tokens) * static_cast<std::size_t>(width));
    if (gate.gates == nullptr) // a fixed gate is open
        std::ranges::fill(used, 1.0f);
    sequence.sink->gates(step.layer, used);
}

} // namespace

void enhance(const EnhancementWeights& enhancement, const Step& step, float* output) {
    const int width = step.config.width;
    const History history(step);
    for (const SequenceStep& sequence : step.sequences)
        history.place(sequence);
    std::visit([&](const auto& weights) { multiply(weights, step, history); }, enhancement.kind);
    for (const SequenceStep& sequence : step.sequences) {
        float* const rows = sequence.rowsOf(output, width);
        if (!sequence.wearsEnhancement) {
            std::copy_n(sequence.rowsOf(step.stream, width),
                        static_cast<std::size_t>(sequence.tokens) * static_cast<std::size_t>(width), rows);
            continue;
        }
        AdaptiveGate gate;
        gate.tokens = sequence.tokens;
        gate.width = width;
        gate.stream = history.streamOf(sequence);
        if (!enhancement.norm.weight.empty())
            gate.norm = enhancement.norm.parameters();
        gate.output = rows;
        std::visit([&](const auto& weights) { fillIn(weights, step, sequence, gate); }, enhancement.kind);
        step.backend.adaptiveGate(gate);
        history.keep(sequence);
        handOver(step, sequence, gate);
    }
}

} // namespace engine
