// row_product_cuda.cu: products of float32, float16 and bfloat16 weights, row-major, with up to 8
// tokens. A warp sums whole rows, 16 bytes of weights per lane and load; x is in shared memory as float32.
// The time is that of reading the weights, so loads must be under way all the time:
//   - the first loads are issued before the kernel waits for the one before, and what follows is fetched into
//     the level 2 cache; then there are two batches of loads, of which one is used while the other is on its
//     way, across the ends of rows, too;
//   - a grid of two blocks per processor stays for all rows, so that x is held once. 16 warps per processor
//     with 4 to 8 loads of 512 bytes each are 32 to 64 KB on their way; 4.3 TB/s at 800 ns take 26 KB (H200).
// With several tokens a warp takes several rows at once, because reading x from shared memory would take
// longer than the weights otherwise.
// Order of sums: a lane adds its columns in their order, then the warp's lanes are summed: the same for any
// tokens.
#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stored_value.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/products/linear/linear_parts.h"
#include "engine/operations/products/linear/product_jobs.h"

#include <array>

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarpSize;
constexpr int kBlocksPerProcessor = 2;
constexpr int kHeldInputs = 8192; // 32 KB
constexpr int kBatchesAhead = 2;  // in the first row: about what arrives while x is being read

// Rows that a warp sums at once, and loads of each that are under way; together they fill the registers.
template <int kTokens> constexpr int kRows = kTokens == 1 ? 1 : kTokens == 2 ? 2 : 4;
template <int kTokens> constexpr int kLoads = kTokens == 1 ? 4 : kTokens == 2 ? 2 : 1;

// Columns that a warp takes with one load, with a batch of them, and with two batches.
template <class Stored> constexpr int kChunk = kWarpSize* kPerLoad<Stored>;
template <class Stored, int kTokens> constexpr int kBatch = kChunk<Stored>* kLoads<kTokens>;
template <class Stored, int kTokens> constexpr int kStep = 2 * kBatch<Stored, kTokens>;
// Columns of x that are held.
template <int kTokens> constexpr int kPanel = kHeldInputs / kTokens;

// Where a column of x is held, a multiple of four. Lanes that read 8 columns each do so in two times four:
// the first four of all lanes lie side by side, so that no two lanes meet in a bank.
template <class Stored> __device__ __forceinline__ int placeOf(int column) {
    if constexpr (kPerLoad<Stored> == 4)
        return column;
    return (column & ~255) | (column & 4) << 5 | (column & 248) >> 1;
}

// Four values of a row of `count` values; zeros after them.
__device__ __forceinline__ float4 fourInputs(const float* x, int column, int count, bool rowIsAligned) {
    if (rowIsAligned && column + 4 <= count)
        return *reinterpret_cast<const float4*>(x + column);
    return make_float4(column < count ? x[column] : 0.0f, column + 1 < count ? x[column + 1] : 0.0f,
                       column + 2 < count ? x[column + 2] : 0.0f, column + 3 < count ? x[column + 3] : 0.0f);
}

// Brings x's columns from `begin` on into shared memory, with zeros up to the end of the last step.
template <class Stored, int kTokens>
__device__ void holdInputs(const ProductJob& job, int tokens, int begin, float* held) {
    constexpr int kReads = kTokens < 4 ? 4 / kTokens : 1; // under way before the first is stored
    constexpr int kFours = 4 * kThreads;
    const int steps = (job.columns - begin + kStep<Stored, kTokens> - 1) / kStep<Stored, kTokens>;
    const int width = min(kPanel<kTokens>, steps * kStep<Stored, kTokens>);
    for (int first = 4 * static_cast<int>(threadIdx.x); first < width; first += kReads * kFours) {
        float4 values[kReads][kTokens];
#pragma unroll
        for (int i = 0; i < kReads; ++i)
#pragma unroll
            for (int t = 0; t < kTokens; ++t) {
                const float* row =
                    job.x + static_cast<std::size_t>(t) * static_cast<std::size_t>(job.xStride) + begin;
                const int count = t < tokens ? job.columns - begin : 0;
                values[i][t] = fourInputs(row, first + i * kFours, count, isAligned(row));
            }
#pragma unroll
        for (int i = 0; i < kReads; ++i)
#pragma unroll
            for (int t = 0; t < kTokens; ++t)
                if (first + i * kFours < width)
                    *reinterpret_cast<float4*>(held + t * kPanel<kTokens> +
                                               placeOf<Stored>(first + i * kFours)) = values[i][t];
    }
}

