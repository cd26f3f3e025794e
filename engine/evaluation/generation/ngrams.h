// ngrams.h: how often each run of n words stands in a text.
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace engine {

// The n-gram's words with a space between, so words must not contain one.
using NgramCounts = std::unordered_map<std::string, int>;

// Empty if there are fewer than `order` words. `order` is at least 1.
[[nodiscard]] NgramCounts countNgrams(std::span<const std::string> words, int order);

// Of two texts: the sum over all n-grams of the smaller of their counts.
[[nodiscard]] int sharedNgrams(const NgramCounts& a, const NgramCounts& b);

} // namespace engine
