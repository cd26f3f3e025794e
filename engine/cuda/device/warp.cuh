// warp.cuh: sums and maxima over a warp and over a block, in an order that is always the same.
#pragma once

#include <cuda_runtime.h>

namespace engine::cuda {

inline constexpr int kWarpSize = 32;
inline constexpr unsigned kWholeWarp = 0xFFFFFFFFu;

// In all lanes.
__device__ __forceinline__ float warpSum(float value) {
    for (int distance = kWarpSize / 2; distance > 0; distance /= 2)
        value += __shfl_xor_sync(kWholeWarp, value, distance);
    return value;
}

__device__ __forceinline__ float warpMax(float value) {
    for (int distance = kWarpSize / 2; distance > 0; distance /= 2)
        value = fmaxf(value, __shfl_xor_sync(kWholeWarp, value, distance));
    return value;
}

// In all threads of a block of kThreads, a multiple of 32. `scratch` is shared memory for kThreads / 32
// values; the caller may use it again after the next __syncthreads().
template <int kThreads> __device__ __forceinline__ float blockSum(float value, float* scratch) {
    value = warpSum(value);
    if (threadIdx.x % kWarpSize == 0)
        scratch[threadIdx.x / kWarpSize] = value;
    __syncthreads();
    float sum = 0;
    for (int warp = 0; warp < kThreads / kWarpSize; ++warp)
        sum += scratch[warp];
    return sum;
}

__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

} // namespace engine::cuda