template <class Stored, int kTokens, bool kAligned> struct Batch {
    uint4 weights[kRows<kTokens>][kLoads<kTokens>];

    __device__ __forceinline__ void load(const ProductJob& job, int row, int column) {
        const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
#pragma unroll
        for (int r = 0; r < kRows<kTokens>; ++r) {
            const bool exists = row + r < job.rows;
            const Stored* from =
                static_cast<const Stored*>(job.weights) +
                static_cast<std::size_t>(exists ? row + r : 0) * static_cast<std::size_t>(job.columns);
#pragma unroll
            for (int i = 0; i < kLoads<kTokens>; ++i) {
                const int at = column + i * kChunk<Stored> + lane * kPerLoad<Stored>;
                const int count = exists ? job.columns - at : 0;
                weights[r][i] = loadWeights<Stored, kAligned>(count > 0 ? from + at : from, count);
            }
        }
    }

    // `held` is where the batch's first column is held.
    __device__ __forceinline__ void addTo(float (&sums)[kRows<kTokens>][kTokens], const float* held) const {
        const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
#pragma unroll
        for (int i = 0; i < kLoads<kTokens>; ++i) {
            float values[kRows<kTokens>][kPerLoad<Stored>];
#pragma unroll
            for (int r = 0; r < kRows<kTokens>; ++r)
                widen<Stored>(weights[r][i], values[r]);
#pragma unroll
            for (int t = 0; t < kTokens; ++t) {
                const float* from = held + t * kPanel<kTokens> + i * kChunk<Stored> + 4 * lane;
#pragma unroll
                for (int four = 0; four < kPerLoad<Stored> / 4; ++four) {
                    const float4 x = *reinterpret_cast<const float4*>(from + four * 4 * kWarpSize);
#pragma unroll
                    for (int r = 0; r < kRows<kTokens>; ++r) {
                        const float* w = values[r] + 4 * four;
                        sums[r][t] =
                            fmaf(w[3], x.w, fmaf(w[2], x.z, fmaf(w[1], x.y, fmaf(w[0], x.x, sums[r][t]))));
                    }
                }
            }
        }
    }
};

// Sums over the warp, and what happens to them: lane r kTokens + t has row r of token t.
template <int kTokens>
__device__ __forceinline__ void finish(const ProductJob& job, int tokens, int row,
                                       const float (&sums)[kRows<kTokens>][kTokens]) {
    const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
    const int ownRow = row + lane / kTokens;
    const int ownToken = lane % kTokens;
    const bool exists = lane < kRows<kTokens> * kTokens && ownRow < job.rows && ownToken < tokens;
    const LinearPlace place(job.output, ownToken, ownRow, exists);
    float own = 0;
#pragma unroll
    for (int r = 0; r < kRows<kTokens>; ++r)
#pragma unroll
        for (int t = 0; t < kTokens; ++t) {
            const float sum = warpSum(sums[r][t]);
            if (lane == r * kTokens + t)
                own = sum;
        }
    place.put(own);
}

