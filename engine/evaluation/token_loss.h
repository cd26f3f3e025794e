// token_loss.h: how surprised a model was by a token.
// Threads: reentrant.
#pragma once

#include <span>

namespace engine {

// -ln softmax(logits)[target] in nats; `target` must be an index of `logits`. The exponentials are float32
// (relative error about 1e-7 each), the sum and the logarithm double. Not a number if a logit is.
[[nodiscard]] double tokenLoss(std::span<const float> logits, int target);

} // namespace engine
