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

// A sequence's pages in one sparse block (engine/operations/attention/attention_page.h).
struct AttentionTable {
    float* const* complete = nullptr; // [count], device memory
    float* own = nullptr;
    int count = 0;
    int filled = 0;
    int chosen = 0;
    int isShared = 0;
    int firstPage = 0;
    int firstToken = 0;
};

struct Sequences {
    int count = 1;                             // S
    int tokens = 1;                            // T
    float* const* states = nullptr;            // [S], device memory
    std::size_t stateOffset = 0;               // of the operation's part of each state, in elements
    const std::int64_t* positions = nullptr;   // [S], device memory: tokens before the first of these
    std::uint64_t enabled = ~std::uint64_t{0}; // bit s: sequence s uses the enhancement
    float* memory = nullptr; // working memory, of operations that have a workingFloats(); null: none

    const AttentionTable* attention = nullptr; // [S, attentionBlocks], device memory; null: no such blocks
    int attentionBlocks = 0;

    [[nodiscard]] __device__ const AttentionTable& attentionOf(int sequence, int block) const {
        return attention[sequence * attentionBlocks + block];
    }
    [[nodiscard]] int rows() const { return count * tokens; }
    [[nodiscard]] __device__ float* stateOf(int sequence) const { return states[sequence] + stateOffset; }
    [[nodiscard]] __host__ __device__ bool isEnabled(int sequence) const {
        return (enabled >> sequence & 1) != 0;
    }
};

} // namespace engine::cuda
