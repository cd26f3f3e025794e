// bleu.h: BLEU-4 of continuations against one reference each (Papineni et al. 2002), as sacrebleu 2
// computes it with its defaults: 13a words (mteval_words.h), the corpus's counts added up before anything
// is divided, exponential smoothing of orders without a match, effective order off.
//   precision_n = shared n-grams / n-grams of the continuations, n = 1..4
//   bleu        = 100 exp(min(0, 1 - reference words / continuation words)) (product of precision_n)^(1/4)
// An order without a match counts as half a match, the next such one as a quarter, and so on. The score is 0
// if nothing matches at all, or if the continuations have no n-gram of an order.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace engine {

inline constexpr int kBleuOrders = 4;

// What BLEU needs to know of a text or, added up, of many.
struct BleuCounts {
    std::array<std::int64_t, kBleuOrders> matches{}; // n-grams shared with the reference
    std::array<std::int64_t, kBleuOrders> ngrams{};  // of the continuation
    std::int64_t words = 0;                          // of the continuation
    std::int64_t referenceWords = 0;

    // Adds `times` times as much.
    void add(const BleuCounts& other, std::int64_t times = 1);
};

[[nodiscard]] BleuCounts bleuCounts(std::string_view continuation, std::string_view reference);
// The same of texts that are words already.
[[nodiscard]] BleuCounts bleuCounts(std::span<const std::string> continuation,
                                    std::span<const std::string> reference);

// The factor for continuations that are shorter than their references, 0 to 1.
[[nodiscard]] double brevityPenalty(const BleuCounts& counts);
[[nodiscard]] double bleu(const BleuCounts& counts); // 0 to 100

} // namespace engine
