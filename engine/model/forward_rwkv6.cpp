// RWKV-6 "Finch" time mixing: spec/rwkv-models.md section 4.
#include "engine/model/forward_steps.h"

namespace engine {

void timeMixing(const Rwkv6TimeMixing& mixing, const Step& step) {
    Activations& a = step.activations;
    Backend& backend = step.backend;
    const int tokens = step.tokens;
    const int width = step.config.width;

    // z = (p + (p⁻ - p) maa_x) · A
    const TokenShiftUse use{mixing.mixMix.data(), a.shifted[5]};
    shiftTokens(step, step.weights.timeMixingNorm.parameters(), &LayerState::attentionShift, {&use, 1});
    const LinearJob mixDown{mixing.mixDown.matrix(), a.shifted[5], a.hidden[0]};
    backend.linear({&mixDown, 1}, tokens);

    // x_j = p + (p⁻ - p) (maa_j + tanh(z_j) · B_j), j in w, k, v, r, g
    for (const SequenceStep& sequence : step.sequences) {
        DynamicShift shift{.tokens = sequence.tokens,
                           .width = width,
                           .rank = mixing.mixRank(),
                           .normalised = step.normalisedOf(sequence),
                           .mixHidden = sequence.rowsOf(a.hidden[0], kDynamicShiftUses * mixing.mixRank()),
                           .factors = mixing.mixUp.data(),
                           .uses = {}};
        for (std::size_t j = 0; j < kDynamicShiftUses; ++j)
            shift.uses[j] = {mixing.mixes[j].data(), sequence.rowsOf(a.shifted[j], width)};
        backend.dynamicShift(shift);
    }
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
                        .factor = mixing.decay.up.data(),
                        .bias = mixing.decay.bias.data(),
                        .output = a.decayLogit};
    backend.lowRank({&decay, 1}, tokens);

    for (const SequenceStep& sequence : step.sequences)
        backend.wkv6({.tokens = sequence.tokens,
                      .heads = step.config.heads,
                      .headSize = step.config.headSize,
                      .receptance = sequence.rowsOf(a.receptance, width),
                      .key = sequence.rowsOf(a.key, width),
                      .value = sequence.rowsOf(a.value, width),
                      .gate = sequence.rowsOf(a.gate, width),
                      .decayLogit = sequence.rowsOf(a.decayLogit, width),
                      .decayIsConstant = false,
                      .bonus = mixing.bonus.data(),
                      .groupNorm = mixing.groupNorm.parameters(step.config.groupNormEpsilon),
                      .state = sequence.state.wkv,
                      .output = sequence.rowsOf(a.receptance, width)});

    const LinearJob output{mixing.output.matrix(), a.receptance, a.mixed};
    backend.linear({&output, 1}, tokens);
    backend.addToStream({tokens, width, a.mixed, nullptr, step.stream});
}

} // namespace engine
