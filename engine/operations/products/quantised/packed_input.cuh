// packed_input.cuh: x as 16-bit integers with one scale for 32 values, in shared memory, for products of
// packed weights in integers. The rounding is that of packed_product.h, so that the CPU's results are
// the same up to the order in which runs of 32 columns are added up.
#pragma once

#include "engine/cuda/device/stored_value.cuh"
#include "engine/operations/products/linear/product_jobs.h"
#include "engine/operations/products/quantised/packed_weights.h"

#include <cuda_runtime.h>

namespace engine::cuda {

inline constexpr int kHeldRuns = 512; // of all tokens together: 36 KB
inline constexpr int kFoursInRun = kTileColumns / 4;

// code = 256 high + low. What belongs to four columns lies side by side, as weights' codes do.
struct FourInputs {
    int high; // four signed bytes
    int low;
};
struct RunOfInputs {
    float scale;
    int sum; // of the codes
};

template <int kTokens> struct HeldInputs {
    static constexpr int kRuns = kHeldRuns / kTokens;

    FourInputs codes[kTokens][kRuns * kFoursInRun];
    RunOfInputs runs[kTokens][kRuns];

    // Runs [begin, begin + count) of x. All kThreads threads of the block call it.
    template <int kThreads> __device__ void hold(const ProductJob& job, int tokens, int begin, int count);

private:
    // Four values of each of 8 neighbouring lanes are a run; the others' lanes hold other runs.
    __device__ __forceinline__ void holdFour(float4 x, int token, int run, bool exists);
};

template <int kTokens>
template <int kThreads>
__device__ void HeldInputs<kTokens>::hold(const ProductJob& job, int tokens, int begin, int count) {
    constexpr int kAtOnce = 4; // reads of x under way: of 4096 columns
    constexpr int kStep = kThreads / kFoursInRun;
    const int four = static_cast<int>(threadIdx.x) % kFoursInRun;
    // All lanes of a warp go round equally often, as they exchange values.
    for (int first = 0; first < tokens * count; first += kAtOnce * kStep) {
        float4 values[kAtOnce];
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) {
            const int item = first + i * kStep + static_cast<int>(threadIdx.x) / kFoursInRun;
            values[i] = make_float4(0, 0, 0, 0);
            if (item >= tokens * count)
                continue;
            const float* x = job.x +
                             static_cast<std::size_t>(item / count) * static_cast<std::size_t>(job.xStride) +
                             (begin + item % count) * kTileColumns + 4 * four;
            values[i] =
                isAligned(x) ? *reinterpret_cast<const float4*>(x) : make_float4(x[0], x[1], x[2], x[3]);
        }
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) {
            const int item = first + i * kStep + static_cast<int>(threadIdx.x) / kFoursInRun;
            holdFour(values[i], item / count, item % count, item < tokens * count);
        }
    }
}

template <int kTokens>
__device__ __forceinline__ void HeldInputs<kTokens>::holdFour(float4 x, int token, int run, bool exists) {
    constexpr float kLargestCode = 127 * 256; // its high part is 127 however the low part is rounded
    constexpr float kLargest = 3.402823466e38f;
    const float values[4] = {x.x, x.y, x.z, x.w};
    float largest = 0; // infinite if a value is infinite or NaN
#pragma unroll
    for (int i = 0; i < 4; ++i)
        largest = fmaxf(largest, fabsf(values[i]) <= kLargest ? fabsf(values[i]) : INFINITY);
#pragma unroll
    for (int distance = 1; distance < kFoursInRun; distance *= 2)
        largest = fmaxf(largest, __shfl_xor_sync(kWholeWarp, largest, distance));

    const int four = static_cast<int>(threadIdx.x) % kFoursInRun;
    float scale = largest / kLargestCode;
    const float inverse = 1.0f / scale;
    int codes[4] = {};
    if (!(largest <= kLargest)) { // the products shall not be finite either
        scale = NAN;
        codes[0] = four == 0 ? 1 : 0;
    } else if (!(inverse <= kLargest)) { // all zero, or too small to have codes
        scale = 0;
    } else {
#pragma unroll
        for (int i = 0; i < 4; ++i)
            codes[i] = __float2int_rn(values[i] * inverse);
    }
    unsigned high = 0;
    unsigned low = 0;
    int sum = 0;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const int upper = (codes[i] + 128) >> 8;
        high |= (static_cast<unsigned>(upper) & 0xFFu) << 8 * i;
        low |= (static_cast<unsigned>(codes[i] - upper * 256) & 0xFFu) << 8 * i;
        sum += codes[i];
    }
#pragma unroll
    for (int distance = 1; distance < kFoursInRun; distance *= 2)
        sum += __shfl_xor_sync(kWholeWarp, sum, distance);
    if (!exists)
        return;
    this->codes[token][run * kFoursInRun + four] = {static_cast<int>(high), static_cast<int>(low)};
    if (four == 0)
        runs[token][run] = {scale, sum};
}

} // namespace engine::cuda
