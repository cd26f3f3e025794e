// wkv6_cuda.cu: heads of 64 channels in tiles (cuda/head_tile.cuh), token by token or in chunks
// (wkv_memory.h); other heads by a plain kernel.
// In the tiles a thread has 8 key channels of 4 value channels: in S[i,j] i in 8 part .. 8 part + 7, j in 4
// quad .. 4 quad + 3. So no token needs another thread's state, and the 128 bits of each load from shared
// memory serve 16 values. Two of 32 lanes' parts share a warp; what the 8 parts add to y meets only after the
// tile.
// A chunk's transition is a factor per key channel, the product of its decays. It is taken as exp of the sum
// of their logarithms, which the thread that prepares a quad has at hand.
#include "engine/operations/recurrence/wkv6.h"

#include "engine/operations/recurrence/head_tile.cuh"
#include "engine/operations/recurrence/wkv6_plain.cuh"
#include "engine/operations/recurrence/wkv_launch.cuh"

#include <array>

namespace engine::cuda {
namespace {

constexpr int kKeyChannels = kTileHeadSize / kStateParts; // of a thread

struct Weights {
    HeadVector bonus, normWeight, normBias;
};

struct Tile {
    HeadVector receptance[kTileTokens], key[kTileTokens], value[kTileTokens], decay[kTileTokens];
};

struct TokenQuad {
    Quad receptance{}, key{}, value{}, gate{}, decayLogit{};
};

// Before awaitPrevious().
__device__ __forceinline__ void loadWeights(const Wkv6& op, Weights& weights) {
    const std::size_t first = static_cast<std::size_t>(blockIdx.x) * kTileHeadSize;
    const int i = static_cast<int>(threadIdx.x);
    if (i < kTileHeadSize) {
        weights.bonus.at[i] = op.bonus[first + i];
        weights.normWeight.at[i] = op.groupNorm.weight[first + i];
        weights.normBias.at[i] = op.groupNorm.bias[first + i];
    }
    __syncthreads();
}

template <Pass kPass>
__device__ __forceinline__ TokenQuad loadToken(const Wkv6& op, int row, int end, int quad) {
    TokenQuad token;
    if (row >= end)
        return token;
    const std::size_t channel = static_cast<std::size_t>(blockIdx.x) * kTileHeadSize + 4 * quad;
    const std::size_t at = static_cast<std::size_t>(row) * op.heads * kTileHeadSize + channel;
    token.key = loadQuad(op.key + at);
    token.value = loadQuad(op.value + at);
    token.decayLogit = loadQuad(op.decayLogit + (op.decayIsConstant ? channel : at));
    if constexpr (kPass != Pass::ChunkEnds) {
        token.receptance = loadQuad(op.receptance + at);
        token.gate = loadQuad(op.gate + at);
    }
    return token;
}

// One token; what this part of the state contributes to y.
template <Pass kPass>
__device__ __forceinline__ Quad advance(Quad (&state)[kKeyChannels], const Tile& tile, int t, int quad,
                                        int part) {
    const Quad value = loadQuad(&tile.value[t].at[4 * quad]);
    Quad y{};
    for (int first = 0; first < kKeyChannels; first += 4) {
        const int channel = kKeyChannels * part + first;
        const Quad key = loadQuad(&tile.key[t].at[channel]);
        const Quad decay = loadQuad(&tile.decay[t].at[channel]);
        Quad receptance{};
        if constexpr (kPass != Pass::ChunkEnds)
            receptance = loadQuad(&tile.receptance[t].at[channel]);
        for (int i = 0; i < 4; ++i)
            for (int j = 0; j < 4; ++j) {
                float& s = state[first + i].at[j];
                y.at[j] += receptance.at[i] * s;
                s = fmaf(decay.at[i], s, key.at[i] * value.at[j]);
            }
    }
    return y;
}

// The product of a chunk's decays, for launch 2. `logDecay` is the sum of the calling thread's quad over its
// tokens.
__device__ __forceinline__ void storeTransition(const ChunkStates& chunks, const Quad& logDecay, int token,
                                                int quad) {
    __shared__ HeadVector sums[kTileTokens];
    storeQuad(&sums[token].at[4 * quad], logDecay);
    __syncthreads();
    const int i = static_cast<int>(threadIdx.x);
    if (i >= kTileHeadSize)
        return;
    float sum = 0;
    for (const HeadVector& part : sums)
        sum += part.at[i];
    const std::size_t to = chunks.index(static_cast<int>(blockIdx.y) - 1, static_cast<int>(blockIdx.x));
    chunks.transitions[to * kTileHeadSize + i] = expf(sum);
}

template <Pass kPass>
__global__ void __launch_bounds__(kTileThreads)
    wkv6TileKernel(Wkv6 op, Sequences sequences, ChunkStates chunks) {
    __shared__ Weights weights;
    __shared__ Tile tile;
    __shared__ TileSums sums;
    startNext();
    if constexpr (kPass == Pass::Whole)
        fetchStateAhead(sequences);
    loadWeights(op, weights);
    awaitPrevious();

    const TokenSpan span = tokenSpan<kPass>(sequences, chunks);
    const int quad = static_cast<int>(threadIdx.x) % kQuads;
    const int part = static_cast<int>(threadIdx.x) / kQuads; // of the state
    const int token = part;                                  // of the tile
    const int mine = kKeyChannels * part * kTileHeadSize + 4 * quad;

    TokenQuad next = loadToken<kPass>(op, span.begin + token, span.end, quad);
    Quad state[kKeyChannels] = {};
    if (span.start != nullptr)
        for (int i = 0; i < kKeyChannels; ++i)
            state[i] = loadQuad(span.start + mine + i * kTileHeadSize);
    if (kPass == Pass::ChunkEnds && blockIdx.y == 0)
        for (int i = 0; i < kKeyChannels; ++i)
            storeQuad(chunks.start(0, static_cast<int>(blockIdx.x)) + mine + i * kTileHeadSize, state[i]);

    Quad logDecay{};
    for (int begin = span.begin; begin < span.end; begin += kTileTokens) {
        const int row = begin + token;
        const TokenQuad current = next;
        Quad decay;
        float bonus = 0;
        for (int c = 0; c < 4; ++c) {
            const float rate = expf(current.decayLogit.at[c]);
            decay.at[c] = expf(-rate);
            if (kPass == Pass::ChunkEnds && row < span.end)
                logDecay.at[c] -= rate;
            bonus += current.receptance.at[c] * weights.bonus.at[4 * quad + c] * current.key.at[c];
        }
        storeQuad(&tile.key[token].at[4 * quad], current.key);
        storeQuad(&tile.value[token].at[4 * quad], current.value);
        storeQuad(&tile.decay[token].at[4 * quad], decay);
        if constexpr (kPass != Pass::ChunkEnds) {
            storeQuad(&tile.receptance[token].at[4 * quad], current.receptance);
            bonus = laneSum<kQuads>(bonus);
        }
        __syncthreads();

        next = loadToken<kPass>(op, row + kTileTokens, span.end, quad);
        const int count = min(kTileTokens, span.end - begin);
        for (int t = 0; t < count; ++t) {
            const Quad contribution = advance<kPass>(state, tile, t, quad, part);
            if constexpr (kPass != Pass::ChunkEnds)
                storeQuad(&sums.at[t][part][4 * quad], contribution);
        }
        __syncthreads();

        if constexpr (kPass != Pass::ChunkEnds) {
            Quad y = sums.total(token, quad);
            for (int c = 0; c < 4; ++c)
                y.at[c] += bonus * current.value.at[c];
            y = normaliseHead(y, loadQuad(&weights.normWeight.at[4 * quad]),
                              loadQuad(&weights.normBias.at[4 * quad]), op.groupNorm.epsilon);
            for (int c = 0; c < 4; ++c)
                y.at[c] *= current.gate.at[c] * sigmoid(current.gate.at[c]);
            if (row < span.end)
                storeQuad(op.output +
                              (static_cast<std::size_t>(row) * op.heads + blockIdx.x) * kTileHeadSize +
                              4 * quad,
                          y);
        }
    }

    if (span.finish != nullptr)
        for (int i = 0; i < kKeyChannels; ++i)
            storeQuad(span.finish + mine + i * kTileHeadSize, state[i]);
    if constexpr (kPass == Pass::ChunkEnds)
        if (blockIdx.y > 0)
            storeTransition(chunks, logDecay, token, quad);
}

// Launch 2: every value of the state by itself, eight chunks' values on their way at once.
constexpr int kScanThreads = 256;

__global__ void __launch_bounds__(kScanThreads) wkv6ScanKernel(ChunkStates chunks) {
    startNext();
    awaitPrevious();
    constexpr int kAhead = 8;
    const std::size_t element =
        static_cast<std::size_t>(blockIdx.x) * kScanThreads + threadIdx.x; // of [H,N,N]
    const std::size_t stride = static_cast<std::size_t>(chunks.heads) * kStateSize;
    const std::size_t keyChannel = element / kTileHeadSize;
    float state = chunks.starts[stride + element];
    for (int first = 1; first + 1 < chunks.count; first += kAhead) {
        float end[kAhead], decay[kAhead];
        for (int i = 0; i < kAhead; ++i) {
            const int chunk = first + i;
            const bool isThere = chunk + 1 < chunks.count;
            end[i] = isThere ? chunks.starts[(chunk + 1) * stride + element] : 0;
            decay[i] = isThere ? chunks.transitions[(chunk - 1) * (stride / kTileHeadSize) + keyChannel] : 0;
        }
        for (int i = 0; i < kAhead; ++i) {
            const int chunk = first + i;
            state = decay[i] * state + end[i];
            if (chunk + 1 < chunks.count)
                chunks.starts[(chunk + 1) * stride + element] = state;
        }
    }
}

} // namespace

void wkv6(const Wkv6& op, const Sequences& sequences, const Stream& stream) {
    const std::array<const float*, 6> rows{op.receptance, op.key,        op.value,
                                           op.gate,       op.decayLogit, op.output};
    launchWkv(op, rows, sequences, stream,
              {.plain = wkv6PlainKernel,
               .whole = wkv6TileKernel<Pass::Whole>,
               .chunkEnds = wkv6TileKernel<Pass::ChunkEnds>,
               .chunkOutputs = wkv6TileKernel<Pass::ChunkOutputs>,
               .scan = wkv6ScanKernel,
               .scanBlocks = static_cast<unsigned>(op.heads) * (kStateSize / kScanThreads),
               .scanThreads = kScanThreads});
}

} // namespace engine::cuda
