// Channel mixing of all versions: spec/rwkv-models.md section 2. RWKV-7 has no receptance.
#include "engine/model/forward_steps.h"

namespace engine {

void channelMixing(const ChannelMixingWeights& mixing, const Step& step) {
    Activations& a = step.activations;
    Backend& backend = step.backend;
    const int tokens = step.tokens;
    const int width = step.config.width;
    const bool hasReceptance = !mixing.receptance.empty();

    float* xk = a.shifted[0];
    float* xr = a.shifted[1];
    const TokenShiftUse uses[] = {{mixing.keyMix.data(), xk}, {mixing.receptanceMix.data(), xr}};
    shiftTokens(step, step.weights.channelMixingNorm.parameters(), &LayerState::feedForwardShift,
                std::span(uses).first(hasReceptance ? 2 : 1));

    const LinearJob products[] = {{mixing.key.matrix(), xk, a.feedForward},
                                  {mixing.receptance.matrix(), xr, a.receptance}};
    backend.linear(std::span(products).first(hasReceptance ? 2 : 1), tokens);

    // W_v · relu(k)²
    backend.activation({ActivationKind::SquaredRelu, tokens, step.config.feedForward, a.feedForward});
    const LinearJob value{mixing.value.matrix(), a.feedForward, a.mixed};
    backend.linear({&value, 1}, tokens);
    backend.addToStream({tokens, width, a.mixed, hasReceptance ? a.receptance : nullptr, step.stream});
}

} // namespace engine
