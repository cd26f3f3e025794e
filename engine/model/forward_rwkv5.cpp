// RWKV-5.2 "Eagle" time mixing: spec/rwkv-models.md section 3.
#include "engine/model/forward_steps.h"

namespace engine {

void timeMixing(const Rwkv5TimeMixing& mixing, const Step& step) {
    Activations& a = step.activations;
    Backend& backend = step.backend;
    const int tokens = step.tokens;
    const int width = step.config.width;

    // x_z = p + (p⁻ - p) mix_z, z in k, v, r, g
    const auto [xk, xv, xr, xg, unused, alsoUnused] = a.shifted;
    const TokenShiftUse uses[] = {{mixing.keyMix.data(), xk},
                                  {mixing.valueMix.data(), xv},
                                  {mixing.receptanceMix.data(), xr},
                                  {mixing.gateMix.data(), xg}};
    shiftTokens(step, step.weights.timeMixingNorm.parameters(), &LayerState::attentionShift, uses);

    const LinearJob products[] = {{mixing.receptance.matrix(), xr, a.receptance},
                                  {mixing.key.matrix(), xk, a.key},
                                  {mixing.value.matrix(), xv, a.value},
                                  {mixing.gate.matrix(), xg, a.gate}};
    backend.linear(products, tokens);

    for (const SequenceStep& sequence : step.sequences)
        backend.wkv6({.tokens = sequence.tokens,
                      .heads = step.config.heads,
                      .headSize = step.config.headSize,
                      .receptance = sequence.rowsOf(a.receptance, width),
                      .key = sequence.rowsOf(a.key, width),
                      .value = sequence.rowsOf(a.value, width),
                      .gate = sequence.rowsOf(a.gate, width),
                      .decayLogit = mixing.decayLogit.data(),
                      .decayIsConstant = true,
                      .bonus = mixing.bonus.data(),
                      .groupNorm = mixing.groupNorm.parameters(step.config.groupNormEpsilon),
                      .state = sequence.state.wkv,
                      .output = sequence.rowsOf(a.receptance, width)});

    const LinearJob output{mixing.output.matrix(), a.receptance, a.mixed};
    backend.linear({&output, 1}, tokens);
    backend.addToStream({tokens, width, a.mixed, nullptr, step.stream});
}

} // namespace engine
