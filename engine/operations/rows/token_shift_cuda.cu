// token_shift_cuda.cu: normalises the stream and blends each token with the one before it, in one launch.
// Decoding (one token per sequence): the row's columns are divided among blocks, each of which forms the
// statistics of the whole row; a thread blends one column, whose weights it reads before the row is there. So
// six uses of a wide row leave through many processors, and the block that replaces a part of the state is
// the one that has read it.
// Prefill: a block per token, which normalises the row before as well instead of waiting for another block.
// The state is replaced by a second launch, as the first token's block may be the last to read it.
#include "engine/operations/rows/token_shift.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"
#include "engine/operations/rows/row_norm.cuh"

#include <algorithm>
#include <array>
#include <cassert>

namespace engine::cuda {

namespace {

constexpr int kMostUses = 6; // RWKV-7's

struct Shift {
    int width = 0;
    const float* stream = nullptr;
    NormParameters norm;
    float* normalised = nullptr;
    int uses = 0;
    TokenShiftUse use[kMostUses];
    Sequences sequences;

    [[nodiscard]] __device__ std::size_t at(int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
    }
};

__device__ __forceinline__ float blend(float before, float current, float mix) {
    return fmaf(before - current, mix, current);
}

template <int kValues>
__global__ void __launch_bounds__(kRowThreads) tokenShiftDecodeKernel(const __grid_constant__ Shift op) {
    const int s = static_cast<int>(blockIdx.x);
    const int column = static_cast<int>(blockIdx.y * kRowThreads + threadIdx.x);
    const int readable = min(column, op.width - 1);
    const float weight = op.norm.weight[readable];
    const float bias = op.norm.bias[readable];
    float mixes[kMostUses];
#pragma unroll
    for (int j = 0; j < kMostUses; ++j)
        mixes[j] = j < op.uses ? op.use[j].mix[readable] : 0.0f;
    startNext();
    awaitPrevious();

    float* const previous = op.sequences.stateOf(s);
    const float* const input = op.stream + op.at(s);
    const float own = input[readable];
    HeldRow<kValues> row;
    row.load(input, op.width);
    const float before = previous[readable];
    const RowStatistics statistics = rowStatistics(row, op.width, op.norm.epsilon);
    if (column >= op.width)
        return;
    const float current = statistics.normalise(own, weight, bias);
    float* const normalised = op.normalised + op.at(2 * s);
    normalised[column] = before;
    normalised[op.width + column] = current;
    previous[column] = current;
#pragma unroll
    for (int j = 0; j < kMostUses; ++j)
        if (j < op.uses)
            op.use[j].output[op.at(s) + column] = blend(before, current, mixes[j]);
}

template <int kValues>
__global__ void __launch_bounds__(kRowThreads) tokenShiftPrefillKernel(const __grid_constant__ Shift op) {
    HeldNorm<kValues> norm;
    norm.load(op.norm, op.width);
    startNext();
    awaitPrevious();

    const int row = static_cast<int>(blockIdx.x);
    const int s = row / op.sequences.tokens;
    const bool isFirst = row % op.sequences.tokens == 0;
    HeldRow<kValues> currentRow;
    HeldRow<kValues> rowBefore;
    currentRow.load(op.stream + op.at(row), op.width);
    rowBefore.load(isFirst ? op.sequences.stateOf(s) : op.stream + op.at(row - 1), op.width);
    const RowStatistics statistics = rowStatistics(currentRow, op.width, op.norm.epsilon);
    RowStatistics statisticsBefore;
    if (!isFirst)
        statisticsBefore = rowStatistics(rowBefore, op.width, op.norm.epsilon);

    // A sequence's rows of `normalised` are one more than its tokens.
    float* const normalisedBefore = op.normalised + op.at(row + s);
    float* const normalised = normalisedBefore + op.width;
    currentRow.forEach(op.width, [&](int i, int column, float value) {
        float mixes[kMostUses];
#pragma unroll
        for (int j = 0; j < kMostUses; ++j)
            mixes[j] = j < op.uses ? op.use[j].mix[column] : 0.0f;
        const float current = norm.normalise(statistics, i, column, value);
        float before = rowBefore.at(i, column);
        if (isFirst)
            normalisedBefore[column] = before;
        else
            before = norm.normalise(statisticsBefore, i, column, before);
        normalised[column] = current;
#pragma unroll
        for (int j = 0; j < kMostUses; ++j)
            if (j < op.uses)
                op.use[j].output[op.at(row) + column] = blend(before, current, mixes[j]);
    });
}

__global__ void keepLastRowKernel(const float* normalised, int width, Sequences sequences) {
    startNext();
    awaitPrevious();

    const int s = static_cast<int>(blockIdx.x);
    const int column = static_cast<int>(blockIdx.y * kRowThreads + threadIdx.x);
    const auto lastRow = static_cast<std::size_t>(s + 1) * static_cast<std::size_t>(sequences.tokens + 1) - 1;
    if (column < width)
        sequences.stateOf(s)[column] = normalised[lastRow * static_cast<std::size_t>(width) + column];
}

} // namespace

void tokenShift(const TokenShift& op, const Sequences& sequences, const Stream& stream) {
    Shift shift{op.width, op.stream, op.norm, op.normalised, static_cast<int>(op.useCount), {}, sequences};
    std::ranges::copy(op.uses(), shift.use);
    const dim3 columnsOfSequences(static_cast<unsigned>(sequences.count),
                                  static_cast<unsigned>(blocksFor(op.width, kRowThreads)));
    withHeldValues(op.width, [&](auto values) {
        if (sequences.tokens == 1)
            launch(stream, tokenShiftDecodeKernel<values()>, columnsOfSequences, dim3(kRowThreads), shift);
        else
            launch(stream, tokenShiftPrefillKernel<values()>, dim3(static_cast<unsigned>(sequences.rows())),
                   dim3(kRowThreads), shift);
    });
    if (sequences.tokens > 1)
        launch(stream, keepLastRowKernel, columnsOfSequences, dim3(kRowThreads), op.normalised, op.width,
               sequences);
}

} // namespace engine::cuda
