// token_choices.h: the tokens that a model held likely at one place, as a reader is shown them.
// All of it is about the model's own distribution, softmax of its logits, before a sampler changes anything.
// Threads: any.
#pragma once

#include <span>
#include <vector>

namespace engine {

struct TokenChoice {
    int token = 0;
    float logProbability = 0; // natural logarithm
    bool operator==(const TokenChoice&) const = default;
};

struct TokenChoices {
    int rank = 0;             // of the token that was taken; 1: none is more likely. 0: nothing was collected
    float logProbability = 0; // its own; -inf if the model held it impossible
    std::vector<TokenChoice> best; // the most likely first; of equals the lower id

    bool operator==(const TokenChoices&) const = default;
};

// `logits` [V], V > 0, is scratch afterwards; NaN counts as -inf, and tokens at -inf are no choices. `taken`
// in 0 .. V-1, `count` >= 0. Log-probabilities are right to about 1e-6 (logit_loops.h).
[[nodiscard]] TokenChoices tokenChoices(std::span<float> logits, int taken, int count);

} // namespace engine
