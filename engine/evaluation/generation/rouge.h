// rouge.h: ROUGE-1 and ROUGE-L of a continuation against a reference (Lin 2004), as Google's rouge-score
// computes them without its stemmer.
// Words are runs of a-z and 0-9 of the text in lower case; everything else separates words, letters with
// accents included.
//   ROUGE-1   shared words, each as often as in the text that has it less often
//   ROUGE-L   the longest common subsequence of words
//   F1        2 P R / (P + R), P = shared / words of the continuation, R = shared / words of the reference
// Threads: pure functions. Cost: ROUGE-L takes the product of both texts' words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine {

[[nodiscard]] std::vector<std::string> rougeWords(std::string_view text); // valid UTF-8

struct RougeScores {
    double rouge1 = 0; // F1, 0 to 1
    double rougeL = 0;
};

[[nodiscard]] RougeScores rouge(std::string_view continuation, std::string_view reference);

} // namespace engine
