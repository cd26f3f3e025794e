// packed_product_cuda.cu: products of packed weights, row-major, with up to 8 tokens, in integers.
// A block sums the 16 rows of a group of tiles (packed_weights.h), its warps every eighth load of them. A
// lane takes 16 bytes of a tile's codes: 4 rows times 4 columns of 8 bits, or 4 rows times 4 low and 4 high
// halves. So 8-bit tiles are read one at a time by a warp, 4-bit tiles in twos. Codes are multiplied as
// bytes, four at once, with the high and the low bytes of x (packed_input.cuh), which each block quantises
// for itself: that is faster than another launch. As in row_product_cuda.cu the first loads are issued before
// the kernel waits for the one before, and one batch of them is used while another is on its way: two blocks
// per processor have 32 to 64 KB on their way (H200). Order of sums: a lane adds its tiles in their order,
// then come lanes, then warps: the same for any tokens.
#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stored_value.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/products/linear/linear_parts.h"
#include "engine/operations/products/linear/product_jobs.h"
#include "engine/operations/products/quantised/packed_input.cuh"

#include <array>
#include <cassert>

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarpSize;
constexpr int kBlocksPerProcessor = 2;

// Loads of a lane that are under way; with the sums they fill the registers.
template <int kTokens> constexpr int kLoads = kTokens <= 2 ? 4 : 2;

template <int kCodeBits, bool kHasMinimum> struct Tile {
    static constexpr int kBits = kCodeBits;
    static constexpr bool kMinimum = kHasMinimum;
    static constexpr int kHeadBytes = (kHasMinimum ? 2 : 1) * 2 * kTileRows;
    static constexpr int kBytes = kHeadBytes + kTileRows * kTileColumns * kCodeBits / 8;
    static constexpr int kPerLoad = 8 / kCodeBits; // by a warp
    static constexpr int kLanes = kWarpSize / kPerLoad;
};

// What a lane takes of a tile: rows 4 (lane % 4) and the three after it, columns 4 part() and the three after
// it, and with 4 bits those 16 columns further on.
template <class Tile> struct Piece {
    uint4 codes;
    uint2 scales;
    uint2 minimums;

    static __device__ __forceinline__ int part() { return static_cast<int>(threadIdx.x) % Tile::kLanes / 4; }

    __device__ __forceinline__ void load(const unsigned char* tile) {
        const int lane = static_cast<int>(threadIdx.x) % Tile::kLanes;
        codes = loadOnce(tile + Tile::kHeadBytes + 16 * lane);
        scales = __ldcs(reinterpret_cast<const uint2*>(tile + 8 * (lane % 4)));
        if constexpr (Tile::kMinimum)
            minimums = __ldcs(reinterpret_cast<const uint2*>(tile + 2 * kTileRows + 8 * (lane % 4)));
    }

    template <int kTokens>
    __device__ __forceinline__ void addTo(float (&sums)[kTokens][4], const HeldInputs<kTokens>& x,
                                          int run) const {
        float scale[4];
        widenHalves(scales, scale);
        const unsigned words[4] = {codes.x, codes.y, codes.z, codes.w};
#pragma unroll
        for (int t = 0; t < kTokens; ++t) {
            const RunOfInputs head = x.runs[t][run];
            const FourInputs first = x.codes[t][run * kFoursInRun + part()];
            if constexpr (Tile::kBits == 8) {
#pragma unroll
                for (int row = 0; row < 4; ++row) {
                    // Of codes with an offset of 128 this makes signed bytes; those with a minimum have 5
                    // bits.
                    const int code = static_cast<int>(Tile::kMinimum ? words[row] : words[row] ^ 0x80808080u);
                    const int total = __dp4a(code, first.low, __dp4a(code, first.high, 0) * 256);
                    sums[t][row] = fmaf(static_cast<float>(total), scale[row] * head.scale, sums[t][row]);
                }
            } else {
                const FourInputs second = x.codes[t][run * kFoursInRun + kFoursInRun / 2 + part()];
                // Codes without a minimum have an offset of 8.
                const int start = !Tile::kMinimum && part() == 0 ? -8 * head.sum : 0;
#pragma unroll
                for (int row = 0; row < 4; ++row) {
                    const int lower = static_cast<int>(words[row] & 0x0F0F0F0Fu);
                    const int upper = static_cast<int>(words[row] >> 4 & 0x0F0F0F0Fu);
                    const int high = __dp4a(upper, second.high, __dp4a(lower, first.high, 0));
                    const int total = __dp4a(upper, second.low, __dp4a(lower, first.low, high * 256 + start));
                    sums[t][row] = fmaf(static_cast<float>(total), scale[row] * head.scale, sums[t][row]);
                }
            }
            if constexpr (Tile::kMinimum) {
                float minimum[4];
                widenHalves(minimums, minimum);
                const float sum = part() == 0 ? head.scale * static_cast<float>(head.sum) : 0.0f;
#pragma unroll
                for (int row = 0; row < 4; ++row)
                    sums[t][row] = fmaf(minimum[row], sum, sums[t][row]);
            }
        }
    }
};

