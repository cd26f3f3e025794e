// A gate for every source, after each block: docs/spec/enhanced-rwkv.md section 3a.
#include "engine/model/enhancement_state.h"
#include "engine/model/forward/forward_steps.h"
#include "engine/model/gate_layout.h"

namespace engine {

namespace {

// The gates' logits = tanh([h[t], h[t-1]] · U) · Wr + br
void multiply(const SourceGateWeights& weights, const Step& step, float* gates) {
    Activations& a = step.activations;
    const int width = step.config.width;
    const PerSequence<PreviousRows> pairs(step.sequences, [&](const SequenceStep& sequence) {
        return PreviousRows{.tokens = sequence.tokens,
                            .width = width,
                            .stream = sequence.rowsOf(step.stream, width),
                            .earlier = step.earlierRowsOf(sequence),
                            .output = sequence.rowsOf(a.routed, 2 * width),
                            .isPaired = true};
    });
    step.backend.previousRows(pairs);
    const LinearJob down{weights.route.down.matrix(), a.routed, a.hidden[0]};
    step.backend.linear({&down, 1}, step.tokens);
    const LowRank route{.rank = weights.route.rank(),
                        .width = gateLayout(step.config).layerWidth(),
                        .hidden = a.hidden[0],
                        .hiddenStride = 0,
                        .activation = ActivationKind::Tanh,
                        .factor = weights.route.up.matrix(),
                        .bias = weights.route.bias.data(),
                        .output = gates};
    step.backend.lowRank({&route, 1}, step.tokens);
}

void findMeans(const Step& step) {
    const int width = step.config.width;
    const int count = countMeans(step.config.enhancement.sources);
    const auto decays = meanDecays(step.config.enhancement.sources);
    const PerSequence<DecayedMeans> means(step.sequences, [&](const SequenceStep& sequence) {
        return DecayedMeans{.tokens = sequence.tokens,
                            .width = width,
                            .means = count,
                            .decays = decays,
                            .stream = sequence.rowsOf(step.stream, width),
                            .weight = nullptr,
                            .state = sequence.layerState + step.layout.means(),
                            .output = sequence.rowsOf(step.activations.means, count * width),
                            .outputStride = 0,
                            .isEnabled = sequence.usesEnhancement};
    });
    step.backend.decayedMeans(means);
}

} // namespace

void gateSources(const SourceGateWeights& weights, const NormWeights& norm, const Step& step, float* gates,
                 float* output) {
    const Activations& a = step.activations;
    const int width = step.config.width;
    const std::vector<GateSource>& sources = step.config.enhancement.sources;
    const int means = countMeans(sources);
    multiply(weights, step, gates);
    if (means > 0)
        findMeans(step);
    const auto rows = rowSources(sources);
    const int gatesOfToken = gateLayout(step.config).layerWidth();
    const PerSequence<SourceGates> ops(step.sequences, [&](const SequenceStep& sequence) {
        SourceGates op;
        op.tokens = sequence.tokens;
        op.width = width;
        op.count = static_cast<int>(sources.size());
        op.sources = rows;
        op.stream = sequence.rowsOf(step.stream, width);
        op.earlier = step.earlierRowsOf(sequence);
        if (means > 0)
            op.means = sequence.rowsOf(a.means, means * width);
        op.meanCount = means;
        if (a.embeddings != nullptr)
            op.embeddings = sequence.precededRowsOf(a.embeddings, width);
        op.weight = weights.source.data();
        op.gates = sequence.rowsOf(gates, gatesOfToken);
        if (!norm.weight.empty())
            op.norm = norm.parameters();
        op.output = sequence.rowsOf(output, width);
        op.isEnabled = sequence.usesEnhancement;
        return op;
    });
    step.backend.sourceGates(ops);
}

} // namespace engine
