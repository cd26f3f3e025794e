// wkv7_cuda.cu: heads of 64 channels in tiles (cuda/head_tile.cuh), token by token or in chunks
// (wkv_memory.h); other heads by a plain kernel.
// In the tiles a thread has 4 value channels of 8 key channels: in S[i,j] i in 4 rows .. 4 rows + 3, j in the
// quads part and part + 8. The 8 lanes with the same value channels are neighbours, so a token's removal S κ̂
// needs three shuffles and no barrier; what the 8 parts add to y meets only after the tile. The two quads
// stand half a head apart, so that the 8 lanes read 128 neighbouring bytes.
// A token multiplies the state from the right by diag(w) - κ̂ᵀ (κ̂ α), so what a chunk does to a state is a
// matrix M: the rows of the unit matrix run through the chunk with v = 0, in blocks of their own beside those
// of the chunk's end. Launch 2 then has one product of 64x64 matrices per chunk: S[c+1] = S[c] M[c] + end[c].
#include "engine/operations/recurrence/wkv7.h"

#include "engine/operations/recurrence/head_tile.cuh"
#include "engine/operations/recurrence/wkv6.h"
#include "engine/operations/recurrence/wkv7_plain.cuh"
#include "engine/operations/recurrence/wkv_launch.cuh"

#include <array>