// A warp's tiles of one group.
template <class Tile> class GroupOfTiles {
public:
    __device__ __forceinline__ GroupOfTiles(const ProductJob& job, int group)
        : m_count(group * kTileRows < job.rows ? job.columns / kTileColumns : 0)
        , m_tiles(static_cast<const unsigned char*>(job.weights) +
                  static_cast<std::size_t>(group) * static_cast<std::size_t>(job.columns / kTileColumns) *
                      Tile::kBytes) {}

    // Which tile is this lane's in the warp's load with this number.
    static __device__ __forceinline__ int index(int load) {
        const int warp = static_cast<int>(threadIdx.x) / kWarpSize;
        const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
        return (load * kWarps + warp) * Tile::kPerLoad + lane / Tile::kLanes;
    }
    [[nodiscard]] __device__ __forceinline__ bool has(int load) const { return index(load) < m_count; }
    [[nodiscard]] __device__ __forceinline__ const unsigned char* tile(int load) const {
        return m_tiles + static_cast<std::size_t>(index(load)) * Tile::kBytes;
    }
    template <int kCount>
    __device__ __forceinline__ void load(int first, Piece<Tile> (&pieces)[kCount]) const {
#pragma unroll
        for (int i = 0; i < kCount; ++i)
            if (has(first + i))
                pieces[i].load(tile(first + i));
    }
    // `pieces` are what load() has loaded; `firstRun` is the first that x holds.
    template <int kTokens, int kCount>
    __device__ __forceinline__ void addTo(float (&sums)[kTokens][4], int first,
                                          const Piece<Tile> (&pieces)[kCount], const HeldInputs<kTokens>& x,
                                          int firstRun) const {
#pragma unroll
        for (int i = 0; i < kCount; ++i)
            if (has(first + i))
                pieces[i].addTo(sums, x, index(first + i) - firstRun);
    }

private:
    int m_count;
    const unsigned char* m_tiles;
};

