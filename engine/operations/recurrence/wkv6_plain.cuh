// wkv6_plain.cuh: wkv6 for heads of any size, one block for a head of a sequence, token by token.
#pragma once

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/recurrence/wkv6.h"
#include "engine/operations/recurrence/wkv_launch.cuh"

namespace engine::cuda {

// A thread has whole value channels j, and the state stays in global memory, of which
// neighbouring threads read neighbouring values.

__global__ void __launch_bounds__(kPlainThreads) wkv6PlainKernel(Wkv6 op, Sequences sequences) {
    __shared__ float receptance[kMaxHeadSize], key[kMaxHeadSize], decay[kMaxHeadSize], y[kMaxHeadSize];
    __shared__ float bonusScratch[kPlainThreads / kWarpSize], meanScratch[kPlainThreads / kWarpSize],
        varianceScratch[kPlainThreads / kWarpSize];
    startNext();
    awaitPrevious();
    const int n = op.headSize;
    const auto size = static_cast<float>(n);
    const int sequence = static_cast<int>(blockIdx.y);
    const std::size_t first = static_cast<std::size_t>(blockIdx.x) * n;
    const int begin = static_cast<int>(threadIdx.x);
    float* state = sequences.stateOf(sequence) + first * n;

    for (int t = 0; t < sequences.tokens; ++t) {
        const std::size_t row = static_cast<std::size_t>(sequence) * sequences.tokens + t;
        const std::size_t at = row * op.heads * n + first;
        float bonus = 0;
        for (int i = begin; i < n; i += kPlainThreads) {
            receptance[i] = op.receptance[at + i];
            key[i] = op.key[at + i];
            decay[i] = expf(-expf(op.decayLogit[(op.decayIsConstant ? first : at) + i]));
            bonus += receptance[i] * op.bonus[first + i] * key[i];
        }
        bonus =
            blockSum<kPlainThreads>(bonus, bonusScratch); // after its barrier the vectors are there for all

        float sum = 0;
        for (int j = begin; j < n; j += kPlainThreads) {
            const float value = op.value[at + j];
            float yj = bonus * value;
            for (int i = 0; i < n; ++i) {
                float& s = state[static_cast<std::size_t>(i) * n + j];
                const float before = s;
                yj += receptance[i] * before;
                s = decay[i] * before + key[i] * value;
            }
            y[j] = yj;
            sum += yj;
        }
        const float mean = blockSum<kPlainThreads>(sum, meanScratch) / size;
        float squares = 0;
        for (int j = begin; j < n; j += kPlainThreads)
            squares += (y[j] - mean) * (y[j] - mean);
        const float variance = blockSum<kPlainThreads>(squares, varianceScratch) / size;
        const float inverseDeviation = 1.0f / sqrtf(variance + op.groupNorm.epsilon);
        for (int j = begin; j < n; j += kPlainThreads) {
            const float gate = op.gate[at + j];
            const float normalised = (y[j] - mean) * inverseDeviation * op.groupNorm.weight[first + j] +
                                     op.groupNorm.bias[first + j];
            op.output[at + j] = normalised * gate * sigmoid(gate);
        }
    }
}

} // namespace engine::cuda
