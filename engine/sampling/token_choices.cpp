#include "engine/sampling/token_choices.h"

#include "engine/sampling/logit_loops.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace engine {

TokenChoices tokenChoices(std::span<float> logits, int taken, int count) {
    assert(taken >= 0 && static_cast<std::size_t>(taken) < logits.size());
    constexpr float kImpossible = -std::numeric_limits<float>::infinity();
    const float largest = cleanLogits(logits);
    const auto isAhead = [](const TokenChoice& a, const TokenChoice& b) {
        return a.logProbability != b.logProbability ? a.logProbability > b.logProbability : a.token < b.token;
    };

    // Logits, until their sum is known.
    const TokenChoice own{taken, logits[static_cast<std::size_t>(taken)]};
    TokenChoices choices;
    choices.rank = 1;
    std::vector<TokenChoice>& best = choices.best; // a heap, the least likely of them in front
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const TokenChoice choice{static_cast<int>(i), logits[i]};
        if (choice.logProbability == kImpossible)
            continue;
        choices.rank += isAhead(choice, own) ? 1 : 0;
        if (best.size() < static_cast<std::size_t>(count)) {
            best.push_back(choice);
            std::ranges::push_heap(best, isAhead);
        } else if (!best.empty() && isAhead(choice, best.front())) {
            std::ranges::pop_heap(best, isAhead);
            best.back() = choice;
            std::ranges::push_heap(best, isAhead);
        }
    }
    std::ranges::sort_heap(best, isAhead);
    choices.logProbability = own.logProbability;
    if (largest == kImpossible)
        return choices;
    const double normaliser = static_cast<double>(largest) + std::log(weighLogits(logits, largest, 1));
    const auto normalise = [normaliser](float& logit) {
        logit = static_cast<float>(static_cast<double>(logit) - normaliser);
    };
    normalise(choices.logProbability);
    for (TokenChoice& choice : best)
        normalise(choice.logProbability);
    return choices;
}

} // namespace engine