template <class Stored, int kTokens, bool kAligned>
__global__ void __launch_bounds__(kThreads, kBlocksPerProcessor)
    rowProductKernel(const __grid_constant__ ProductJobs jobs, int tokens) {
    constexpr int kBatchColumns = kBatch<Stored, kTokens>;
    constexpr int kStepColumns = kStep<Stored, kTokens>;
    static_assert(kPanel<kTokens> % kStepColumns == 0);
    __shared__ __align__(16) float held[kHeldInputs];
    const ProductJob& job = jobs.ofBlock(static_cast<int>(blockIdx.x));
    const int warp = static_cast<int>(threadIdx.x) / kWarpSize;
    // Warps with the same number in all blocks take neighbouring rows: what is left at the end is spread over
    // the blocks.
    const auto rowOf = [&](int round) {
        const int block = static_cast<int>(blockIdx.x) - job.firstBlock;
        return (block + job.blocks * (warp + kWarps * round)) * kRows<kTokens>;
    };
    const int rounds = job.rounds(kRows<kTokens> * kWarps);

    Batch<Stored, kTokens, kAligned> first, second;
    first.load(job, rowOf(0), 0);
    second.load(job, rowOf(0), kBatchColumns);
    if constexpr (kAligned) {
        for (int r = 0; r < kRows<kTokens> && rowOf(0) + r < job.rows; ++r) {
            const Stored* row =
                static_cast<const Stored*>(job.weights) +
                static_cast<std::size_t>(rowOf(0) + r) * static_cast<std::size_t>(job.columns);
            const int end = min(job.columns, kStepColumns + kBatchesAhead * kBatchColumns);
            const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
            for (int at = kStepColumns + lane * kPerLoad<Stored>; at < end; at += kChunk<Stored>)
                fetchAhead(row + at);
        }
    }
    startNext();
    awaitPrevious();

    for (int round = 0; round < rounds; ++round) {
        float sums[kRows<kTokens>][kTokens] = {};
        for (int panel = 0; panel < job.columns; panel += kPanel<kTokens>) {
            if (round == 0 || job.columns > kPanel<kTokens>) {
                __syncthreads();
                holdInputs<Stored, kTokens>(job, tokens, panel, held);
                __syncthreads();
            }
            const int end = min(panel + kPanel<kTokens>, job.columns);
            for (int column = panel; column < end; column += kStepColumns) {
                const bool isLast = column + kStepColumns >= job.columns;
                const int row = rowOf(isLast ? round + 1 : round); // in the last round there is no such row
                const int following = isLast ? 0 : column + kStepColumns;
                first.addTo(sums, held + column - panel);
                first.load(job, row, following);
                second.addTo(sums, held + column - panel + kBatchColumns);
                second.load(job, row, following + kBatchColumns);
            }
        }
        finish<kTokens>(job, tokens, rowOf(round), sums);
    }
}

template <class Stored, bool kAligned>
void launchKind(std::span<const LinearJob> jobs, int tokens, const Stream& stream) {
    withTokens(tokens, [&]<int kTokens>() {
        const ProductJobs divided =
            dividedAmong(jobs, kBlocksPerProcessor * stream.processors, kWarps * kRows<kTokens>);
        launch(stream, rowProductKernel<Stored, kTokens, kAligned>,
               dim3(static_cast<unsigned>(divided.blocks())), dim3(kThreads), divided, tokens);
    });
}

// Whether rows can be read 16 bytes at a time.
bool hasAlignedRows(const Matrix& weights) {
    return isAligned(weights.data) && weights.groupBytes() % 16 == 0;
}

} // namespace

void rowProducts(std::span<const LinearJob> jobs, int tokens, const Stream& stream) {
    for (const DataType type : {DataType::Float32, DataType::Float16, DataType::BFloat16})
        for (const bool aligned : {true, false}) {
            std::array<LinearJob, kMostJobs> kind;
            std::size_t count = 0;
            for (const LinearJob& job : jobs)
                if (job.weights.type == type && hasAlignedRows(job.weights) == aligned)
                    kind[count++] = job;
            if (count == 0)
                continue;
            const std::span<const LinearJob> own(kind.data(), count);
            switch (type) {
            case DataType::Float16:
                aligned ? launchKind<Float16, true>(own, tokens, stream)
                        : launchKind<Float16, false>(own, tokens, stream);
                break;
            case DataType::BFloat16:
                aligned ? launchKind<BFloat16, true>(own, tokens, stream)
                        : launchKind<BFloat16, false>(own, tokens, stream);
                break;
            default:
                aligned ? launchKind<float, true>(own, tokens, stream)
                        : launchKind<float, false>(own, tokens, stream);
                break;
            }
        }
}

} // namespace engine::cuda
