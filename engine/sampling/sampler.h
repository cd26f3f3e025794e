// sampler.h: from logits to the next token.
// Order: bans (-inf), penalties over the history, temperature, then the filters top-k, typical, top-p, min-p,
// then one draw.
// Filters: each one judges what the one before left, probabilities scaled to a sum of 1; of equals the lower
// id goes first.
//   top-k    the k most likely
//   typical  the fewest tokens that make up this share, those with -log(p) nearest to the entropy first
//   top-p    the fewest tokens that make up this share, the most likely first
//   min-p    those at least minP times as likely as the most likely one
// Penalties: repetition divides positive and multiplies negative logits of tokens seen; presence subtracts
// once, frequency subtracts per weighted occurrence; each occurrence's weight is multiplied by penaltyDecay
// at every later token.
// Same settings, seed, history and logits give the same token.
// Threads: a value; one thread at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/core/random.h"
#include "engine/operations/draw/token_draw.h"
#include "engine/sampling/filter_memory.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace engine {

struct SamplerSettings {
    float temperature = 0.8f; // 0: greedy, the largest logit, lowest id on ties
    int topK = 0;             // 0: off
    float topP = 0.92f;       // 1: off; 0: the most likely token
    float minP = 0.0f;        // 0: off
    float typical = 1.0f;     // 1: off
    float presencePenalty = 0.0f;
    float frequencyPenalty = 0.0f;
    float repetitionPenalty = 1.0f; // 1: off
    float penaltyDecay = 0.996f;    // weight of an occurrence per later token, (0, 1]
    std::vector<int> bannedTokens;  // ids beyond the logits are passed over
    std::uint64_t seed = 0;

    // Errors: InvalidArgument naming the value out of range.
    [[nodiscard]] Expected<void> validate() const;
    bool operator==(const SamplerSettings&) const = default;
};

struct Candidate {
    int token = 0;
    float probability = 0;
    bool operator==(const Candidate&) const = default;
};

class Sampler {
public:
    // `settings` must be valid.
    explicit Sampler(const SamplerSettings& settings);

    // Counts a token of the text (prompt or generated) for the penalties.
    void observe(int token);
    // Draws from `logits` [V], V > 0, and observes the result. `logits` is scratch afterwards. NaN counts as
    // -inf; if nothing is left the best unbanned token is taken (all being equal then, the one with the
    // lowest id; 0 if all are banned).
    [[nodiscard]] int sample(std::span<float> logits);
    // What a device needs to draw in this sampler's place from logits [vocabulary] that it has; valid until
    // the next call. accept() then takes the place of sample().
    [[nodiscard]] TokenDraw onDevice(int vocabulary);
    void accept(const DrawnToken& drawn);
    // The distribution that the last sample() drew from, most likely first; one token with probability 1 if
    // it was greedy; after accept() the best of it. Sorted when first asked for.
    [[nodiscard]] const std::vector<Candidate>& candidates() const;
    // The probability in it of the token that was drawn, at no cost.
    [[nodiscard]] float drawnProbability() const { return m_drawn.probability; }

private:
    // Per token seen: its decayed count, valid at `step`.
    struct Occurrences {
        double weight = 0;
        std::int64_t step = 0;
    };

    [[nodiscard]] bool hasPenalties() const;
    [[nodiscard]] double subtracted(const Occurrences& seen) const;
    void applyBans(std::span<float> logits) const;
    void applyPenalties(std::span<float> logits) const;
    [[nodiscard]] int lowestUnbanned(std::size_t vocabulary) const;
    void filter(std::span<float> logits, float largest);
    [[nodiscard]] Candidate draw();

    SamplerSettings m_settings;
    Random m_random;
    std::unordered_map<int, Occurrences> m_history;
    std::int64_t m_step = 0; // tokens observed
    Candidate m_drawn;
    mutable std::vector<Candidate> m_candidates; // by token until sorted
    mutable bool m_isSorted = true;
    FilterMemory m_memory;
    std::vector<TokenPenalty> m_penalties; // of onDevice()
    std::vector<int> m_banned;
};

} // namespace engine
