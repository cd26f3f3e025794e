#include "engine/evaluation/generation/ngrams.h"

#include <algorithm>

namespace engine {

NgramCounts countNgrams(std::span<const std::string> words, int order) {
    NgramCounts counts;
    const auto length = static_cast<std::size_t>(order);
    for (std::size_t begin = 0; begin + length <= words.size(); ++begin) {
        std::string ngram = words[begin];
        for (std::size_t i = begin + 1; i < begin + length; ++i) {
            ngram += ' ';
            ngram += words[i];
        }
        ++counts[std::move(ngram)];
    }
    return counts;
}

int sharedNgrams(const NgramCounts& a, const NgramCounts& b) {
    int shared = 0;
    for (const auto& [ngram, count] : a) {
        if (const auto found = b.find(ngram); found != b.end())
            shared += std::min(count, found->second);
    }
    return shared;
}

} // namespace engine
