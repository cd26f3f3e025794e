// repetition.h: how much a text repeats itself: the share of its 4-grams that stood in it before (rep-4 of
// Welleck et al. 2020, "Neural text generation with unlikelihood training"). Words are those of BLEU
// (mteval_words.h), so that models with different vocabularies compare.
// Threads: pure function.
#pragma once

#include <cstdint>
#include <string_view>

namespace engine {

struct RepeatedNgrams {
    std::int64_t repeated = 0; // 4-grams that stood earlier in the same text
    std::int64_t all = 0;      // 4-grams of the text; 0 if it has fewer than four words
};

[[nodiscard]] RepeatedNgrams repeatedFourGrams(std::string_view text);

} // namespace engine
