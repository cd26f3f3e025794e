// RWKV-5.2 "Eagle" time mixing: docs/spec/rwkv-models.md section 3.
#include "engine/model/forward/forward_steps.h"

namespace engine {

void timeMixing(const Rwkv5TimeMixing& mixing, const Step& step) {
    Activations& a = step.activations;
    Backend& backend = step.backend;
    const int tokens = step.tokens;

    // x_z = p + (p⁻ - p) mix_z, z in k, v, r, g
    const auto [xk, xv, xr, xg, unused, alsoUnused] = a.shifted;
    const TokenShiftUse uses[] = {{mixing.keyMix.data(), xk},
                                  {mixing.valueMix.data(), xv},
                                  {mixing.receptanceMix.data(), xr},
                                  {mixing.gateMix.data(), xg}};
    shiftTokens(step, step.weights.timeMixingNorm.parameters(), 0, uses);

    const LinearJob products[] = {{mixing.receptance.matrix(), xr, a.receptance},
                                  {mixing.key.matrix(), xk, a.key},
                                  {mixing.value.matrix(), xv, a.value},
                                  {mixing.gate.matrix(), xg, a.gate}};
    backend.linear(products, tokens);

    recurrence(step, mixing.bonus, mixing.groupNorm, mixing.decayLogit.data());

    const LinearJob output{.weights = mixing.output.matrix(),
                           .x = a.receptance,
                           .y = a.mixed,
                           .end = LinearEnd::AddToStream,
                           .stream = step.stream};
    backend.linear({&output, 1}, tokens);
}

} // namespace engine
