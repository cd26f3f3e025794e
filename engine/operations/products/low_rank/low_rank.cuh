// low_rank.cuh: f(hidden) · factor for low-rank maps, whose bulk is the factor: for few tokens, where the
// time is that of reading it once, and for many, where it is that of the multiplications.
// Both add up the products of kRankChunk ranks at a time and then these sums, each in order, so that the
// number of tokens changes no result. What becomes of a sum is the caller's, an object that each thread has a
// copy of:
//     end.fetch(column)            may read weights; before awaitPrevious()
//     end.load(row, column)        may read what other kernels have written
//     end.store(row, column, sum)  follows both
// Both are a kernel's whole work: they call startNext() and awaitPrevious().
#pragma once

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stored_value.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/rows/activation.h"

#include <cuda_runtime.h>

#include <cstddef>

namespace engine::cuda {

template <class Stored> struct LowRankInput {
    const float* hidden = nullptr; // [tokens, rank], rows `stride` apart
    int stride = 0;
    int rank = 0;
    ActivationKind activation = ActivationKind::None;
    const Stored* factor = nullptr; // [rank, width], only read
    int width = 0;

    [[nodiscard]] __device__ __forceinline__ float factorAt(int r, int column) const {
        return widened(factor[static_cast<std::size_t>(r) * static_cast<std::size_t>(width) + column]);
    }
    [[nodiscard]] __device__ __forceinline__ float hiddenAt(int row, int r) const {
        return hidden[static_cast<std::size_t>(row) * static_cast<std::size_t>(stride) + r];
    }
    [[nodiscard]] __device__ __forceinline__ float activated(float x) const {
        switch (activation) {
        case ActivationKind::None: return x;
        case ActivationKind::Tanh: return tanhf(x);
        case ActivationKind::Sigmoid: return sigmoid(x);
        case ActivationKind::SquaredRelu: break;
        }
        const float positive = fmaxf(x, 0.0f);
        return positive * positive;
    }
};

inline constexpr int kRankChunk = 16; // loads that a thread of lowRankFewTokens() has on their way
inline constexpr int kLowRankThreads = 256;
inline constexpr int kLowRankWarps = kLowRankThreads / kWarpSize;

// ---- Few tokens: a block for 32 columns, a lane each, and kTokens rows; its warps take the chunks of ranks
// in turn. So a map of width 4096 has 128 blocks, and a rank of 128 is on its way at once.
inline constexpr int kFewTokensColumns = kWarpSize;
inline constexpr int kTokensAtOnce = 4;  // for which the factor is read once, if there is more than one
inline constexpr int kRanksAtOnce = 512; // of `hidden` in shared memory: all, but for unusual models

namespace low_rank {

template <class Stored>
__device__ __forceinline__ void loadChunk(const LowRankInput<Stored>& in, int firstRank, int column,
                                          float (&factors)[kRankChunk]) {
#pragma unroll
    for (int i = 0; i < kRankChunk; ++i)
        factors[i] = firstRank + i < in.rank ? in.factorAt(firstRank + i, column) : 0.0f;
}

} // namespace low_rank

template <int kTokens, class Stored, class End>
__device__ __forceinline__ void lowRankFewTokens(const LowRankInput<Stored>& in, int firstRow, int rows,
                                                 int firstColumn, End end) {
    static_assert(kTokens <= kLowRankWarps); // a warp per token finishes the sums
    // So the chunk that a warp has on its way at the end of one round is its first of the next.
    static_assert(kRanksAtOnce / kRankChunk % kLowRankWarps == 0);
    __shared__ float hidden[kTokens][kRanksAtOnce];
    __shared__ float sums[kRanksAtOnce / kRankChunk][kTokens][kWarpSize];
    constexpr int kHiddenLoads = kRanksAtOnce / kLowRankThreads;
    const int warp = static_cast<int>(threadIdx.x) / kWarpSize;
    const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
    const int column = firstColumn + lane;
    const int readable = min(column, in.width - 1);
    const bool finishes = warp < kTokens && firstRow + warp < rows && column < in.width;

    float factors[kRankChunk];
    low_rank::loadChunk(in, warp * kRankChunk, readable, factors);
    for (int r = kLowRankWarps * kRankChunk + static_cast<int>(threadIdx.x); r < in.rank;
         r += kLowRankThreads)
        fetchAhead(&in.factor[static_cast<std::size_t>(r) * static_cast<std::size_t>(in.width) +
                              min(firstColumn, in.width - 1)]);
    if (finishes)
        end.fetch(column);
    startNext();
    awaitPrevious();
    if (finishes)
        end.load(firstRow + warp, column);

    float total = 0;
    for (int base = 0; base < in.rank; base += kRanksAtOnce) {
        // Whole chunks: beyond the rank, hidden may be anything finite, as loadChunk() gives zeros.
        const int chunks = (min(in.rank - base, kRanksAtOnce) + kRankChunk - 1) / kRankChunk;
        float values[kTokens][kHiddenLoads];
#pragma unroll
        for (int t = 0; t < kTokens; ++t)
#pragma unroll
            for (int i = 0; i < kHiddenLoads; ++i) {
                const int r = base + i * kLowRankThreads + static_cast<int>(threadIdx.x);
                values[t][i] = r < in.rank && firstRow + t < rows ? in.hiddenAt(firstRow + t, r) : 0.0f;
            }
#pragma unroll
        for (int t = 0; t < kTokens; ++t)
#pragma unroll
            for (int i = 0; i < kHiddenLoads; ++i)
                if (i * kLowRankThreads < chunks * kRankChunk)
                    hidden[t][i * kLowRankThreads + threadIdx.x] = in.activated(values[t][i]);
        __syncthreads();
        for (int chunk = warp; chunk < chunks; chunk += kLowRankWarps) {
            float following[kRankChunk];
            low_rank::loadChunk(in, base + (chunk + kLowRankWarps) * kRankChunk, readable, following);
            float sum[kTokens] = {};
#pragma unroll
            for (int i = 0; i < kRankChunk; ++i)
#pragma unroll
                for (int t = 0; t < kTokens; ++t)
                    sum[t] = fmaf(hidden[t][chunk * kRankChunk + i], factors[i], sum[t]);
#pragma unroll
            for (int t = 0; t < kTokens; ++t)
                sums[chunk][t][lane] = sum[t];
#pragma unroll
            for (int i = 0; i < kRankChunk; ++i)
                factors[i] = following[i];
        }
        __syncthreads();
        if (warp < kTokens)
            for (int chunk = 0; chunk < chunks; ++chunk)
                total += sums[chunk][warp][lane];
    }
    if (finishes)
        end.store(firstRow + warp, column, total);
}

// ---- Many tokens: a block for a tile of tokens and columns, through shared memory a chunk of ranks at a
// time; a warp has 8 rows of the tile, a lane every 32nd column. 32 multiplications for 6 reads of shared
// memory, and the activation, which each tile computes anew, is a tenth of the work.
inline constexpr int kTileTokens = 64;
inline constexpr int kTileColumns = 128;

namespace low_rank {

inline constexpr int kThreadTokens = kTileTokens / kLowRankWarps;
inline constexpr int kThreadColumns = kTileColumns / kWarpSize;
inline constexpr int kHiddenLoads = kTileTokens * kRankChunk / kLowRankThreads;
inline constexpr int kFactorLoads = kTileColumns * kRankChunk / kLowRankThreads;

// A chunk on its way from global to shared memory, a thread's part of it.
struct Chunk {
    float hidden[kHiddenLoads];
    float factors[kFactorLoads];
};

} // namespace low_rank

template <class Stored, class End>
__device__ __forceinline__ void lowRankManyTokens(const LowRankInput<Stored>& in, int firstRow, int rows,
                                                  int firstColumn, const End& end) {
    using namespace low_rank;
    // [rank][token]; 4 more, so that of the 16 ranks a warp writes at once no more than two share a bank
    __shared__ __align__(16) float hidden[kRankChunk][kTileTokens + 4];
    __shared__ float factors[kRankChunk][kTileColumns];
    const int thread = static_cast<int>(threadIdx.x);
    const int warp = thread / kWarpSize;
    const int lane = thread % kWarpSize;
    startNext();
    awaitPrevious();

    // Which of the chunk's values a thread carries: along the ranks of `hidden` and the columns of `factor`.
    const int hiddenRank = thread % kRankChunk;
    const int hiddenToken = thread / kRankChunk;
    constexpr int kHiddenStep = kLowRankThreads / kRankChunk;
    const int factorColumn = thread % kTileColumns;
    const int factorRank = thread / kTileColumns;
    constexpr int kFactorStep = kLowRankThreads / kTileColumns;
    // Beyond the rank and the rows, hidden may be anything finite: there the factor is zero, or the sum is
    // not kept.
    const auto load = [&](int firstRank, Chunk& chunk) {
#pragma unroll
        for (int i = 0; i < kHiddenLoads; ++i) {
            const int row = firstRow + hiddenToken + i * kHiddenStep;
            const int r = firstRank + hiddenRank;
            chunk.hidden[i] = row < rows && r < in.rank ? in.hiddenAt(row, r) : 0.0f;
        }
#pragma unroll
        for (int i = 0; i < kFactorLoads; ++i) {
            const int r = firstRank + factorRank + i * kFactorStep;
            const int column = firstColumn + factorColumn;
            chunk.factors[i] = r < in.rank && column < in.width ? in.factorAt(r, column) : 0.0f;
        }
    };

    float total[kThreadTokens][kThreadColumns] = {};
    Chunk chunk;
    load(0, chunk);
    for (int firstRank = 0; firstRank < in.rank; firstRank += kRankChunk) {
#pragma unroll
        for (int i = 0; i < kHiddenLoads; ++i)
            hidden[hiddenRank][hiddenToken + i * kHiddenStep] = in.activated(chunk.hidden[i]);
#pragma unroll
        for (int i = 0; i < kFactorLoads; ++i)
            factors[factorRank + i * kFactorStep][factorColumn] = chunk.factors[i];
        __syncthreads();
        load(firstRank + kRankChunk, chunk);
        float sum[kThreadTokens][kThreadColumns] = {};
#pragma unroll
        for (int r = 0; r < kRankChunk; ++r)
#pragma unroll
            for (int t = 0; t < kThreadTokens; ++t)
#pragma unroll
                for (int c = 0; c < kThreadColumns; ++c)
                    sum[t][c] = fmaf(hidden[r][warp * kThreadTokens + t], factors[r][lane + c * kWarpSize],
                                     sum[t][c]);
#pragma unroll
        for (int t = 0; t < kThreadTokens; ++t)
#pragma unroll
            for (int c = 0; c < kThreadColumns; ++c)
                total[t][c] += sum[t][c];
        __syncthreads();
    }

#pragma unroll
    for (int c = 0; c < kThreadColumns; ++c) {
        const int column = firstColumn + lane + c * kWarpSize;
        End finish = end;
        if (column < in.width)
            finish.fetch(column);
#pragma unroll
        for (int t = 0; t < kThreadTokens; ++t) {
            const int row = firstRow + warp * kThreadTokens + t;
            if (row < rows && column < in.width) {
                finish.load(row, column);
                finish.store(row, column, total[t][c]);
            }
        }
    }
}

// ---- The kernels that an operation has of these, and their launch. In all of them blockIdx.z is the map, of
// `maps`; in those for few tokens x and y are steps of kFewTokensColumns and of their number of rows, in that
// for many of kTileTokens and kTileColumns.
template <class Maps> struct LowRankKernels {
    void (*oneToken)(Maps);
    void (*fewTokens)(Maps); // kTokensAtOnce
    void (*manyTokens)(Maps);
};

// Up to here factors are read again, from the level 2 cache, rather than a tile be filled up with rows that
// are not there.
inline constexpr int kMostFewTokens = 16;

// Calls launch<Stored>() for the type that a factor is stored in.
template <class Launch> void withStoredType(DataType type, Launch launch) {
    switch (type) {
    case DataType::Float16: return launch.template operator()<Float16>();
    case DataType::BFloat16: return launch.template operator()<BFloat16>();
    default: return launch.template operator()<float>();
    }
}

template <class Maps>
void launchLowRank(const Stream& stream, const LowRankKernels<Maps>& kernels, int rows, int width,
                   unsigned maps, const Maps& arguments) {
    const dim3 block(kLowRankThreads);
    const auto columnBlocks = static_cast<unsigned>(blocksFor(width, kFewTokensColumns));
    if (rows == 1) {
        launch(stream, kernels.oneToken, dim3(columnBlocks, 1, maps), block, arguments);
    } else if (rows <= kMostFewTokens) {
        const auto rowBlocks = static_cast<unsigned>(blocksFor(rows, kTokensAtOnce));
        launch(stream, kernels.fewTokens, dim3(columnBlocks, rowBlocks, maps), block, arguments);
    } else {
        const dim3 tiles(static_cast<unsigned>(blocksFor(rows, kTileTokens)),
                         static_cast<unsigned>(blocksFor(width, kTileColumns)), maps);
        launch(stream, kernels.manyTokens, tiles, block, arguments);
    }
}

} // namespace engine::cuda
