// decayed_means_cuda.cu: a thread has one channel of a chunk of tokens. A mean forgets by the same factor per
// token whatever it sees, so chunks run side by side:
//   1. every chunk by itself: its means at its end as if it had begun with none
//   2. from chunk to chunk, the means at each chunk's beginning
//   3. every chunk again, from its true beginning, with outputs
// Few tokens, and several sequences, are one chunk each, of which only 3 is run.
#include "engine/operations/enhancement/decayed_means.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"

#include <algorithm>
#include <cassert>

namespace engine::cuda {

namespace {

constexpr int kThreads = 128;

struct Means {
    int width = 0;
    int means = 0;
    int chunks = 1;
    int chunkTokens = 0;
    float decays[kMostMeans] = {};
    const float* stream = nullptr;
    const float* weight = nullptr; // null: the means are written one by one
    float* output = nullptr;
    std::size_t outputStride = 0;
    float* starts = nullptr; // [chunks,M,D]; of one chunk: none
    Sequences sequences;

    [[nodiscard]] __host__ __device__ __forceinline__ std::size_t at(int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
    }
    [[nodiscard]] __device__ int tokensOf(int chunk) const {
        return min(chunkTokens, sequences.tokens - chunk * chunkTokens);
    }
    // What a mean keeps of itself in a chunk.
    [[nodiscard]] __device__ float keptBy(int mean, int chunk) const {
        return powf(decays[mean], static_cast<float>(tokensOf(chunk)));
    }
};

__device__ __forceinline__ int ownColumn() { return static_cast<int>(blockIdx.x * kThreads + threadIdx.x); }

// Into the place of the next chunk's beginning. blockIdx.y: a chunk that has one after it.
__global__ void __launch_bounds__(kThreads) chunkEndsKernel(const __grid_constant__ Means op) {
    startNext();
    awaitPrevious();
    const int column = ownColumn();
    if (column >= op.width)
        return;
    const int chunk = static_cast<int>(blockIdx.y);
    float means[kMostMeans] = {};
    for (int t = 0; t < op.chunkTokens; ++t) {
        const float h = op.stream[op.at(chunk * op.chunkTokens + t) + column];
#pragma unroll
        for (int m = 0; m < kMostMeans; ++m)
            means[m] = fmaf(op.decays[m], means[m], (1 - op.decays[m]) * h);
    }
    for (int m = 0; m < op.means; ++m)
        op.starts[op.at((chunk + 1) * op.means + m) + column] = means[m];
}

// blockIdx.y: the mean.
__global__ void __launch_bounds__(kThreads) scanKernel(const __grid_constant__ Means op) {
    startNext();
    awaitPrevious();
    const int column = ownColumn();
    if (column >= op.width)
        return;
    const int m = static_cast<int>(blockIdx.y);
    const float kept = op.keptBy(m, 0); // all chunks but the last are as long
    float mean = op.sequences.stateOf(0)[op.at(m) + column];
    op.starts[op.at(m) + column] = mean;
    for (int chunk = 1; chunk < op.chunks; ++chunk) {
        float& start = op.starts[op.at(chunk * op.means + m) + column];
        mean = fmaf(kept, mean, start);
        start = mean;
    }
}

// blockIdx.y: the chunk; blockIdx.z: the sequence.
__global__ void __launch_bounds__(kThreads) outputsKernel(const __grid_constant__ Means op) {
    startNext();
    awaitPrevious();
    const int column = ownColumn();
    if (column >= op.width)
        return;
    const int chunk = static_cast<int>(blockIdx.y);
    const int s = static_cast<int>(blockIdx.z);
    float* const state = op.sequences.stateOf(s);
    const float* const from = op.chunks > 1 ? op.starts + op.at(chunk * op.means) : state;
    float means[kMostMeans] = {}, weights[kMostMeans] = {};
    for (int m = 0; m < op.means; ++m) {
        means[m] = from[op.at(m) + column];
        weights[m] = op.weight != nullptr ? op.weight[op.at(m) + column] : 0.0f;
    }
    const int tokens = op.tokensOf(chunk);
    for (int t = 0; t < tokens; ++t) {
        const int row = s * op.sequences.tokens + chunk * op.chunkTokens + t;
        const float h = op.stream[op.at(row) + column];
        float* const out = op.output + static_cast<std::size_t>(row) * op.outputStride + column;
        if (op.weight == nullptr)
            for (int m = 0; m < op.means; ++m)
                out[op.at(m)] = means[m];
        float sum = op.weight != nullptr ? *out : 0.0f;
#pragma unroll
        for (int m = 0; m < kMostMeans; ++m) {
            sum = fmaf(weights[m], means[m], sum);
            means[m] = fmaf(op.decays[m], means[m], (1 - op.decays[m]) * h);
        }
        if (op.weight != nullptr)
            *out = sum;
    }
    if (chunk + 1 < op.chunks || !op.sequences.isEnabled(s))
        return;
    for (int m = 0; m < op.means; ++m)
        state[op.at(m) + column] = means[m];
}

} // namespace

void decayedMeans(const DecayedMeans& op, const Sequences& sequences, const Stream& stream) {
    assert(op.means <= kMostMeans);
    Means means;
    means.width = op.width;
    means.means = op.means;
    std::copy_n(op.decays.begin(), op.means, means.decays);
    means.stream = op.stream;
    means.weight = op.weight;
    means.output = op.output;
    means.outputStride =
        op.weight != nullptr ? static_cast<std::size_t>(op.outputStride) : means.at(op.means);
    means.starts = sequences.memory;
    means.sequences = sequences;
    means.chunkTokens = sequences.memory != nullptr ? kMeansChunkTokens : sequences.tokens;
    means.chunks = blocksFor(sequences.tokens, means.chunkTokens);
    const auto columns = static_cast<unsigned>(blocksFor(op.width, kThreads));
    const auto chunks = static_cast<unsigned>(means.chunks);
    if (chunks > 1) {
        launch(stream, chunkEndsKernel, dim3(columns, chunks - 1), dim3(kThreads), means);
        launch(stream, scanKernel, dim3(columns, static_cast<unsigned>(op.means)), dim3(kThreads), means);
    }
    launch(stream, outputsKernel, dim3(columns, chunks, static_cast<unsigned>(sequences.count)),
           dim3(kThreads), means);
}

} // namespace engine::cuda
