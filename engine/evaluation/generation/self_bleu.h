// self_bleu.h: how alike texts are (Zhu et al. 2018, "Texygen"): BLEU-4 of each with all others as its
// references. High figures say that a model writes the same again and again.
// BLEU as in bleu.h with several references, as sacrebleu 2 has it: an n-gram matches as often as it stands
// in the reference that has it most often, and the reference length is the one nearest to the text's own, the
// shorter of two equally near.
// Threads: pure function. Cost: of order of the number of n-grams of all texts.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace engine {

// Of each text, 0 to 100. With fewer than two texts there is nothing to compare: empty.
[[nodiscard]] std::vector<double> selfBleu(std::span<const std::string> texts);

} // namespace engine
