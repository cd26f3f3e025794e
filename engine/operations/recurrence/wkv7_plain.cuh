// wkv7_plain.cuh: wkv7 for heads of any size, one block for a head of a sequence, token by token.
#pragma once

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/recurrence/wkv6.h"
#include "engine/operations/recurrence/wkv7.h"
#include "engine/operations/recurrence/wkv_launch.cuh"

namespace engine::cuda {

// A warp takes a value channel at a time, and the state stays in global memory.
constexpr int kPlainWarps = kPlainThreads / kWarpSize;

__global__ void __launch_bounds__(kPlainThreads) wkv7PlainKernel(Wkv7 op, Sequences sequences) {
    __shared__ float receptance[kMaxHeadSize], key[kMaxHeadSize], value[kMaxHeadSize], decay[kMaxHeadSize],
        removal[kMaxHeadSize], injection[kMaxHeadSize], y[kMaxHeadSize];
    __shared__ float lengthScratch[kPlainWarps], bonusScratch[kPlainWarps], meanScratch[kPlainWarps],
        varianceScratch[kPlainWarps];
    startNext();
    awaitPrevious();
    const int n = op.headSize;
    const auto size = static_cast<float>(n);
    const int sequence = static_cast<int>(blockIdx.y);
    const std::size_t first = static_cast<std::size_t>(blockIdx.x) * n;
    const int begin = static_cast<int>(threadIdx.x);
    const int warp = begin / kWarpSize;
    const int lane = begin % kWarpSize;
    float* state = sequences.stateOf(sequence) + first * n;

    for (int t = 0; t < sequences.tokens; ++t) {
        const std::size_t row = static_cast<std::size_t>(sequence) * sequences.tokens + t;
        const std::size_t at = row * op.heads * n + first;
        float squares = 0;
        for (int j = begin; j < n; j += kPlainThreads) {
            removal[j] = -op.key[at + j] * op.removalScale[first + j];
            squares += removal[j] * removal[j];
        }
        const float length = sqrtf(blockSum<kPlainThreads>(squares, lengthScratch));
        const float inverseLength = 1.0f / fmaxf(length, 1e-12f);
        float bonus = 0;
        for (int j = begin; j < n; j += kPlainThreads) {
            const float rate = sigmoid(op.rateLogit[at + j]);
            receptance[j] = op.receptance[at + j];
            removal[j] *= inverseLength;
            injection[j] = -removal[j] * rate;
            decay[j] = expf(kWkv7DecayScale * sigmoid(op.decayLogit[at + j]));
            key[j] = op.key[at + j] * (1 + (rate - 1) * op.rateScale[first + j]);
            value[j] = op.value[at + j];
            if (op.valueMixLogit == nullptr)
                op.firstLayerValue[at + j] = value[j];
            else
                value[j] += (op.firstLayerValue[at + j] - value[j]) * sigmoid(op.valueMixLogit[at + j]);
            bonus += receptance[j] * key[j] * op.bonus[first + j];
        }
        bonus =
            blockSum<kPlainThreads>(bonus, bonusScratch); // after its barrier the vectors are there for all

        for (int i = warp; i < n; i += kPlainWarps) {
            float* stateRow = state + static_cast<std::size_t>(i) * n;
            float removed = 0;
            for (int j = lane; j < n; j += kWarpSize)
                removed += stateRow[j] * removal[j];
            removed = warpSum(removed);
            float sum = 0;
            for (int j = lane; j < n; j += kWarpSize) {
                const float s = stateRow[j] * decay[j] + removed * injection[j] + value[i] * key[j];
                stateRow[j] = s;
                sum += s * receptance[j];
            }
            sum = warpSum(sum);
            if (lane == 0)
                y[i] = sum;
        }
        __syncthreads();

        float sum = 0;
        for (int j = begin; j < n; j += kPlainThreads)
            sum += y[j];
        const float mean = blockSum<kPlainThreads>(sum, meanScratch) / size;
        float deviations = 0;
        for (int j = begin; j < n; j += kPlainThreads)
            deviations += (y[j] - mean) * (y[j] - mean);
        const float variance = blockSum<kPlainThreads>(deviations, varianceScratch) / size;
        const float inverseDeviation = 1.0f / sqrtf(variance + op.groupNorm.epsilon);
        for (int j = begin; j < n; j += kPlainThreads) {
            const float normalised = (y[j] - mean) * inverseDeviation * op.groupNorm.weight[first + j] +
                                     op.groupNorm.bias[first + j];
            op.output[at + j] = (normalised + bonus * value[j]) * op.gate[at + j];
        }
    }
}

} // namespace engine::cuda
