// skipped_rows.cuh: how a warp reads the weights of one input for 256 outputs, of matrices column-major. A
// lane has 8 outputs, two times four that lie side by side: firstFour() and secondFour() of its warp's.
#pragma once

#include "engine/cuda/device/stored_value.cuh"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/products/quantised/packed_weights.h"

#include <cuda_runtime.h>

#include <cassert>
#include <cstddef>

namespace engine::cuda {

inline constexpr int kOutputsPerLane = 8;

struct StoredRows {
    const unsigned char* data = nullptr;
    int outputs = 0;
    // Packed weights only (packed_weights.h):
    int filledOutputs = 0;
    int codeBits = 0;
    int offset = 0;
    bool hasMinimum = false;
};

inline StoredRows storedRows(const Matrix& weights) {
    StoredRows rows{static_cast<const unsigned char*>(weights.data), weights.rows};
    if (weights.isPacked) {
        assert(isAligned(weights.data));
        const PackedRun run = packedRun(weights.type, weights.rows);
        rows.filledOutputs = static_cast<int>(run.outputs);
        rows.codeBits = run.layout.codeBits;
        rows.offset = run.layout.offset;
        rows.hasMinimum = run.layout.hasMinimum;
    }
    return rows;
}

// Float32, float16 or bfloat16. kAligned promises that 16 bytes can be loaded at once.
template <class Stored, bool kAligned> class PlainRows {
public:
    static constexpr int kLoads = kOutputsPerLane / kPerLoad<Stored>;
    struct Weights {
        uint4 bytes[kLoads];
    };

    static __device__ __forceinline__ int firstFour(int lane) { return kOutputsPerLane * lane; }
    static __device__ __forceinline__ int secondFour(int lane) { return kOutputsPerLane * lane + 4; }

    __device__ __forceinline__ PlainRows(const StoredRows& rows, int tile)
        : m_data(reinterpret_cast<const Stored*>(rows.data))
        , m_outputs(rows.outputs)
        , m_output(tile + firstFour(static_cast<int>(threadIdx.x) % 32)) {}

    __device__ __forceinline__ void beginRun(int run) { m_run = run; }
    __device__ __forceinline__ void openHead() {}

    // The run's input with this number.
    __device__ __forceinline__ void load(int input, Weights& weights) const {
        const Stored* row =
            m_data + (static_cast<std::size_t>(m_run) * kTileColumns + static_cast<std::size_t>(input)) *
                         static_cast<std::size_t>(m_outputs);
#pragma unroll
        for (int i = 0; i < kLoads; ++i) {
            const int output = m_output + i * kPerLoad<Stored>;
            const int count = m_outputs - output;
            weights.bytes[i] = loadWeights<Stored, kAligned>(count > 0 ? row + output : row, count);
        }
    }

    __device__ __forceinline__ void widen(const Weights& weights, float (&values)[kOutputsPerLane]) const {
#pragma unroll
        for (int i = 0; i < kLoads; ++i)
            cuda::widen<Stored>(weights.bytes[i], values + i * kPerLoad<Stored>);
    }

private:
    const Stored* m_data;
    int m_outputs;
    int m_output; // the lane's first
    int m_run = 0;
};

// Codes of 8 bits: two groups of four, side by side in memory, which belong to outputs that are 16 apart; of
// 4 bits: one such group, whose high halves belong to outputs 64 further on.
template <int kCodeBits> class PackedRows {
public:
    struct Weights {
        unsigned words[kCodeBits / 4];
    };

    static __device__ __forceinline__ int firstFour(int lane) {
        const int word = kCodeBits == 8 ? 2 * lane : lane; // its number: 16 are a unit of 64 bytes
        constexpr int kUnit = kCodeBits == 8 ? 64 : 128;
        return word / 16 * kUnit + word % 4 * 16 + word % 16 / 4 * 4;
    }
    static __device__ __forceinline__ int secondFour(int lane) {
        return firstFour(lane) + (kCodeBits == 8 ? 16 : 64);
    }

    __device__ __forceinline__ PackedRows(const StoredRows& rows, int tile)
        : m_rows(rows)
        , m_tile(tile)
        , m_exists(tile + firstFour(static_cast<int>(threadIdx.x) % 32) < rows.filledOutputs) {}

    __device__ __forceinline__ void beginRun(int run) {
        const auto filled = static_cast<std::size_t>(m_rows.filledOutputs);
        const std::size_t headBytes = (m_rows.hasMinimum ? 4 : 2) * filled;
        const std::size_t inputBytes = filled * kCodeBits / 8;
        const unsigned char* const packed =
            m_rows.data + static_cast<std::size_t>(run) * (headBytes + kTileColumns * inputBytes);
        m_codes = packed + headBytes + static_cast<std::size_t>(m_tile) * kCodeBits / 8 +
                  threadIdx.x % 32 * sizeof(Weights);
        if (!m_exists)
            return;
        const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
        for (int four = 0; four < 2; ++four) {
            const auto output =
                static_cast<std::size_t>(m_tile + (four == 0 ? firstFour(lane) : secondFour(lane)));
            m_storedScales[four] = __ldcs(reinterpret_cast<const uint2*>(packed + 2 * output));
            if (m_rows.hasMinimum)
                m_storedMinimums[four] =
                    __ldcs(reinterpret_cast<const uint2*>(packed + 2 * (filled + output)));
        }
    }

    // Before the run's first weights are widened, and after they have been asked for: it waits for the head.
    __device__ __forceinline__ void openHead() {
#pragma unroll
        for (int four = 0; four < 2; ++four) {
            float scales[4];
            float minimums[4];
            widenHalves(m_storedScales[four], scales);
            widenHalves(m_storedMinimums[four], minimums);
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                m_scales[4 * four + i] = scales[i];
                m_starts[4 * four + i] =
                    m_rows.hasMinimum ? minimums[i] : -static_cast<float>(m_rows.offset) * scales[i];
            }
        }
    }

