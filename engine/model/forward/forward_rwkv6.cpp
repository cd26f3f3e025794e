// RWKV-6 "Finch" time mixing: docs/spec/rwkv-models.md section 4.
#include "engine/model/forward/forward_steps.h"

namespace engine {

void timeMixing(const Rwkv6TimeMixing& mixing, const Step& step) {
    Activations& a = step.activations;
    Backend& backend = step.backend;
    const int tokens = step.tokens;
    const int width = step.config.width;

    // z = (p + (p⁻ - p) maa_x) · A
    const TokenShiftUse use{mixing.mixMix.data(), a.shifted[5]};
    shiftTokens(step, step.weights.timeMixingNorm.parameters(), 0, {&use, 1});
    const LinearJob mixDown{mixing.mixDown.matrix(), a.shifted[5], a.hidden[0]};
    backend.linear({&mixDown, 1}, tokens);

    // x_j = p + (p⁻ - p) (maa_j + tanh(z_j) · B_j), j in w, k, v, r, g
    const PerSequence<DynamicShift> shifts(step.sequences, [&](const SequenceStep& sequence) {
        DynamicShift shift{.tokens = sequence.tokens,
                           .width = width,
                           .rank = mixing.mixRank(),
                           .normalised = step.normalisedOf(sequence),
                           .mixHidden = sequence.rowsOf(a.hidden[0], kDynamicShiftUses * mixing.mixRank()),
                           .factors = mixing.mixUp.matrix(),
                           .uses = {}};
        for (std::size_t j = 0; j < kDynamicShiftUses; ++j)
            shift.uses[j] = {mixing.mixes[j].data(), sequence.rowsOf(a.shifted[j], width)};
        return shift;
    });
    backend.dynamicShift(shifts);
    const auto [xw, xk, xv, xr, xg, unused] = a.shifted;

    const LinearJob products[] = {{mixing.receptance.matrix(), xr, a.receptance},
                                  {mixing.key.matrix(), xk, a.key},
                                  {mixing.value.matrix(), xv, a.value},
                                  {mixing.gate.matrix(), xg, a.gate},
                                  {mixing.decay.down.matrix(), xw, a.hidden[1]}};
    backend.linear(products, tokens);

    // d = time_decay + tanh(x_w · w1) · w2
    const LowRank decay{.rank = mixing.decay.rank(),
                        .width = width,
                        .hidden = a.hidden[1],
                        .hiddenStride = 0,
                        .activation = ActivationKind::Tanh,
                        .factor = mixing.decay.up.matrix(),
                        .bias = mixing.decay.bias.data(),
                        .output = a.decayLogit};
    backend.lowRank({&decay, 1}, tokens);

    recurrence(step, mixing.bonus, mixing.groupNorm, nullptr);

    const LinearJob output{.weights = mixing.output.matrix(),
                           .x = a.receptance,
                           .y = a.mixed,
                           .end = LinearEnd::AddToStream,
                           .stream = step.stream};
    backend.linear({&output, 1}, tokens);
}

} // namespace engine
