// RWKV-7 "Goose" time mixing: docs/spec/rwkv-models.md section 5.
#include "engine/model/forward/forward_steps.h"

namespace engine {

void timeMixing(const Rwkv7TimeMixing& mixing, const Step& step) {
    Activations& a = step.activations;
    Backend& backend = step.backend;
    const int tokens = step.tokens;
    const int width = step.config.width;
    const bool isFirstLayer = step.layer == 0;

    // x_j = p + (p⁻ - p) x_j, j in r, w, k, v, a, g
    const auto [xr, xw, xk, xv, xa, xg] = a.shifted;
    const TokenShiftUse uses[] = {{mixing.receptanceMix.data(), xr}, {mixing.decayMix.data(), xw},
                                  {mixing.keyMix.data(), xk},        {mixing.valueMix.data(), xv},
                                  {mixing.rateMix.data(), xa},       {mixing.gateMix.data(), xg}};
    shiftTokens(step, step.weights.timeMixingNorm.parameters(), 0, uses);

    const auto [decayHidden, rateHidden, gateHidden, valueHidden] = a.hidden;
    const LinearJob products[] = {{mixing.receptance.matrix(), xr, a.receptance},
                                  {mixing.key.matrix(), xk, a.key},
                                  {mixing.value.matrix(), xv, a.value},
                                  {mixing.decay.down.matrix(), xw, decayHidden},
                                  {mixing.rate.down.matrix(), xa, rateHidden},
                                  {mixing.gate.down.matrix(), xg, gateHidden},
                                  {mixing.firstValue.down.matrix(), xv, valueHidden}};
    backend.linear(std::span(products).first(isFirstLayer ? 6 : 7), tokens);

    // ω = w0 + tanh(x_w·w1)·w2;  a0 + x_a·a1·a2;  g = σ(x_g·g1)·g2;  v0 + x_v·v1·v2
    const auto map = [&](const LowRankWeights& weights, float* hidden, ActivationKind activation,
                         float* output) {
        return LowRank{.rank = weights.rank(),
                       .width = width,
                       .hidden = hidden,
                       .hiddenStride = 0,
                       .activation = activation,
                       .factor = weights.up.matrix(),
                       .bias = weights.bias.data(),
                       .output = output};
    };
    const LowRank maps[] = {map(mixing.decay, decayHidden, ActivationKind::Tanh, a.decayLogit),
                            map(mixing.rate, rateHidden, ActivationKind::None, a.rateLogit),
                            map(mixing.gate, gateHidden, ActivationKind::Sigmoid, a.gate),
                            map(mixing.firstValue, valueHidden, ActivationKind::None, a.valueMixLogit)};
    backend.lowRank(std::span(maps).first(isFirstLayer ? 3 : 4), tokens);

    const PerSequence<Wkv7> recurrences(step.sequences, [&](const SequenceStep& sequence) {
        return Wkv7{.tokens = sequence.tokens,
                    .heads = step.config.heads,
                    .headSize = step.config.headSize,
                    .receptance = sequence.rowsOf(a.receptance, width),
                    .key = sequence.rowsOf(a.key, width),
                    .value = sequence.rowsOf(a.value, width),
                    .decayLogit = sequence.rowsOf(a.decayLogit, width),
                    .rateLogit = sequence.rowsOf(a.rateLogit, width),
                    .valueMixLogit = isFirstLayer ? nullptr : sequence.rowsOf(a.valueMixLogit, width),
                    .gate = sequence.rowsOf(a.gate, width),
                    .firstLayerValue = sequence.rowsOf(a.firstLayerValue, width),
                    .removalScale = mixing.removalScale.data(),
                    .rateScale = mixing.rateScale.data(),
                    .bonus = mixing.bonus.data(),
                    .groupNorm = mixing.groupNorm.parameters(step.config.groupNormEpsilon),
                    .state = sequence.layerState + step.layout.wkv(),
                    .output = sequence.rowsOf(a.receptance, width)};
    });
    backend.wkv7(recurrences);

    const LinearJob output{.weights = mixing.output.matrix(),
                           .x = a.receptance,
                           .y = a.mixed,
                           .end = LinearEnd::AddToStream,
                           .stream = step.stream};
    backend.linear({&output, 1}, tokens);
}

} // namespace engine
