#include "engine/evaluation/generation/bleu.h"

#include "engine/evaluation/generation/mteval_words.h"
#include "engine/evaluation/generation/ngrams.h"

#include <algorithm>
#include <cmath>

namespace engine {

void BleuCounts::add(const BleuCounts& other, std::int64_t times) {
    for (std::size_t n = 0; n < matches.size(); ++n) {
        matches[n] += times * other.matches[n];
        ngrams[n] += times * other.ngrams[n];
    }
    words += times * other.words;
    referenceWords += times * other.referenceWords;
}

BleuCounts bleuCounts(std::string_view continuation, std::string_view reference) {
    return bleuCounts(mtevalWords(continuation), mtevalWords(reference));
}

BleuCounts bleuCounts(std::span<const std::string> continuation, std::span<const std::string> reference) {
    BleuCounts counts;
    counts.words = static_cast<std::int64_t>(continuation.size());
    counts.referenceWords = static_cast<std::int64_t>(reference.size());
    for (int n = 1; n <= kBleuOrders; ++n) {
        const auto order = static_cast<std::size_t>(n) - 1;
        counts.matches[order] = sharedNgrams(countNgrams(continuation, n), countNgrams(reference, n));
        counts.ngrams[order] = std::max<std::int64_t>(0, counts.words - n + 1);
    }
    return counts;
}

double brevityPenalty(const BleuCounts& counts) {
    if (counts.words >= counts.referenceWords)
        return 1;
    if (counts.words == 0)
        return 0;
    return std::exp(1 - static_cast<double>(counts.referenceWords) / static_cast<double>(counts.words));
}

double bleu(const BleuCounts& counts) {
    if (std::ranges::all_of(counts.matches, [](std::int64_t count) { return count == 0; }))
        return 0;
    double logarithms = 0;
    double smoothing = 1;
    for (std::size_t n = 0; n < counts.matches.size(); ++n) {
        if (counts.ngrams[n] == 0)
            return 0;
        double matches = static_cast<double>(counts.matches[n]);
        if (counts.matches[n] == 0) {
            smoothing /= 2;
            matches = smoothing;
        }
        logarithms += std::log(100 * matches / static_cast<double>(counts.ngrams[n]));
    }
    return brevityPenalty(counts) * std::exp(logarithms / kBleuOrders);
}

} // namespace engine