    __device__ __forceinline__ void load(int input, Weights& weights) const {
        const unsigned char* from = m_codes + static_cast<std::size_t>(input) *
                                                  static_cast<std::size_t>(m_rows.filledOutputs) * kCodeBits /
                                                  8;
        if constexpr (kCodeBits == 8) {
            const uint2 bytes = m_exists ? __ldcs(reinterpret_cast<const uint2*>(from)) : make_uint2(0, 0);
            weights.words[0] = bytes.x;
            weights.words[1] = bytes.y;
        } else {
            weights.words[0] = m_exists ? __ldcs(reinterpret_cast<const unsigned*>(from)) : 0;
        }
    }

    __device__ __forceinline__ void widen(const Weights& weights, float (&values)[kOutputsPerLane]) const {
        const unsigned first = kCodeBits == 8 ? weights.words[0] : weights.words[0] & 0x0F0F0F0Fu;
        const unsigned second =
            kCodeBits == 8 ? weights.words[kCodeBits / 4 - 1] : weights.words[0] >> 4 & 0x0F0F0F0Fu;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            values[i] = fmaf(codeAt(first, i), m_scales[i], m_starts[i]);
            values[4 + i] = fmaf(codeAt(second, i), m_scales[4 + i], m_starts[4 + i]);
        }
    }

private:
    // As the last byte of 2^23 a byte is the number itself: faster than a conversion.
    static __device__ __forceinline__ float codeAt(unsigned word, int byte) {
        return __uint_as_float(__byte_perm(word, 0x4B000000u, 0x7650u + static_cast<unsigned>(byte))) -
               8388608.0f;
    }

    StoredRows m_rows;
    int m_tile;
    bool m_exists; // filled outputs end with 128, a tile of outputs with 256
    const unsigned char* m_codes = nullptr;
    uint2 m_storedScales[2] = {};
    uint2 m_storedMinimums[2] = {};
    float m_scales[kOutputsPerLane] = {};
    float m_starts[kOutputsPerLane] = {};
};

} // namespace engine::cuda
