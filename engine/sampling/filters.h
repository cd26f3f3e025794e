// filters.h: the sampler's filters, each on a list of candidates with positive weights (probabilities up to a
// common factor). The order of the list, by token, stays. Internal to this folder; sampler.h says what each
// keeps.
#pragma once

#include "engine/sampling/sampler.h"

#include <cstddef>
#include <span>
#include <vector>

namespace engine {

// Leaves in `candidates` the `count` largest of `logits` that are above -inf, with their logits as weights.
// Of equals the lower id comes first.
void findLargestLogits(std::span<const float> logits, std::size_t count, std::vector<Candidate>& candidates,
                       FilterMemory& memory);

void keepTypical(std::vector<Candidate>& candidates, double share, FilterMemory& memory);
// `total`: the weight of all tokens that the share is of, some of which may already be missing from the list
// because they are too unlikely to be kept.
void keepMostLikely(std::vector<Candidate>& candidates, double share, double total, FilterMemory& memory);
void keepAtLeast(std::vector<Candidate>& candidates, float shareOfLargest);

[[nodiscard]] double totalWeight(const std::vector<Candidate>& candidates);

} // namespace engine
