// The enhancement after each block: docs/spec/enhanced-rwkv.md sections 2, 3 and 3a.
#include "engine/model/enhancement_state.h"
#include "engine/model/forward/forward_steps.h"
#include "engine/model/gate_layout.h"

namespace engine {

namespace {

// What all sequences share: g's logits, into `gates`, and for the mlp shift what is added to h[t-1].
void multiply(const AdaptiveGateWeights& weights, const Step& step, float* gates) {
    Activations& a = step.activations;
    const int width = step.config.width;
    if (!weights.gate.empty()) {
        const LinearJob gate{weights.gate.matrix(), step.stream, gates};
        step.backend.linear({&gate, 1}, step.tokens);
    }
    if (weights.shift.rank() == 0)
        return;
    const PerSequence<PreviousRows> previous(step.sequences, [&](const SequenceStep& sequence) {
        return PreviousRows{.tokens = sequence.tokens,
                            .width = width,
                            .stream = sequence.rowsOf(step.stream, width),
                            .earlier = step.earlierRowsOf(sequence),
                            .output = sequence.rowsOf(a.shiftChange, width)};
    });
    step.backend.previousRows(previous);
    const LinearJob down{weights.shift.down.matrix(), a.shiftChange, a.hidden[0]};
    step.backend.linear({&down, 1}, step.tokens);
    const LowRank change{.rank = weights.shift.rank(),
                         .width = width,
                         .hidden = a.hidden[0],
                         .hiddenStride = 0,
                         .activation = ActivationKind::Tanh,
                         .factor = weights.shift.up.matrix(),
                         .bias = nullptr,
                         .output = a.shiftChange};
    step.backend.lowRank({&change, 1}, step.tokens);
}

// The sources of routing that are not taps of the convolution, added to s.
void addSources(const ConvolutionalRoutingWeights& weights, const Step& step) {
    Activations& a = step.activations;
    const EnhancementConfig& enhancement = step.config.enhancement;
    const int width = step.config.width;
    const auto shifted = [&](const SequenceStep& sequence) {
        return sequence.rowsOf(a.routed, 2 * width) + width;
    };
    if (enhancement.scales > 0) {
        const PerSequence<DecayedMeans> means(step.sequences, [&](const SequenceStep& sequence) {
            return DecayedMeans{.tokens = sequence.tokens,
                                .width = width,
                                .means = enhancement.scales,
                                .decays = enhancement.decays,
                                .stream = sequence.rowsOf(step.stream, width),
                                .weight = weights.scale.data(),
                                .state = sequence.layerState + step.layout.means(),
                                .output = shifted(sequence),
                                .outputStride = 2 * width,
                                .isEnabled = sequence.usesEnhancement};
        });
        step.backend.decayedMeans(means);
    }
    if (enhancement.routesEmbedding) {
        const PerSequence<EmbeddingShift> shifts(step.sequences, [&](const SequenceStep& sequence) {
            return EmbeddingShift{.tokens = sequence.tokens,
                                  .width = width,
                                  .rows = sequence.precededRowsOf(a.embeddings, width),
                                  .weight = weights.embedding.data(),
                                  .output = shifted(sequence),
                                  .outputStride = 2 * width};
        });
        step.backend.embeddingShift(shifts);
    }
    if (enhancement.routesRows) {
        step.backend.embedding({step.ids, weights.rows.matrix(), {}, a.tokenRows});
        const PerSequence<TokenRows> rows(step.sequences, [&](const SequenceStep& sequence) {
            return TokenRows{.tokens = sequence.tokens,
                             .width = width,
                             .rows = sequence.rowsOf(a.tokenRows, 2 * width),
                             .previous = sequence.layerState + step.layout.tokenRow(),
                             .output = shifted(sequence),
                             .outputStride = 2 * width,
                             .isEnabled = sequence.usesEnhancement};
        });
        step.backend.tokenRows(rows);
    }
}

void multiply(const ConvolutionalRoutingWeights& weights, const Step& step, float* gates) {
    Activations& a = step.activations;
    const int width = step.config.width;
    const PerSequence<ConvolutionalShift> shifts(step.sequences, [&](const SequenceStep& sequence) {
        return ConvolutionalShift{.tokens = sequence.tokens,
                                  .width = width,
                                  .taps = step.config.enhancement.kernel,
                                  .firstPosition = sequence.position,
                                  .stream = sequence.rowsOf(step.stream, width),
                                  .earlier = step.earlierRowsOf(sequence),
                                  .kernel = weights.kernel.data(),
                                  .position = weights.position.data(),
                                  .routed = sequence.rowsOf(a.routed, 2 * width)};
    });
    step.backend.convolutionalShift(shifts);
    addSources(weights, step);
    // g's logit = tanh([h, s] · U) · Wr + br
    const LinearJob down{weights.route.down.matrix(), a.routed, a.hidden[0]};
    step.backend.linear({&down, 1}, step.tokens);
    const LowRank route{.rank = weights.route.rank(),
                        .width = width,
                        .hidden = a.hidden[0],
                        .hiddenStride = 0,
                        .activation = ActivationKind::Tanh,
                        .factor = weights.route.up.matrix(),
                        .bias = weights.route.bias.data(),
                        .output = gates};
    step.backend.lowRank({&route, 1}, step.tokens);
}

void multiply(std::monostate, const Step&, float*) {}

// What the kinds of gate do not share.
void fillIn(const AdaptiveGateWeights& weights, const Step& step, const SequenceStep& sequence,
            AdaptiveGate& gate) {
    gate.isFixed = weights.gate.empty();
    if (!gate.isFixed)
        gate.bias = weights.bias.data();
    if (weights.shift.rank() > 0)
        gate.shiftChange = sequence.rowsOf(step.activations.shiftChange, step.config.width);
}

void fillIn(const ConvolutionalRoutingWeights&, const Step& step, const SequenceStep& sequence,
            AdaptiveGate& gate) {
    const int width = step.config.width;
    gate.shifted = sequence.rowsOf(step.activations.routed, 2 * width) + width;
    gate.shiftedStride = 2 * width;
}

void fillIn(std::monostate, const Step&, const SequenceStep&, AdaptiveGate&) {}

// Of all kinds that have a gate for the shifted state.
template <class Weights>
void apply(const Weights& weights, const NormWeights& norm, const Step& step, float* gates, float* output) {
    const int width = step.config.width;
    multiply(weights, step, gates);
    const PerSequence<AdaptiveGate> ops(step.sequences, [&](const SequenceStep& sequence) {
        AdaptiveGate gate;
        gate.tokens = sequence.tokens;
        gate.width = width;
        gate.stream = sequence.rowsOf(step.stream, width);
        gate.earlier = step.earlierRowsOf(sequence);
        gate.gates = sequence.rowsOf(gates, width);
        if (!norm.weight.empty())
            gate.norm = norm.parameters();
        gate.output = sequence.rowsOf(output, width);
        gate.isEnabled = sequence.usesEnhancement;
        fillIn(weights, step, sequence, gate);
        return gate;
    });
    step.backend.adaptiveGate(ops);
}

void apply(const SourceGateWeights& weights, const NormWeights& norm, const Step& step, float* gates,
           float* output) {
    gateSources(weights, norm, step, gates, output);
}

} // namespace

void enhance(const EnhancementWeights& enhancement, const Step& step, float* output) {
    float* const gates = step.activations.gatesOf(step.layer, step.tokens);
    std::visit([&](const auto& weights) { apply(weights, enhancement.norm, step, gates, output); },
               enhancement.kind);
    if (step.reportsGates)
        step.backend.reportGates({step.layer, gateLayout(step.config).layerWidth(), gates});
}

} // namespace engine