template <class Tile, int kTokens>
__global__ void __launch_bounds__(kThreads, kBlocksPerProcessor)
    packedProductKernel(const __grid_constant__ ProductJobs jobs, int tokens) {
    using Inputs = HeldInputs<kTokens>;
    constexpr int kTilesPerLoad = kWarps * Tile::kPerLoad; // of the block
    constexpr int kLoadsPerPanel = Inputs::kRuns / kTilesPerLoad;
    constexpr int kStep = 2 * kLoads<kTokens>;
    static_assert(kLoadsPerPanel % kStep == 0);
    __shared__ Inputs x;
    __shared__ __align__(16) float warpSums[2][kWarps][kTokens][kTileRows];

    const ProductJob& job = jobs.ofBlock(static_cast<int>(blockIdx.x));
    const int warp = static_cast<int>(threadIdx.x) / kWarpSize;
    const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
    const int tiles = job.columns / kTileColumns;
    const int loads = (tiles + kTilesPerLoad - 1) / kTilesPerLoad;
    const int rounds = job.rounds(kTileRows);
    const auto groupOf = [&](int round) {
        return static_cast<int>(blockIdx.x) - job.firstBlock + round * job.blocks;
    };

    Piece<Tile> first[kLoads<kTokens>] = {};
    Piece<Tile> second[kLoads<kTokens>] = {};
    const GroupOfTiles<Tile> firstGroup(job, groupOf(0));
    firstGroup.load(0, first);
    firstGroup.load(kLoads<kTokens>, second);
    for (int i = kStep; i < 2 * kStep; ++i)
        if (firstGroup.has(i))
            fetchAhead(firstGroup.tile(i) + Tile::kHeadBytes + 16 * (lane % Tile::kLanes));
    startNext();
    awaitPrevious();

    for (int round = 0; round < rounds; ++round) {
        const GroupOfTiles<Tile> group(job, groupOf(round));
        float sums[kTokens][4] = {};
        for (int panel = 0; panel < loads; panel += kLoadsPerPanel) {
            const int firstRun = panel * kTilesPerLoad;
            if (round == 0 || loads > kLoadsPerPanel) {
                __syncthreads();
                x.template hold<kThreads>(job, tokens, firstRun, min(Inputs::kRuns, tiles - firstRun));
                __syncthreads();
            }
            const int end = min(panel + kLoadsPerPanel, loads);
            for (int load = panel; load < end; load += kStep) {
                const bool isLast = load + kStep >= loads;
                // In the last round there is no such group.
                const GroupOfTiles<Tile> next(job, groupOf(isLast ? round + 1 : round));
                const int following = isLast ? 0 : load + kStep;
                group.addTo(sums, load, first, x, firstRun);
                next.load(following, first);
                group.addTo(sums, load + kLoads<kTokens>, second, x, firstRun);
                next.load(following + kLoads<kTokens>, second);
            }
        }

        const int token = static_cast<int>(threadIdx.x) / kTileRows;
        const int row = static_cast<int>(threadIdx.x) % kTileRows;
        const int outputRow = groupOf(round) * kTileRows + row;
        const LinearPlace place(job.output, token, outputRow, token < tokens && outputRow < job.rows);
        // Over the lanes that have the same rows.
#pragma unroll
        for (int t = 0; t < kTokens; ++t) {
#pragma unroll
            for (int i = 0; i < 4; ++i)
#pragma unroll
                for (int distance = 4; distance < kWarpSize; distance *= 2)
                    sums[t][i] += __shfl_xor_sync(kWholeWarp, sums[t][i], distance);
            if (lane < 4)
                *reinterpret_cast<float4*>(&warpSums[round % 2][warp][t][4 * lane]) =
                    make_float4(sums[t][0], sums[t][1], sums[t][2], sums[t][3]);
        }
        // One barrier is enough: what the next round writes is the other half.
        __syncthreads();
        if (token < tokens) {
            float sum = 0;
#pragma unroll
            for (int i = 0; i < kWarps; ++i)
                sum += warpSums[round % 2][i][token][row];
            place.put(sum);
        }
    }
}

template <class Tile> void launchKind(std::span<const LinearJob> jobs, int tokens, const Stream& stream) {
    const ProductJobs divided = dividedAmong(jobs, kBlocksPerProcessor * stream.processors, kTileRows);
    withTokens(tokens, [&]<int kTokens>() {
        launch(stream, packedProductKernel<Tile, kTokens>, dim3(static_cast<unsigned>(divided.blocks())),
               dim3(kThreads), divided, tokens);
    });
}

} // namespace

void packedProducts(std::span<const LinearJob> jobs, int tokens, const Stream& stream) {
    for (const DataType type : {DataType::Q8_0, DataType::Q4_0, DataType::Q4_1, DataType::Q5_1}) {
        std::array<LinearJob, kMostJobs> kind;
        std::size_t count = 0;
        for (const LinearJob& job : jobs) {
            assert(isAligned(job.weights.data));
            if (job.weights.type == type)
                kind[count++] = job;
        }
        if (count == 0)
            continue;
        const std::span<const LinearJob> own(kind.data(), count);
        switch (type) {
        case DataType::Q8_0: launchKind<Tile<8, false>>(own, tokens, stream); break;
        case DataType::Q5_1: launchKind<Tile<8, true>>(own, tokens, stream); break;
        case DataType::Q4_0: launchKind<Tile<4, false>>(own, tokens, stream); break;
        default: launchKind<Tile<4, true>>(own, tokens, stream); break;
        }
    }
}

} // namespace engine::cuda
