// sequences.h: how the rows of a batch belong to sequences, for operations that have a state.
// All sequences of a launch have the same number of tokens: any number for one sequence, one for several.
// Where each sequence's state is, its position and its token stand in device memory, so that a recorded graph
// of launches serves any sequences.
// Shapes:  S sequences of T tokens each; the row of token t of sequence s is s T + t.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime.h>

namespace engine::cuda {

struct Sequences {
    int count = 1;                             // S
    int tokens = 1;                            // T
    float* const* states = nullptr;            // [S], device memory
    std::size_t stateOffset = 0;               // of the operation's part of each state, in elements
    const std::int64_t* positions = nullptr;   // [S], device memory: tokens before the first of these
    std::uint64_t enabled = ~std::uint64_t{0}; // bit s: sequence s uses the enhancement
    float* memory = nullptr; // working memory, of operations that have a workingFloats(); null: none

    [[nodiscard]] int rows() const { return count * tokens; }
    [[nodiscard]] __device__ float* stateOf(int sequence) const { return states[sequence] + stateOffset; }
    [[nodiscard]] __host__ __device__ bool isEnabled(int sequence) const {
        return (enabled >> sequence & 1) != 0;
    }
};

} // namespace engine::cuda
