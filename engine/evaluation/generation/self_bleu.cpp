#include "engine/evaluation/generation/self_bleu.h"

#include "engine/evaluation/generation/bleu.h"
#include "engine/evaluation/generation/mteval_words.h"
#include "engine/evaluation/generation/ngrams.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

namespace engine {

namespace {

// The largest count of an n-gram in one text, whose that is, and the largest in any other text.
struct LargestCounts {
    std::size_t text = 0;
    int largest = 0;
    int next = 0;

    [[nodiscard]] int inOthersThan(std::size_t asking) const { return asking == text ? next : largest; }
};

using TextNgrams = std::vector<NgramCounts>; // [text]

// The shared n-grams of each text with all others.
std::vector<std::int64_t> matchesWithOthers(const TextNgrams& ngrams) {
    std::unordered_map<std::string, LargestCounts> all;
    for (std::size_t text = 0; text < ngrams.size(); ++text) {
        for (const auto& [ngram, count] : ngrams[text]) {
            LargestCounts& known = all[ngram];
            if (count > known.largest)
                known = {text, count, known.largest};
            else
                known.next = std::max(known.next, count);
        }
    }
    std::vector<std::int64_t> matches(ngrams.size(), 0);
    for (std::size_t text = 0; text < ngrams.size(); ++text) {
        for (const auto& [ngram, count] : ngrams[text])
            matches[text] += std::min(count, all.at(ngram).inOthersThan(text));
    }
    return matches;
}

std::int64_t nearestOtherLength(const std::vector<std::vector<std::string>>& words, std::size_t text) {
    const auto length = static_cast<std::int64_t>(words[text].size());
    std::int64_t nearest = -1;
    for (std::size_t other = 0; other < words.size(); ++other) {
        const auto candidate = static_cast<std::int64_t>(words[other].size());
        if (other == text)
            continue;
        const std::int64_t distance = std::abs(candidate - length), best = std::abs(nearest - length);
        if (nearest < 0 || distance < best || (distance == best && candidate < nearest))
            nearest = candidate;
    }
    return nearest;
}

} // namespace

std::vector<double> selfBleu(std::span<const std::string> texts) {
    if (texts.size() < 2)
        return {};
    std::vector<std::vector<std::string>> words;
    for (const std::string& text : texts)
        words.push_back(mtevalWords(text));

    std::vector<BleuCounts> counts(texts.size());
    for (int n = 1; n <= kBleuOrders; ++n) {
        TextNgrams ngrams;
        for (const auto& text : words)
            ngrams.push_back(countNgrams(text, n));
        const std::vector<std::int64_t> matches = matchesWithOthers(ngrams);
        for (std::size_t text = 0; text < texts.size(); ++text) {
            const auto order = static_cast<std::size_t>(n) - 1;
            const auto length = static_cast<std::int64_t>(words[text].size());
            counts[text].matches[order] = matches[text];
            counts[text].ngrams[order] = std::max<std::int64_t>(0, length - n + 1);
        }
    }
    std::vector<double> scores;
    for (std::size_t text = 0; text < texts.size(); ++text) {
        counts[text].words = static_cast<std::int64_t>(words[text].size());
        counts[text].referenceWords = nearestOtherLength(words, text);
        scores.push_back(bleu(counts[text]));
    }
    return scores;
}

} // namespace engine
