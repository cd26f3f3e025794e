#include "engine/evaluation/generation/repetition.h"

#include "engine/evaluation/generation/mteval_words.h"
#include "engine/evaluation/generation/ngrams.h"

namespace engine {

RepeatedNgrams repeatedFourGrams(std::string_view text) {
    constexpr int kOrder = 4;
    const auto words = mtevalWords(text);
    const NgramCounts counts = countNgrams(words, kOrder);
    RepeatedNgrams result;
    for (const auto& [ngram, count] : counts)
        result.all += count;
    result.repeated = result.all - static_cast<std::int64_t>(counts.size());
    return result;
}

} // namespace engine
