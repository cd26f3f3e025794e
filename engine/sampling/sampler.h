// sampler.h: from logits to the next token. Source: docs/spec/sampling.md, which has every formula.
// Order: penalties over the history, DRY, bans (-inf), temperature, then the filters top-k, typical, top-p,
// min-p, XTC, then the biases, then one draw.
// Filters: each one judges what the one before left, probabilities scaled to a sum of 1; of equals the lower
// id goes first.
//   top-k    the k most likely
//   typical  the fewest tokens that make up this share, those with -log(p) nearest to the entropy first
//   top-p    the fewest tokens that make up this share, the most likely first
//   min-p    those at least minP times as likely as the most likely one
//   XTC      by chance leaves out those of at least this probability, but for the least likely of them
// Penalties: repetition divides positive and multiplies negative logits of tokens seen; presence subtracts
// once, frequency subtracts per weighted occurrence; each occurrence's weight is multiplied by penaltyDecay
// at every later token. DRY subtracts from what would go on a repetition, the more the longer it is already.
// Biases: b multiplies a token's weight by exp(b). One above 0 also brings back what the filters left out;
// -inf takes the token away.
// Same settings, seed, history and logits give the same token.
// Threads: a value; one thread at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/core/random.h"
#include "engine/operations/draw/token_draw.h"
#include "engine/sampling/filter_memory.h"

#include <cstdint>
#include <map>
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
    float dryMultiplier = 0.0f;     // 0: off
    float dryBase = 1.75f;          // 1 or more: what a repetition costs grows by this per token
    int dryAllowedLength = 2;       // tokens; shorter repetitions cost nothing
    int dryRange = 2048;            // how many tokens back repetitions are looked for; 0: all
    std::vector<int> dryBreakers;   // ids over which no repetition runs, ascending
    float xtcThreshold = 0.1f;      // above 0.5 there are never two such tokens
    float xtcProbability = 0.0f;    // 0: off
    std::map<int, float> biases;    // by id; -inf allowed
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
    // From now on what is observed can be taken back, the last token first; false: no longer. The tokens
    // before stay. The random numbers go on in any case.
    void setUndoable(bool isUndoable);
    void takeBack();
    // Whether a device can draw in this sampler's place: DRY, XTC and biases are the processor's.
    [[nodiscard]] bool drawsOnDevice() const;
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

    // A token as it was before it was seen the last time.
    struct Undo {
        int token = 0;
        Occurrences before;
    };

    [[nodiscard]] bool hasPenalties() const;
    [[nodiscard]] double subtracted(const Occurrences& seen) const;
    void applyBans(std::span<float> logits) const;
    void applyPenalties(std::span<float> logits) const;
    void applyDry(std::span<float> logits);
    void applyXtc();
    void applyBiases(std::span<float> logits, float scale, float largest);
    [[nodiscard]] Candidate greedy(std::span<const float> logits) const;
    [[nodiscard]] bool isRemoved(int token) const; // by its bias
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
    bool m_keepsLogits = false; // the last logits were not made weights, as top-k took the few it needs
    FilterMemory m_memory;
    std::vector<Undo> m_undo; // of the tokens that can be taken back
    bool m_isUndoable = false;
    std::vector<int> m_text;                // what was observed, as far as DRY looks
    std::unordered_map<int, int> m_repeats; // of applyDry()
    std::vector<int> m_repeatMemory;        // likewise
    std::vector<Candidate> m_biased;        // of applyBiases()
    std::vector<TokenPenalty> m_penalties;  // of onDevice()
    std::vector<int> m_banned;
};

} // namespace engine
