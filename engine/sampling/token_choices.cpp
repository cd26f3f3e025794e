#include "engine/sampling/token_choices.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace engine {

TokenChoices tokenChoices(std::span<const float> logits, int taken, int count) {
    assert(taken >= 0 && static_cast<std::size_t>(taken) < logits.size());
    constexpr float kImpossible = -std::numeric_limits<float>::infinity();
    const auto logit = [&](int token) {
        const float value = logits[static_cast<std::size_t>(token)];
        return std::isnan(value) ? kImpossible : value;
    };
    const auto isAhead = [&](int a, int b) { return logit(a) != logit(b) ? logit(a) > logit(b) : a < b; };

    TokenChoices choices;
    choices.rank = 1;
    std::vector<int> best; // a heap, the least likely of them in front
    float largest = kImpossible;
    for (int token = 0; token < static_cast<int>(logits.size()); ++token) {
        if (logit(token) == kImpossible)
            continue;
        largest = std::max(largest, logit(token));
        if (isAhead(token, taken))
            ++choices.rank;
        if (static_cast<int>(best.size()) < count) {
            best.push_back(token);
            std::ranges::push_heap(best, isAhead);
        } else if (count > 0 && isAhead(token, best.front())) {
            std::ranges::pop_heap(best, isAhead);
            best.back() = token;
            std::ranges::push_heap(best, isAhead);
        }
    }
    std::ranges::sort_heap(best, isAhead);
    double sum = 0;
    for (int token = 0; token < static_cast<int>(logits.size()); ++token)
        sum += std::exp(static_cast<double>(logit(token)) - static_cast<double>(largest));
    const double normaliser = static_cast<double>(largest) + std::log(sum);
    const auto logProbability = [&](int token) {
        return logit(token) == kImpossible
                   ? kImpossible
                   : static_cast<float>(static_cast<double>(logit(token)) - normaliser);
    };
    choices.logProbability = logProbability(taken);
    for (const int token : best)
        choices.best.push_back({token, logProbability(token)});
    return choices;
}

} // namespace engine
