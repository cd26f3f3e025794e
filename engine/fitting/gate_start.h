// gate_start.h: start values of a gate on a base that has been trained without it.
// Source:  docs/spec/enhanced-rwkv.md sections 4 and 11.
// Threads: pure function.
#pragma once

#include "engine/training/parameters/parameter_layout.h"

#include <cstdint>
#include <span>

namespace engine {

// Fills in the trained parameters. Routings and gates of sources add nothing at first, as the weights of what
// they add start at 0; the gate of the paper's version 1, which adds the row before as it is, starts all but
// closed. Without LayerNorm the model then starts as its base.
void setGateStart(const ParameterLayout& layout, std::uint64_t seed, std::span<float> parameters);

} // namespace engine
