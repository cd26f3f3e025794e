// token_draw.h: the next token, drawn where the logits are, so that they need not travel.
// The chain is that of engine/sampling/sampler.h: bans, penalties, temperature, top-k, typical, top-p, min-p,
// one draw; of equals the lower id goes first. Sums are exact (64-bit fixed point), so the result does not
// depend on the order in which threads add; it may differ from the host's where a filter's border falls
// between two neighbours that rounding cannot tell apart.
// Shapes:  logits [V], not changed. Settings as SamplerSettings has them.
// Errors:  `isComplete` is false where the chain leaves more candidates than the kernel orders; then nothing
//          was drawn, and the host has to do it.
// Threads: as Backend.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace engine {

// A token that was seen: what its logit loses, after the repetition penalty.
struct TokenPenalty {
    int token = 0;
    float subtracted = 0; // presence, and frequency times the occurrences' weight
};

struct TokenDraw {
    int vocabulary = 0; // V: tokens that may be drawn
    const float* logits = nullptr;
    float temperature = 1; // 0: the largest logit
    int topK = 0;
    float topP = 1;
    float minP = 0;
    float typical = 1;
    float repetitionPenalty = 1;
    std::span<const TokenPenalty> penalties; // host memory; each token once, ids below V
    std::span<const int> banned;             // host memory; ids below V
    double uniform = 0;                      // in [0,1): where in the distribution the token is drawn
};

// Of the distribution that was drawn from, the most likely first.
inline constexpr std::size_t kDrawnBest = 10;

struct DrawnToken {
    bool isComplete = false;
    int token = 0;
    float probability = 0;
    int bestCount = 0;
    std::array<int, kDrawnBest> bestTokens{};
    std::array<float, kDrawnBest> bestProbabilities{};
};

namespace cuda {
struct Stream;
class DrawMemory;
// Waits for the result.
[[nodiscard]] DrawnToken drawToken(const TokenDraw& op, DrawMemory& memory, const Stream& stream);
} // namespace cuda

} // namespace engine
