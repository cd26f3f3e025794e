// filter_memory.h: working memory of filters.h, which the sampler keeps so that a token allocates nothing.
#pragma once

#include <vector>

namespace engine {

struct FilterMemory {
    // A candidate in a filter's order: smaller keys go first.
    struct Ranked {
        float key = 0;
        int token = 0;
        float weight = 0;
        bool operator<(const Ranked& other) const {
            return key != other.key ? key < other.key : token < other.token;
        }
    };

    std::vector<float> keys; // one per candidate
    std::vector<Ranked> ranked;
    std::vector<float> blockMaxima; // of a vocabulary's blocks (logit_loops.h)
};

} // namespace engine
