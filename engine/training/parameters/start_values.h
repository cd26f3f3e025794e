// start_values.h: the parameters before the first training step, each tensor by its start rule.
// Threads: a pure function of layout and seed.
#pragma once

#include "engine/formats/checkpoint.h"
#include "engine/training/parameters/parameter_layout.h"

#include <cstdint>
#include <span>

namespace engine {

// Fills `values` [layout.size()]; padding between tensors becomes 0. The base's values depend on its own
// sizes and the seed only, so that base and enhanced models of one seed start from the same base.
void setStartValues(const ParameterLayout& layout, std::uint64_t seed, std::span<float> values);

// Changes the start values of gates for a base that was trained without them (docs/spec/enhanced-rwkv.md
// sections 4 and 11). Routings and gates of sources add nothing at first, as the weights of what they add
// start at 0; the gate of the paper's version 1, which adds the row before as it is, starts all but closed.
// Without LayerNorm the model then starts as its base.
void startGatesWithoutEffect(const ParameterLayout& layout, std::span<float> values);

// Gives each sparse block that `model` lacks the matrices of the RWKV block before it, as `values` has them
// (docs/spec/rwkv-x.md section 6).
void copyIntoSparseBlocks(const ParameterLayout& layout, const Checkpoint& model, std::span<float> values);

} // namespace engine
