// head_tile.cuh: what wkv6 and wkv7 have in common: how a block runs one head of 64 channels over a span of
// tokens. A block has 128 threads, each with 32 of the state's 4096 values in registers, and takes the tokens
// in tiles of 8:
//   1. a thread loads and prepares four neighbouring channels (a quad) of one token: 16 lanes of a warp have
//      a token
//   2. all threads run the tile's tokens without a barrier between them, each with its part of the state.
//      What a part contributes to an output goes to shared memory
//   3. again with a quad of one token, a thread adds up the 8 parts' contributions, normalises and writes the
//      output
// The inputs of a quad are read and its output is written by one thread, so outputs may take the place of
// inputs. The next tile's inputs are on their way during 2. Eight tokens, as then every thread has a quad in
// 1 and 3, and two barriers for 8 tokens are cheap.
#pragma once

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/sequences.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/recurrence/wkv_memory.h"

#include <cstddef>
#include <cstdint>

namespace engine::cuda {

inline constexpr int kTileThreads = 128;
inline constexpr int kQuads = kTileHeadSize / 4;          // of a head
inline constexpr int kTileTokens = kTileThreads / kQuads; // 8
inline constexpr int kStateParts = 8;                     // that contribute to each output
inline constexpr int kStateSize = kTileHeadSize * kTileHeadSize;

// Moved by one instruction; its address is a multiple of 16.
struct alignas(16) Quad {
    float at[4];
};

__device__ __forceinline__ Quad loadQuad(const float* from) { return *reinterpret_cast<const Quad*>(from); }
__device__ __forceinline__ void storeQuad(float* to, const Quad& quad) {
    *reinterpret_cast<Quad*>(to) = quad;
}

inline bool isQuadAligned(const void* address) { return reinterpret_cast<std::uintptr_t>(address) % 16 == 0; }

// Over groups of kLanes neighbouring lanes, in all of them.
template <int kLanes> __device__ __forceinline__ float laneSum(float value) {
    for (int distance = kLanes / 2; distance > 0; distance /= 2)
        value += __shfl_xor_sync(kWholeWarp, value, distance);
    return value;
}

// Of one head, in shared memory.
struct HeadVector {
    alignas(16) float at[kTileHeadSize];
};

// What the parts of the state contribute to a tile's outputs, in shared memory. A part's row is longer by a
// quad, so that eight lanes which store the same quad of eight parts do not meet in the same banks.
struct TileSums {
    alignas(16) float at[kTileTokens][kStateParts][kTileHeadSize + 4];

    __device__ __forceinline__ Quad total(int token, int quad) const {
        Quad sum = loadQuad(&at[token][0][4 * quad]);
        for (int part = 1; part < kStateParts; ++part) {
            const Quad contribution = loadQuad(&at[token][part][4 * quad]);
            for (int c = 0; c < 4; ++c)
                sum.at[c] += contribution.at[c];
        }
        return sum;
    }
};

// Group norm of a head that 16 lanes have, a quad each.
__device__ __forceinline__ Quad normaliseHead(Quad y, const Quad& weight, const Quad& bias, float epsilon) {
    const float mean = laneSum<kQuads>(y.at[0] + y.at[1] + y.at[2] + y.at[3]) / kTileHeadSize;
    float squares = 0;
    for (int c = 0; c < 4; ++c)
        squares += (y.at[c] - mean) * (y.at[c] - mean);
    const float inverseDeviation = 1.0f / sqrtf(laneSum<kQuads>(squares) / kTileHeadSize + epsilon);
    for (int c = 0; c < 4; ++c)
        y.at[c] = (y.at[c] - mean) * inverseDeviation * weight.at[c] + bias.at[c];
    return y;
}

// See wkv_memory.h.
struct ChunkStates {
    int count = 1;
    int heads = 0;
    // [count,H,N,N]. Until launch 2 has run, those from chunk 2 on are ends of chunks that began with none.
    float* starts = nullptr;
    float* transitions = nullptr; // [count - 2,...], from chunk 1 on

    [[nodiscard]] __device__ std::size_t index(int chunk, int head) const {
        return static_cast<std::size_t>(chunk) * heads + head;
    }
    [[nodiscard]] __device__ float* start(int chunk, int head) const {
        return starts + index(chunk, head) * kStateSize;
    }
};

enum class Pass {
    Whole,       // sequences from their state to their state, with outputs
    ChunkEnds,   // launch 1 of wkv_memory.h
    ChunkOutputs // launch 3
};

// What a block runs: blockIdx.x is its head, blockIdx.y its sequence or chunk.
struct TokenSpan {
    int begin = 0, end = 0;       // rows
    const float* start = nullptr; // the state before; null: zeros
    float* finish = nullptr;      // where the state after goes; null: nowhere
};

template <Pass kPass>
__device__ __forceinline__ TokenSpan tokenSpan(const Sequences& sequences, const ChunkStates& chunks) {
    const int head = static_cast<int>(blockIdx.x);
    const int index = static_cast<int>(blockIdx.y);
    const std::size_t offset = static_cast<std::size_t>(head) * kStateSize;
    TokenSpan span;
    if constexpr (kPass == Pass::Whole) {
        span.begin = index * sequences.tokens;
        span.end = span.begin + sequences.tokens;
        span.finish = sequences.stateOf(index) + offset;
        span.start = span.finish;
        return span;
    }
    const bool isLast = index + 1 == chunks.count;
    span.begin = index * kWkvChunkTokens;
    span.end = isLast ? sequences.tokens : span.begin + kWkvChunkTokens;
    if constexpr (kPass == Pass::ChunkEnds) {
        // The first chunk knows its beginning, so what it does to any other one is not asked for.
        span.start = index == 0 ? sequences.stateOf(0) + offset : nullptr;
        span.finish = chunks.start(index + 1, head);
    } else {
        span.start = chunks.start(index, head);
        span.finish = isLast ? sequences.stateOf(0) + offset : nullptr;
    }
    return span;
}

// Brings the state of the block's head and sequence towards the level 2 cache, while the kernel before still
// runs. The state may yet be written by one of those before, which changes it in that cache; their table
// never is.
__device__ __forceinline__ void fetchStateAhead(const Sequences& sequences) {
    const float* state =
        sequences.stateOf(static_cast<int>(blockIdx.y)) + static_cast<std::size_t>(blockIdx.x) * kStateSize;
    for (unsigned i = 4 * threadIdx.x; i < kStateSize; i += 4 * kTileThreads)
        fetchAhead(state + i);
}

} // namespace engine::cuda
