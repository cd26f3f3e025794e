// generation_scores.h: how near continuations come to what the authors wrote, and how much they repeat.
// Source:  docs/spec/enhanced-rwkv.md section 10, "Generation".
// Intervals are bootstrapped over texts (bootstrap.h). BLEU is of all texts together and drawn anew as such;
// ROUGE and self-BLEU are means over texts; repeated 4-grams are a share of all 4-grams. What a text scores
// in self-BLEU stays the same in every drawing: drawn twice, it would find itself among the others.
// Threads: pure function.
#pragma once

#include "engine/evaluation/bootstrap.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace engine {

struct GenerationScores {
    std::size_t texts = 0;
    Estimate bleu;   // 0 to 100
    Estimate rouge1; // F1, 0 to 1
    Estimate rougeL;
    std::optional<Estimate> selfBleu;          // 0 to 100; absent for a single text
    std::optional<Estimate> repeatedFourGrams; // 0 to 1; absent if no text has four words
    double brevityPenalty = 0;                 // of BLEU
    double lengthRatio = 0;                    // words of the continuations / words of the references
};

// `continuations` and `references` have the same size, at least 1. A length ratio to nothing is 0.
[[nodiscard]] GenerationScores scoreGenerations(std::span<const std::string> continuations,
                                                std::span<const std::string> references,
                                                const BootstrapSettings& settings);

} // namespace engine
