#include "engine/evaluation/generation/rouge.h"

#include "engine/evaluation/generation/ngrams.h"

#include <algorithm>
#include <cstddef>

namespace engine {

namespace {

// The only characters beyond ASCII whose lower case has an ASCII letter: the Kelvin sign is a k, and an I
// with a dot is an i with a combining dot.
constexpr std::string_view kKelvin = "\xE2\x84\xAA", kDottedI = "\xC4\xB0";

double f1(std::size_t shared, std::size_t words, std::size_t referenceWords) {
    if (shared == 0)
        return 0;
    const double precision = static_cast<double>(shared) / static_cast<double>(words);
    const double recall = static_cast<double>(shared) / static_cast<double>(referenceWords);
    return 2 * precision * recall / (precision + recall);
}

std::size_t longestCommonSubsequence(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    // [i]: of the words of a read so far and the first i of b.
    std::vector<std::size_t> lengths(b.size() + 1, 0);
    for (const std::string& word : a) {
        std::size_t diagonal = 0;
        for (std::size_t i = 1; i < lengths.size(); ++i) {
            const std::size_t above = lengths[i];
            lengths[i] = word == b[i - 1] ? diagonal + 1 : std::max(above, lengths[i - 1]);
            diagonal = above;
        }
    }
    return lengths.back();
}

} // namespace

std::vector<std::string> rougeWords(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    const auto endWord = [&] {
        if (!word.empty())
            words.push_back(std::move(word));
        word.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            word += c;
        } else if (c >= 'A' && c <= 'Z') {
            word += static_cast<char>(c - 'A' + 'a');
        } else if (text.substr(i).starts_with(kKelvin)) {
            word += 'k';
            i += kKelvin.size() - 1;
        } else if (text.substr(i).starts_with(kDottedI)) {
            word += 'i';
            i += kDottedI.size() - 1;
            endWord(); // the combining dot separates
        } else {
            endWord();
        }
    }
    endWord();
    return words;
}

RougeScores rouge(std::string_view continuation, std::string_view reference) {
    const std::vector<std::string> words = rougeWords(continuation), expected = rougeWords(reference);
    const auto shared =
        static_cast<std::size_t>(sharedNgrams(countNgrams(words, 1), countNgrams(expected, 1)));
    return {f1(shared, words.size(), expected.size()),
            f1(longestCommonSubsequence(words, expected), words.size(), expected.size())};
}

} // namespace engine
