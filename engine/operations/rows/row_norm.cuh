// row_norm.cuh: rows held by a block of kRowThreads, and their layer normalisation.
// A thread has the columns threadIdx.x, + kRowThreads, ... Rows up to kWidestHeldRow are held in registers,
// kValues per thread; HeldRow<0> leaves a row of any width in memory. Sums are formed in the same order for
// every kValues, so that a row's result depends on nothing but the row.
#pragma once

#include "engine/cuda/device/warp.cuh"
#include "engine/operations/rows/layer_norm.h"

#include <cuda_runtime.h>

#include <cstddef>
#include <type_traits>

namespace engine::cuda {

// Measured nowhere yet; chosen for decoding, where a row has one processor: 16 warps hide the way to the
// level 2 cache with a few loads each, and leave every thread 128 registers.
inline constexpr int kRowThreads = 512;
inline constexpr int kMostHeldValues = 16;
inline constexpr int kWidestHeldRow = kMostHeldValues * kRowThreads;

template <int kValues> class HeldRow {
public:
    // Holds value(i, column) for the i-th of the thread's columns. Beyond the row's end the last column is
    // asked for instead: without a branch, all loads of `value` can be on their way at once.
    template <class Value> __device__ __forceinline__ void fill(float*, int width, Value value) {
#pragma unroll
        for (int i = 0; i < kValues; ++i)
            m_values[i] = value(i, min(columnOf(i), width - 1));
    }
    __device__ __forceinline__ void load(const float* row, int width) {
        fill(nullptr, width, [row](int, int column) { return row[column]; });
    }
    __device__ __forceinline__ float at(int i, int) const { return m_values[i]; }
    // body(i, column, value)
    template <class Body> __device__ __forceinline__ void forEach(int width, Body body) const {
#pragma unroll
        for (int i = 0; i < kValues; ++i)
            if (columnOf(i) < width)
                body(i, columnOf(i), m_values[i]);
    }

private:
    __device__ __forceinline__ static int columnOf(int i) {
        return static_cast<int>(threadIdx.x) + i * kRowThreads;
    }

    float m_values[kValues];
};

template <> class HeldRow<0> {
public:
    // Writes the row to `memory`.
    template <class Value> __device__ __forceinline__ void fill(float* memory, int width, Value value) {
        m_row = memory;
        for (int column = static_cast<int>(threadIdx.x); column < width; column += kRowThreads)
            memory[column] = value(0, column);
    }
    __device__ __forceinline__ void load(const float* row, int) { m_row = row; }
    __device__ __forceinline__ float at(int, int column) const { return m_row[column]; }
    template <class Body> __device__ __forceinline__ void forEach(int width, Body body) const {
        for (int column = static_cast<int>(threadIdx.x); column < width; column += kRowThreads)
            body(0, column, m_row[column]);
    }

private:
    const float* m_row = nullptr;
};

struct RowStatistics {
    float mean = 0;
    float inverseDeviation = 0; // 1/sqrt(variance + epsilon), biased variance

    [[nodiscard]] __device__ __forceinline__ float normalise(float value, float weight, float bias) const {
        return fmaf((value - mean) * inverseDeviation, weight, bias);
    }
};

// In all threads of the block. It may be called again at once.
template <int kValues>
__device__ __forceinline__ RowStatistics rowStatistics(const HeldRow<kValues>& row, int width,
                                                       float epsilon) {
    // Two, as a fast warp may be at the next sum while a slow one still reads the last; it cannot be two sums
    // ahead.
    __shared__ float scratch[2][kRowThreads / kWarpSize];
    const auto n = static_cast<float>(width);
    float sum = 0;
    row.forEach(width, [&](int, int, float value) { sum += value; });
    const float mean = blockSum<kRowThreads>(sum, scratch[0]) / n;
    float squares = 0;
    row.forEach(width, [&](int, int, float value) {
        const float centred = value - mean;
        squares = fmaf(centred, centred, squares);
    });
    const float variance = blockSum<kRowThreads>(squares, scratch[1]) / n;
    return {mean, 1.0f / sqrtf(variance + epsilon)};
}

// The layer norm's weights of a thread's columns: read before the row is there.
template <int kValues> class HeldNorm {
public:
    __device__ __forceinline__ void load(const NormParameters& norm, int width) {
        m_weight.load(norm.weight, width);
        m_bias.load(norm.bias, width);
    }
    [[nodiscard]] __device__ __forceinline__ float normalise(const RowStatistics& statistics, int i,
                                                             int column, float value) const {
        return statistics.normalise(value, m_weight.at(i, column), m_bias.at(i, column));
    }

private:
    HeldRow<kValues> m_weight;
    HeldRow<kValues> m_bias;
};

// Calls launch(std::integral_constant<int, kValues>) with the smallest kValues that holds such rows.
template <class Launch> void withHeldValues(int width, Launch launch) {
    const int values = (width + kRowThreads - 1) / kRowThreads;
    if (values > kMostHeldValues)
        launch(std::integral_constant<int, 0>{});
    else if (values > 8)
        launch(std::integral_constant<int, kMostHeldValues>{});
    else if (values > 4)
        launch(std::integral_constant<int, 8>{});
    else if (values > 2)
        launch(std::integral_constant<int, 4>{});
    else
        launch(std::integral_constant<int, 2>{});
}

} // namespace engine::cuda