namespace engine::cuda {
namespace {

constexpr int kRows = 4;        // value channels of a thread
constexpr int kColumnQuads = 2; // quads of key channels of a thread

struct Weights {
    HeadVector removalScale, rateScale, bonus, normWeight, normBias;
};

struct Tile {
    HeadVector receptance[kTileTokens], key[kTileTokens], value[kTileTokens], decay[kTileTokens],
        removal[kTileTokens],   // a = -κ̂
        injection[kTileTokens]; // b = κ̂ α
};

struct TokenQuad {
    Quad receptance{}, key{}, value{}, decayLogit{}, rateLogit{}, valueMixLogit{}, firstLayerValue{}, gate{};
};

// What is left to do for a token when its tile has run.
struct OutputQuad {
    Quad value, gate;
    float bonus;
};

// Before awaitPrevious().
__device__ __forceinline__ void loadWeights(const Wkv7& op, Weights& weights) {
    const std::size_t first = static_cast<std::size_t>(blockIdx.x) * kTileHeadSize;
    const int i = static_cast<int>(threadIdx.x);
    if (i < kTileHeadSize) {
        weights.removalScale.at[i] = op.removalScale[first + i];
        weights.rateScale.at[i] = op.rateScale[first + i];
        weights.bonus.at[i] = op.bonus[first + i];
        weights.normWeight.at[i] = op.groupNorm.weight[first + i];
        weights.normBias.at[i] = op.groupNorm.bias[first + i];
    }
    __syncthreads();
}

__device__ __forceinline__ std::size_t quadIndex(const Wkv7& op, int row, int quad) {
    return (static_cast<std::size_t>(row) * op.heads + blockIdx.x) * kTileHeadSize + 4 * quad;
}

template <Pass kPass>
__device__ __forceinline__ TokenQuad loadToken(const Wkv7& op, int row, int end, int quad) {
    TokenQuad token;
    if (row >= end)
        return token;
    const std::size_t at = quadIndex(op, row, quad);
    token.key = loadQuad(op.key + at);
    token.value = loadQuad(op.value + at);
    token.decayLogit = loadQuad(op.decayLogit + at);
    token.rateLogit = loadQuad(op.rateLogit + at);
    if (op.valueMixLogit != nullptr) {
        token.valueMixLogit = loadQuad(op.valueMixLogit + at);
        token.firstLayerValue = loadQuad(op.firstLayerValue + at);
    }
    if constexpr (kPass != Pass::ChunkEnds) {
        token.receptance = loadQuad(op.receptance + at);
        token.gate = loadQuad(op.gate + at);
    }
    return token;
}

// Puts what the recurrence needs of a token's quad into the tile.
template <Pass kPass>
__device__ __forceinline__ OutputQuad prepareToken(const Wkv7& op, const Weights& weights,
                                                   const TokenQuad& token, Tile& tile, int t, int quad) {
    const Quad removalScale = loadQuad(&weights.removalScale.at[4 * quad]);
    const Quad rateScale = loadQuad(&weights.rateScale.at[4 * quad]);
    const Quad bonusScale = loadQuad(&weights.bonus.at[4 * quad]);
    Quad removal, injection, decay, key;
    OutputQuad output{token.value, token.gate, 0};
    float squares = 0;
    for (int c = 0; c < 4; ++c) {
        removal.at[c] = token.key.at[c] * removalScale.at[c];
        squares += removal.at[c] * removal.at[c];
    }
    const float inverseLength = 1.0f / fmaxf(sqrtf(laneSum<kQuads>(squares)), 1e-12f);
    for (int c = 0; c < 4; ++c) {
        const float rate = sigmoid(token.rateLogit.at[c]);
        removal.at[c] *= -inverseLength;
        injection.at[c] = -removal.at[c] * rate;
        decay.at[c] = expf(kWkv7DecayScale * sigmoid(token.decayLogit.at[c]));
        key.at[c] = token.key.at[c] * (1 + (rate - 1) * rateScale.at[c]);
        if (op.valueMixLogit != nullptr)
            output.value.at[c] +=
                (token.firstLayerValue.at[c] - output.value.at[c]) * sigmoid(token.valueMixLogit.at[c]);
        output.bonus += token.receptance.at[c] * key.at[c] * bonusScale.at[c];
    }
    storeQuad(&tile.removal[t].at[4 * quad], removal);
    storeQuad(&tile.injection[t].at[4 * quad], injection);
    storeQuad(&tile.decay[t].at[4 * quad], decay);
    storeQuad(&tile.key[t].at[4 * quad], key);
    storeQuad(&tile.value[t].at[4 * quad], output.value);
    if constexpr (kPass != Pass::ChunkEnds) {
        storeQuad(&tile.receptance[t].at[4 * quad], token.receptance);
        output.bonus = laneSum<kQuads>(output.bonus);
    }
    return output;
}

struct StatePart {
    Quad at[kRows][kColumnQuads];
};

// Of the calling thread's part. `rows` is its group of value channels.
__device__ __forceinline__ int partIndex(int rows, int i, int part, int q) {
    return (kRows * rows + i) * kTileHeadSize + 4 * (part + q * kStateParts);
}

// One token; what this part of the state contributes to y.
template <Pass kPass>
__device__ __forceinline__ Quad advance(StatePart& state, const Tile& tile, int t, const Quad& value,
                                        int part) {
    float removed[kRows] = {};
    for (int q = 0; q < kColumnQuads; ++q) {
        const Quad removal = loadQuad(&tile.removal[t].at[4 * (part + q * kStateParts)]);
        for (int i = 0; i < kRows; ++i)
            for (int c = 0; c < 4; ++c)
                removed[i] += state.at[i][q].at[c] * removal.at[c];
    }
    for (int i = 0; i < kRows; ++i)
        removed[i] = laneSum<kStateParts>(removed[i]);

    Quad y{};
    for (int q = 0; q < kColumnQuads; ++q) {
        const int channel = 4 * (part + q * kStateParts);
        const Quad decay = loadQuad(&tile.decay[t].at[channel]);
        const Quad injection = loadQuad(&tile.injection[t].at[channel]);
        const Quad key = loadQuad(&tile.key[t].at[channel]);
        Quad receptance{};
        if constexpr (kPass != Pass::ChunkEnds)
            receptance = loadQuad(&tile.receptance[t].at[channel]);
        for (int i = 0; i < kRows; ++i)
            for (int c = 0; c < 4; ++c) {
                float& s = state.at[i][q].at[c];
                // The removal comes last, as it is what the shuffles keep waiting.
                s = fmaf(s, decay.at[c], value.at[i] * key.at[c]);
                s += removed[i] * injection.at[c];
                y.at[i] += s * receptance.at[c];
            }
    }
    return y;
}

// Four blocks to a processor, so at most 128 registers: the shuffles of one hide behind the products of the
// others.
template <Pass kPass>
__global__ void __launch_bounds__(kTileThreads, 4)
    wkv7TileKernel(Wkv7 op, Sequences sequences, ChunkStates chunks) {
    __shared__ Weights weights;
    __shared__ Tile tile;
    __shared__ TileSums sums;
    startNext();
    if constexpr (kPass == Pass::Whole)
        fetchStateAhead(sequences);
    loadWeights(op, weights);
    awaitPrevious();

    TokenSpan span = tokenSpan<kPass>(sequences, chunks);
    const int head = static_cast<int>(blockIdx.x);
    const bool isTransition = kPass == Pass::ChunkEnds && blockIdx.z == 1;
    if (isTransition) {
        if (blockIdx.y == 0)
            return;
        span.finish = chunks.transitions + chunks.index(static_cast<int>(blockIdx.y) - 1, head) * kStateSize;
    }
    const int quad = static_cast<int>(threadIdx.x) % kQuads;
    const int token = static_cast<int>(threadIdx.x) / kQuads; // of the tile
    const int part = static_cast<int>(threadIdx.x) % kStateParts;
    const int rows = static_cast<int>(threadIdx.x) / kStateParts;

    TokenQuad next = loadToken<kPass>(op, span.begin + token, span.end, quad);
    StatePart state{};
    for (int i = 0; i < kRows; ++i)
        for (int q = 0; q < kColumnQuads; ++q) {
            const int at = partIndex(rows, i, part, q);
            if (span.start != nullptr)
                state.at[i][q] = loadQuad(span.start + at);
            if (isTransition)
                for (int c = 0; c < 4; ++c)
                    state.at[i][q].at[c] = (at + c) / kTileHeadSize == (at + c) % kTileHeadSize ? 1 : 0;
            if (kPass == Pass::ChunkEnds && blockIdx.y == 0)
                storeQuad(chunks.start(0, head) + at, state.at[i][q]);
        }

    for (int begin = span.begin; begin < span.end; begin += kTileTokens) {
        const int row = begin + token;
        const OutputQuad output = prepareToken<kPass>(op, weights, next, tile, token, quad);
        if (kPass != Pass::ChunkEnds && op.valueMixLogit == nullptr && row < span.end)
            storeQuad(op.firstLayerValue + quadIndex(op, row, quad), output.value);
        __syncthreads();

        next = loadToken<kPass>(op, row + kTileTokens, span.end, quad);
        const int count = min(kTileTokens, span.end - begin);
        for (int t = 0; t < count; ++t) {
            const Quad value = isTransition ? Quad{} : loadQuad(&tile.value[t].at[kRows * rows]);
            const Quad contribution = advance<kPass>(state, tile, t, value, part);
            if constexpr (kPass != Pass::ChunkEnds)
                storeQuad(&sums.at[t][part][kRows * rows], contribution);
        }
        __syncthreads();

        if constexpr (kPass != Pass::ChunkEnds) {
            Quad y = normaliseHead(sums.total(token, quad), loadQuad(&weights.normWeight.at[4 * quad]),
                                   loadQuad(&weights.normBias.at[4 * quad]), op.groupNorm.epsilon);
            for (int c = 0; c < 4; ++c)
                y.at[c] = (y.at[c] + output.bonus * output.value.at[c]) * output.gate.at[c];
            if (row < span.end)
                storeQuad(op.output + quadIndex(op, row, quad), y);
        }
    }

    if (span.finish != nullptr)
        for (int i = 0; i < kRows; ++i)
            for (int q = 0; q < kColumnQuads; ++q)
                storeQuad(span.finish + partIndex(rows, i, part, q), state.at[i][q]);
}

// Launch 2. The rows of a state are independent of each other, so four blocks share a head, 16 rows each: 128
// blocks for 32 heads. A thread has a quad of two rows, so that each quad of M it reads serves 8 products. M
// of the next chunk is on its way during the product.
constexpr int kScanRows = 16;
constexpr int kThreadRows = kScanRows / (kTileThreads / kQuads); // 2
constexpr int kShare = kStateSize / 4 / kTileThreads;            // quads of M that a thread brings: 8

__global__ void __launch_bounds__(kTileThreads) wkv7ScanKernel(ChunkStates chunks) {
    __shared__ HeadVector transition[kTileHeadSize];
    __shared__ HeadVector state[kScanRows];
    startNext();
    awaitPrevious();
    const int head = static_cast<int>(blockIdx.x);
    const int thread = static_cast<int>(threadIdx.x);
    const int quad = thread % kQuads;
    const int firstRow = kThreadRows * (thread / kQuads); // of the block's
    const int mine = (kScanRows * static_cast<int>(blockIdx.y) + firstRow) * kTileHeadSize + 4 * quad;

    Quad next[kShare];
    const auto fetchTransition = [&](int chunk) {
        const float* from = chunks.transitions + chunks.index(chunk - 1, head) * kStateSize;
        for (int i = 0; i < kShare; ++i)
            next[i] = loadQuad(from + 4 * (thread + i * kTileThreads));
    };
    fetchTransition(1);
    for (int i = 0; i < kThreadRows; ++i)
        storeQuad(&state[firstRow + i].at[4 * quad],
                  loadQuad(chunks.start(1, head) + mine + i * kTileHeadSize));

    for (int chunk = 1; chunk + 1 < chunks.count; ++chunk) {
        for (int i = 0; i < kShare; ++i) {
            const int at = thread + i * kTileThreads;
            storeQuad(&transition[at / kQuads].at[4 * (at % kQuads)], next[i]);
        }
        __syncthreads();
        if (chunk + 2 < chunks.count)
            fetchTransition(chunk + 1);
        float* const following = chunks.start(chunk + 1, head) + mine;
        Quad end[kThreadRows], product[kThreadRows] = {};
        for (int i = 0; i < kThreadRows; ++i)
            end[i] = loadQuad(following + i * kTileHeadSize);

        for (int k = 0; k < kTileHeadSize; k += 4) {
            Quad s[kThreadRows];
            for (int i = 0; i < kThreadRows; ++i)
                s[i] = loadQuad(&state[firstRow + i].at[k]);
            for (int l = 0; l < 4; ++l) {
                const Quad m = loadQuad(&transition[k + l].at[4 * quad]);
                for (int i = 0; i < kThreadRows; ++i)
                    for (int c = 0; c < 4; ++c)
                        product[i].at[c] += s[i].at[l] * m.at[c];
            }
        }
        __syncthreads();
        for (int i = 0; i < kThreadRows; ++i) {
            for (int c = 0; c < 4; ++c)
                product[i].at[c] += end[i].at[c];
            storeQuad(&state[firstRow + i].at[4 * quad], product[i]);
            storeQuad(following + i * kTileHeadSize, product[i]);
        }
    }
}

} // namespace

void wkv7(const Wkv7& op, const Sequences& sequences, const Stream& stream) {
    const std::array<const float*, 9> rows{op.receptance, op.key,           op.value, op.decayLogit,
                                           op.rateLogit,  op.valueMixLogit, op.gate,  op.firstLayerValue,
                                           op.output};
    launchWkv(op, rows, sequences, stream,
              {.plain = wkv7PlainKernel,
               .whole = wkv7TileKernel<Pass::Whole>,
               .chunkEnds = wkv7TileKernel<Pass::ChunkEnds>,
               .chunkOutputs = wkv7TileKernel<Pass::ChunkOutputs>,
               .endParts = 2, // the end itself, and what the chunk does to a state
               .scan = wkv7ScanKernel,
               .scanBlocks = dim3(static_cast<unsigned>(op.heads), kTileHeadSize / kScanRows),
               .scanThreads = kTileThreads});
}

} // namespace engine::cuda
