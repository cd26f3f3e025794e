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
    backend.tokenShift({.tokens = tokens,
                        .width = width,
                        .stream = step.stream,
                        .norm = step.weights.timeMixingNorm.parameters(),
                        .previous = step.state.attentionShift,
                        .normalised = a.normalised,
                        .uses = uses});

    const LinearJob products[] = {{mixing.receptance.matrix(), xr, a.receptance},
                                  {mixing.key.matrix(), xk, a.key},
                                  {mixing.value.matrix(), xv, a.value},
                                  {mixing.gate.matrix(), xg, a.gate}};
    backend.linear(products, tokens);

    backend.wkv6({.tokens = tokens,
                  .heads = step.config.heads,
                  .headSize = step.config.headSize,
                  .receptance = a.receptance,
                  .key = a.key,
                  .value = a.value,
                  .gate = a.gate,
                  .decayLogit = mixing.decayLogit.data(),
                  .decayIsConstant = true,
                  .bonus = mixing.bonus.data(),
                  .groupNorm = mixing.groupNorm.parameters(step.config.groupNormEpsilon),
                  .state = step.state.wkv,
                  .output = a.receptance});

    const LinearJob output{mixing.output.matrix(), a.receptance, a.mixed};
    backend.linear({&output, 1}, tokens);
    backend.addToStream({tokens, width, a.mixed, nullptr, step.stream});
}

} // namespace engine
