// convolutional_shift_cuda.cu: the position-aware causal convolution; a thread has one channel of one token
// in decoding and of kPrefillTokens in prefill, which so read a tap's six weights once.
#include "engine/operations/enhancement/convolutional_shift.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"

#include <cassert>

namespace engine::cuda {

namespace {

constexpr int kThreads = 128;
constexpr int kPrefillTokens = 8;

struct Convolution {
    int width = 0;
    int taps = 0;
    const float* stream = nullptr;
    const float* kernel = nullptr;
    const float* position = nullptr;
    float* routed = nullptr;
    Sequences sequences;

    [[nodiscard]] __device__ __forceinline__ std::size_t at(int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
    }
};

// positionFeatures() in float32. As there, the angles are reduced while they are integers; in units of π they
// are exact.
__device__ void findFeatures(std::int64_t t, float (&features)[kPositionFeatures]) {
    features[0] = 64.0f / static_cast<float>(64 + t);
    sincospif(static_cast<float>(t % 16) / 8.0f, &features[1], &features[2]);
    sincospif(static_cast<float>(t % 256) / 128.0f, &features[3], &features[4]);
}

// The weights of a warp's channels: a line for each tap and each of its features.
__device__ __forceinline__ void fetchWeights(const Convolution& op, int column) {
    const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
    const int firstColumn = column - lane;
    if (firstColumn >= op.width)
        return;
    for (int row = lane; row < op.taps * (1 + kPositionFeatures); row += kWarpSize)
        fetchAhead(row < op.taps ? op.kernel + op.at(row) + firstColumn
                                 : op.position + op.at(row - op.taps) + firstColumn);
}

template <int kTokens>
__global__ void __launch_bounds__(kThreads) convolutionalShiftKernel(const __grid_constant__ Convolution op) {
    __shared__ float features[kTokens][kPositionFeatures];
    const int column = static_cast<int>(blockIdx.y * kThreads + threadIdx.x);
    fetchWeights(op, column);
    startNext();
    awaitPrevious();

    const int tokens = op.sequences.tokens;
    const int blocksOfSequence = (tokens + kTokens - 1) / kTokens;
    const int s = static_cast<int>(blockIdx.x) / blocksOfSequence;
    const int first = static_cast<int>(blockIdx.x) % blocksOfSequence * kTokens;
    if (threadIdx.x < kTokens)
        findFeatures(op.sequences.positions[s] + first + static_cast<int>(threadIdx.x),
                     features[threadIdx.x]);
    __syncthreads();
    if (column >= op.width)
        return;

    const float* const stream = op.stream + op.at(s * tokens) + column;
    const float* const earlier = op.sequences.stateOf(s) + column;
    float sums[kTokens] = {};
#pragma unroll(kTokens == 1 ? 4 : 1)
    for (int k = 1; k <= op.taps; ++k) {
        const float base = op.kernel[op.at(k - 1) + column];
        float weights[kPositionFeatures];
#pragma unroll
        for (int j = 0; j < kPositionFeatures; ++j)
            weights[j] = op.position[op.at((k - 1) * kPositionFeatures + j) + column];
#pragma unroll
        for (int i = 0; i < kTokens; ++i) {
            const int t = min(first + i, tokens - 1); // beyond the last, it again
            float tap = base;
#pragma unroll
            for (int j = 0; j < kPositionFeatures; ++j)
                tap = fmaf(features[i][j], weights[j], tap);
            const float* const before = t >= k ? stream + op.at(t - k) : earlier + op.at(k - t - 1);
            sums[i] = fmaf(tap, *before, sums[i]);
        }
    }
    for (int i = 0; i < kTokens; ++i) {
        const int t = first + i;
        if (t >= tokens)
            break;
        float* const routed = op.routed + 2 * op.at(s * tokens + t) + column;
        routed[0] = stream[op.at(t)];
        routed[op.width] = sums[i];
    }
}

} // namespace

void convolutionalShift(const ConvolutionalShift& op, const Sequences& sequences, const Stream& stream) {
    assert(op.taps <= kMaxConvolutionTaps);
    const Convolution convolution{op.width, op.taps, op.stream, op.kernel, op.position, op.routed, sequences};
    const auto columnBlocks = static_cast<unsigned>(blocksFor(op.width, kThreads));
    if (sequences.tokens == 1) {
        launch(stream, convolutionalShiftKernel<1>,
               dim3(static_cast<unsigned>(sequences.count), columnBlocks), dim3(kThreads), convolution);
        return;
    }
    const int tokenBlocks = sequences.count * blocksFor(sequences.tokens, kPrefillTokens);
    launch(stream, convolutionalShiftKernel<kPrefillTokens>,
           dim3(static_cast<unsigned>(tokenBlocks), columnBlocks), dim3(kThreads), convolution);
}

} // namespace engine::cuda
