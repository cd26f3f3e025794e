// Channel mixing of all versions: docs/spec/rwkv-models.md section 2. RWKV-7 has no receptance.
#include "engine/model/forward/forward_steps.h"

namespace engine {

void channelMixing(const ChannelMixingWeights& mixing, const NormWeights& norm, std::size_t shift,
                   const Step& step) {
    Activations& a = step.activations;
    Backend& backend = step.backend;
    const bool hasReceptance = !mixing.receptance.empty();

    float* xk = a.shifted[0];
    float* xr = a.shifted[1];
    const TokenShiftUse uses[] = {{mixing.keyMix.data(), xk}, {mixing.receptanceMix.data(), xr}};
    shiftTokens(step, norm.parameters(), shift, std::span(uses).first(hasReceptance ? 2 : 1));

    const LinearJob products[] = {
        {.weights = mixing.key.matrix(), .x = xk, .y = a.feedForward, .end = LinearEnd::SquaredRelu},
        {.weights = mixing.receptance.matrix(), .x = xr, .y = a.receptance}};
    backend.linear(std::span(products).first(hasReceptance ? 2 : 1), step.tokens);

    // W_v · relu(k)²
    const LinearJob value{.weights = mixing.value.matrix(),
                          .x = a.feedForward,
                          .y = a.mixed,
                          .end = LinearEnd::AddToStream,
                          .stream = step.stream,
                          .receptance = hasReceptance ? a.receptance : nullptr};
    backend.linear({&value, 1}, step.tokens);
}

} // namespace engine
