// draw_task.cuh: what the launches of token_draw_cuda.cu share: their parameters, weights, and the
// histogram's bins. Sums are of weights in fixed point, so they are exact, whoever adds first; 45 bits after
// the point for 65536 tokens. A bin is 1/64 of the distance's octave: fine where tokens are few and likely,
// so that few come with the border's bin.
#pragma once

#include "engine/cuda/device/warp.cuh"
#include "engine/operations/draw/draw_memory.h"

#include <limits>

namespace engine::cuda {

// 64 bits, by the type for which CUDA has atomics and shuffles. For weights in fixed point, and for pairs of
// a float's bits and a token that compare as one number.
using Wide = unsigned long long;

inline constexpr int kDrawThreads = 1024; // a token, a bin or a segment each
static_assert(kDrawThreads == kDrawSegment && kDrawThreads == kDrawBins);
inline constexpr int kDrawWarps = kDrawThreads / kWarpSize;
inline constexpr float kLowest = -std::numeric_limits<float>::infinity();
inline constexpr float kHighest = std::numeric_limits<float>::max();
// Weights beyond this distance are 0, as exp(-87) is about the smallest normal number.
inline constexpr float kFarthest = 87.0f;

// What the histogram counts.
enum class Bound { None, Weights, Tokens };

struct DrawTask {
    int segments = 0;
    float scale = 1; // 1 / temperature
    float unit = 1;  // what a weight of 1 is in fixed point
    int topK = 0;    // 0: off
    float topP = 1;
    float minP = 0;
    float typical = 1;
    bool isGreedy = false;
    bool drawsFromAll = false; // no filter
    Bound bound = Bound::None;
    float leastWeight = 0;  // which smaller ones cannot pass
    int lowestUnbanned = 0; // taken if there is no logit above -inf
    double uniform = 0;

    // Device memory, as in DrawMemory.
    float* logits = nullptr;
    Wide* largest = nullptr;
    Wide* weights = nullptr;
    Wide* histogram = nullptr;
    Wide* candidates = nullptr;
    int* counts = nullptr;
    DrawResult* result = nullptr;
};

__device__ __forceinline__ int ownNumber() { return static_cast<int>(threadIdx.x); }
__device__ __forceinline__ int ownToken() {
    return static_cast<int>(blockIdx.x) * kDrawSegment + ownNumber();
}

__device__ __forceinline__ Wide pairOf(unsigned first, int token) {
    return static_cast<Wide>(first) << 32 | static_cast<unsigned>(token);
}
__device__ __forceinline__ unsigned firstOf(Wide pair) { return static_cast<unsigned>(pair >> 32); }
__device__ __forceinline__ int tokenOf(Wide pair) { return static_cast<int>(static_cast<unsigned>(pair)); }

// Bits that compare as the numbers do, and back. None may be NaN or -0.
__device__ __forceinline__ unsigned ascending(float value) {
    const unsigned bits = __float_as_uint(value);
    return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
__device__ __forceinline__ float fromAscending(unsigned bits) {
    return __uint_as_float((bits & 0x80000000u) != 0 ? bits & 0x7FFFFFFFu : ~bits);
}

__device__ __forceinline__ Wide warpMax(Wide value) {
    for (int distance = kWarpSize / 2; distance > 0; distance /= 2)
        value = max(value, __shfl_xor_sync(kWholeWarp, value, distance));
    return value;
}

template <class T> __device__ __forceinline__ T warpScan(T value) {
    const int lane = ownNumber() % kWarpSize;
    for (int distance = 1; distance < kWarpSize; distance *= 2) {
        const T before = __shfl_up_sync(kWholeWarp, value, static_cast<unsigned>(distance));
        value += lane >= distance ? before : T{0};
    }
    return value;
}

// The sum of the values of all threads up to and with the own one, and of all. `scratch` is for kDrawWarps
// values. A barrier for the caller, too: what was written before can be read by all, and `scratch` be used
// again.
template <class T> __device__ T blockScan(T value, T* scratch, T& total) {
    const int warp = ownNumber() / kWarpSize;
    value = warpScan(value);
    if (ownNumber() % kWarpSize == kWarpSize - 1)
        scratch[warp] = value;
    __syncthreads();
    const T upTo = warpScan(scratch[ownNumber() % kWarpSize]);
    static_assert(kDrawWarps == kWarpSize);
    total = __shfl_sync(kWholeWarp, upTo, kDrawWarps - 1);
    const T before = __shfl_sync(kWholeWarp, upTo, max(warp - 1, 0));
    __syncthreads();
    return value + (warp > 0 ? before : T{0});
}

// The largest logit with the lowest token of equals. Tokens are in it with their bits reversed, so that the
// largest pair is the one.
__device__ __forceinline__ Wide largestPair(const DrawTask& task) {
    Wide largest = 0;
    for (int segment = ownNumber() % kWarpSize; segment < task.segments; segment += kWarpSize)
        largest = max(largest, task.largest[segment]);
    return warpMax(largest);
}

// From the largest logit, in units of the temperature; 0 or more. NaN if all logits are -inf, which weighs
// nothing.
__device__ __forceinline__ float distanceOf(float logit, float largest, const DrawTask& task) {
    return (largest - logit) * task.scale;
}
__device__ __forceinline__ float weightAt(float distance) {
    return distance < kFarthest ? expf(-distance) : 0.0f;
}
__device__ __forceinline__ Wide fixed(float weight, const DrawTask& task) {
    return static_cast<Wide>(weight * task.unit);
}

// 64 bins for each power of two; the last one ends at 128.
__device__ __forceinline__ int binOf(float distance) {
    constexpr int kDropped = 17;                                    // of the 23 bits after the point
    constexpr int kEnd = static_cast<int>(0x43000000u >> kDropped); // 128's bits
    const int place = static_cast<int>(__float_as_uint(distance) >> kDropped);
    return min(max(place - (kEnd - kDrawBins), 0), kDrawBins - 1);
}

// At least 1, so that one token is kept.
__device__ __forceinline__ Wide shareOf(float share, Wide total) {
    return max(Wide{1}, static_cast<Wide>(static_cast<double>(share) * static_cast<double>(total)));
}

__device__ __forceinline__ float probabilityOf(float weight, Wide total, const DrawTask& task) {
    return static_cast<float>(static_cast<double>(weight) * static_cast<double>(task.unit) /
                              static_cast<double>(total));
}

} // namespace engine::cuda
