// fit_sizes.h: how many tokens a fit works on at a time, so that it stays within its memory.
// Threads: pure function.
#pragma once

#include "engine/training/parameters/parameter_layout.h"

namespace engine {

struct FitSizes {
    int sequences = 4;            // read side by side; a multiple of the threads
    int window = 256;             // tokens between cuts of the gradient
    std::size_t decodedBytes = 0; // of the base that may be kept decoded
};

// What a forward pass keeps for the backward pass stays within about 1 GB, with the decoded head and the
// scratch of `threads` threads.
[[nodiscard]] FitSizes fitSizes(const ParameterLayout& layout, int threads);

} // namespace engine
