// earlier_rows.cuh: how the earlier rows of a state move on. After a single token the block that has its row
// moves them, each thread its own columns; after several a launch of its own does, as many blocks read them.
#pragma once

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"
#include "engine/operations/rows/row_norm.cuh"

#include <cstddef>

namespace engine::cuda {

// E rows of D before the first token of each sequence, and the stream, [T,D] of each.
struct PassedRows {
    int width = 0;
    int earlierRows = 0; // E
    const float* stream = nullptr;
    Sequences sequences;

    [[nodiscard]] __device__ __forceinline__ std::size_t at(int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
    }
    // h[t-k] of a row of the batch.
    [[nodiscard]] __device__ __forceinline__ const float* before(int row, int k) const {
        const int t = row % sequences.tokens;
        return t >= k ? stream + at(row - k) : sequences.stateOf(row / sequences.tokens) + at(k - t - 1);
    }
};

// After the single token `current`. Each row takes the place of the one that is a token older, the oldest
// first.
template <int kValues>
__device__ __forceinline__ void advanceByOne(const PassedRows& rows, int sequence,
                                             const HeldRow<kValues>& current) {
    float* const earlier = rows.sequences.stateOf(sequence);
    for (int k = rows.earlierRows; --k > 0;) {
        HeldRow<kValues> row;
        row.load(earlier + rows.at(k - 1), rows.width);
        row.forEach(rows.width, [&](int, int column, float value) { earlier[rows.at(k) + column] = value; });
    }
    current.forEach(rows.width, [&](int, int column, float value) { earlier[column] = value; });
}

// After several tokens; a thread per column.
static __global__ void __launch_bounds__(kRowThreads) advanceKernel(const __grid_constant__ PassedRows rows) {
    startNext();
    awaitPrevious();

    const int s = static_cast<int>(blockIdx.x);
    const int column = static_cast<int>(blockIdx.y * kRowThreads + threadIdx.x);
    if (column >= rows.width || !rows.sequences.isEnabled(s))
        return;
    const int tokens = rows.sequences.tokens;
    float* const earlier = rows.sequences.stateOf(s) + column;
    const float* const end = rows.stream + rows.at((s + 1) * tokens) + column;
    for (int k = rows.earlierRows; k-- > 0;) // the oldest first, as it is replaced by a newer one
        earlier[rows.at(k)] = k < tokens ? *(end - rows.at(k + 1)) : earlier[rows.at(k - tokens)];
}

inline void advanceAfterSeveral(const PassedRows& rows, const Stream& stream) {
    if (rows.sequences.tokens > 1)
        launch(stream, advanceKernel,
               dim3(static_cast<unsigned>(rows.sequences.count),
                    static_cast<unsigned>(blocksFor(rows.width, kRowThreads))),
               dim3(kRowThreads), rows);
}

} // namespace engine::cuda
