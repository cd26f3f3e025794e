// logit_loops.h: the loops of the sampler that touch every logit of a vocabulary (65536 for World), written
// so that the compiler uses vectors for them. Internal to this folder. They use no instruction beyond the
// baseline and no order that depends on the machine, so that the same logits give the same token everywhere.
#pragma once

#include <span>
#include <vector>

namespace engine {

// Makes NaN -inf and +inf the largest finite number; the largest of them, -inf for none.
[[nodiscard]] float cleanLogits(std::span<float> logits);

// logits[i] = exp((logits[i] - largest) * scale), relative error below 1e-6; returns their sum. What is below
// exp(-87) is 0.
double weighLogits(std::span<float> logits, float largest, float scale);

// A number that at least `count` of `values` reach, and not many more do; -inf if that cannot be told
// cheaply. `memory` is overwritten.
[[nodiscard]] float lowerBoundOfLargest(std::span<const float> values, std::size_t count,
                                        std::vector<float>& memory);

} // namespace engine
