// The enhancement after each block: spec/enhanced-rwkv.md sections 2 and 3.
#include "engine/model/enhancement_state.h"
#include "engine/model/forward_steps.h"

#include <algorithm>
#include <cstring>

namespace engine {

namespace {

// h[t-1] .. h[t-E] of the first token stand in the state, newest first; the stream has them in front, newest
// last.
void placeHistory(const Step& step, std::size_t rows, std::size_t width) {
    for (std::size_t k = 1; k <= rows; ++k)
        std::memcpy(step.stream - k * width, step.state.enhancement + (k - 1) * width, width * sizeof(float));
}

void keepHistory(const Step& step, std::size_t rows, std::size_t width) {
    const float* end = step.stream + static_cast<std::size_t>(step.tokens) * width;
    for (std::size_t k = 1; k <= rows; ++k)
        std::memcpy(step.state.enhancement + (k - 1) * width, end - k * width, width * sizeof(float));
}

// Fills in what the gate needs: g's logits, and the shifted state where it is not simply h[t-1].
void prepare(const AdaptiveGateWeights& weights, const Step& step, AdaptiveGate& gate) {
    Activations& a = step.activations;
    const bool isLearned = !weights.gate.empty();
    const bool hasShift = weights.shift.rank() > 0;
    LinearJob products[2];
    std::size_t count = 0;
    if (isLearned)
        products[count++] = {weights.gate.matrix(), step.stream, a.gates};
    if (hasShift) // reads h[t-1], the rows one earlier
        products[count++] = {weights.shift.down.matrix(), step.stream - step.config.width, a.hidden[0]};
    if (count > 0)
        step.backend.linear(std::span(products).first(count), step.tokens);
    if (isLearned) {
        gate.gates = a.gates;
        gate.bias = weights.bias.data();
    }
    if (hasShift) {
        const LowRank change{.rank = weights.shift.rank(),
                             .width = step.config.width,
                             .hidden = a.hidden[0],
                             .hiddenStride = 0,
                             .activation = ActivationKind::Tanh,
                             .factor = weights.shift.up.data(),
                             .bias = nullptr,
                             .output = a.shiftChange};
        step.backend.lowRank({&change, 1}, step.tokens);
        gate.shiftChange = a.shiftChange;
    }
}

void prepare(const ConvolutionalRoutingWeights& weights, const Step& step, AdaptiveGate& gate) {
    Activations& a = step.activations;
    const int width = step.config.width;
    step.backend.convolutionalShift({.tokens = step.tokens,
                                     .width = width,
                                     .taps = step.config.enhancement.kernel,
                                     .firstPosition = step.position,
                                     .stream = step.stream,
                                     .kernel = weights.kernel.data(),
                                     .position = weights.position.data(),
                                     .routed = a.routed});
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
    gate.shifted = a.routed + width;
    gate.shiftedStride = 2 * width;
    gate.gates = a.gates;
}

void prepare(std::monostate, const Step&, AdaptiveGate&) {}

} // namespace

void enhance(const EnhancementWeights& enhancement, const Step& step, float* output, GateSink* sink) {
    const auto width = static_cast<std::size_t>(step.config.width);
    const auto rows = static_cast<std::size_t>(enhancementRows(step.config.enhancement));
    placeHistory(step, rows, width);

    AdaptiveGate gate;
    gate.tokens = step.tokens;
    gate.width = step.config.width;
    gate.stream = step.stream;
    if (!enhancement.norm.weight.empty())
        gate.norm = enhancement.norm.parameters();
    gate.output = output;
    std::visit([&](const auto& weights) { prepare(weights, step, gate); }, enhancement.kind);
    step.backend.adaptiveGate(gate);
    keepHistory(step, rows, width);

    if (sink != nullptr) {
        const std::span<float> used(step.activations.gates, static_cast<std::size_t>(step.tokens) * width);
        if (gate.gates == nullptr) // a fixed gate is open
            std::ranges::fill(used, 1.0f);
        sink->gates(step.layer, used);
    }
}

} // namespace engine
