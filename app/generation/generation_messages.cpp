#include "app/generation/generation_messages.h"

namespace app {

namespace {

// Less than this tells little: the first chunks also fetch the weights.
constexpr double kLeastSeconds = 1;

} // namespace

std::optional<double> PromptProgress::secondsLeft() const {
    if (tokensRead <= 0 || seconds < kLeastSeconds)
        return std::nullopt;
    return seconds / tokensRead * (promptTokens - tokensKnown);
}

} // namespace app
