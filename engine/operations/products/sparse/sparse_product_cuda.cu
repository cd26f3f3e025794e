// sparse_product_cuda.cu: products of matrices column-major, with up to 8 tokens. The weights of an input
// that is zero for every token are not read.
// A warp has a slice of the inputs, in runs of 32, and 256 outputs, 8 per lane. For each run its lanes read
// one input each, a vote tells which are used, and their weights are read eight inputs at a time. A block's
// eight warps have the same outputs; their sums are added up in shared memory and those of the blocks by a
// second kernel, always in the order of the inputs. There are as many slices as keep about two blocks per
// processor busy; that depends on the weights' shape and the device, and what a slice leaves out on zeros
// only, which add nothing: so the result is the same for any tokens. Nothing is fetched ahead, because nobody
// knows what will be used.
// A used input's weights are at least 128 bytes side by side, four sectors of memory.
#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/products/linear/linear_end.cuh"
#include "engine/operations/products/linear/linear_memory.h"
#include "engine/operations/products/linear/linear_parts.h"
#include "engine/operations/products/linear/product_jobs.h"
#include "engine/operations/products/sparse/skipped_rows.cuh"

#include <algorithm>
#include <cassert>

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarpSize;
constexpr int kBlocksPerProcessor = 2;
constexpr int kTileOutputs = kWarpSize * kOutputsPerLane;
constexpr int kInputsAtOnce = 8;         // whose weights are on their way: 4 KB of a warp's bfloat16
static_assert(kTileOutputs == kThreads); // a thread adds up the warps' sums of one output

// How a product is divided: `tiles` of outputs times `slices` of inputs, a block each.
struct Slices {
    int tiles = 0;
    int runsPerWarp = 0;
    int count = 0;
};

Slices slicesOf(const Matrix& weights, const Stream& stream) {
    const int runs = blocksFor(weights.columns, kWarpSize);
    Slices slices;
    slices.tiles = blocksFor(weights.rows, kTileOutputs);
    const int wanted = std::max(1, kBlocksPerProcessor * stream.processors / slices.tiles);
    slices.runsPerWarp = blocksFor(runs, wanted * kWarps);
    slices.count = blocksFor(runs, slices.runsPerWarp * kWarps);
    return slices;
}

struct SparseJob {
    StoredRows rows;
    const float* x = nullptr;
    int xStride = 0;
    int columns = 0;
    int runsPerWarp = 0;
    float* sums = nullptr; // [slices, tokens, outputs]
};

template <class Rows, int kTokens>
__global__ void __launch_bounds__(kThreads)
    sparseProductKernel(const __grid_constant__ SparseJob job, int tokens) {
    __shared__ __align__(16) float warpSums[2][kWarps][kTileOutputs];
    const int lane = static_cast<int>(threadIdx.x) % kWarpSize;
    const int warp = static_cast<int>(threadIdx.x) / kWarpSize;
    const int tile = static_cast<int>(blockIdx.x) * kTileOutputs;
    const int slice = static_cast<int>(blockIdx.y);
    const int firstRun = (slice * kWarps + warp) * job.runsPerWarp;
    const int runs = (job.columns + kWarpSize - 1) / kWarpSize;
    const int endRun = min(firstRun + job.runsPerWarp, runs);
    startNext();
    awaitPrevious();

    // The lane's input of a run, for each token.
    const auto readInputs = [&](int run, float(&x)[kTokens]) {
        const int input = run * kWarpSize + lane;
#pragma unroll
        for (int t = 0; t < kTokens; ++t)
            x[t] = run < endRun && input < job.columns && t < tokens
                       ? job.x[static_cast<std::size_t>(t) * static_cast<std::size_t>(job.xStride) + input]
                       : 0.0f;
    };
    Rows rows(job.rows, tile);
    float sums[kTokens][kOutputsPerLane] = {};
    float next[kTokens];
    readInputs(firstRun, next);
    for (int run = firstRun; run < endRun; ++run) {
        float x[kTokens];
        bool isUsed = false; // NaN is not zero
#pragma unroll
        for (int t = 0; t < kTokens; ++t) {
            x[t] = next[t];
            isUsed |= x[t] != 0;
        }
        readInputs(run + 1, next);
        unsigned used = __ballot_sync(kWholeWarp, isUsed);
        if (used != 0)
            rows.beginRun(run);
        for (bool isFirst = true; used != 0; isFirst = false) {
            typename Rows::Weights weights[kInputsAtOnce];
            int inputs[kInputsAtOnce];
#pragma unroll
            for (int i = 0; i < kInputsAtOnce; ++i) {
                inputs[i] = __ffs(static_cast<int>(used)) - 1; // -1: none is left
                used &= used - 1;
                if (inputs[i] >= 0)
                    rows.load(inputs[i], weights[i]);
            }
            if (isFirst)
                rows.openHead();
#pragma unroll
            for (int i = 0; i < kInputsAtOnce; ++i) {
                if (inputs[i] < 0)
                    break;
                float values[kOutputsPerLane];
                rows.widen(weights[i], values);
#pragma unroll
                for (int t = 0; t < kTokens; ++t) {
                    const float factor = __shfl_sync(kWholeWarp, x[t], inputs[i]);
#pragma unroll
                    for (int output = 0; output < kOutputsPerLane; ++output)
                        sums[t][output] = fmaf(values[output], factor, sums[t][output]);
                }
            }
        }
    }

    // The lane's outputs are two times four that lie side by side.
#pragma unroll
    for (int t = 0; t < kTokens; ++t) {
        if (t >= tokens)
            break;
        float* const own = warpSums[t % 2][warp];
        *reinterpret_cast<float4*>(own + Rows::firstFour(lane)) =
            make_float4(sums[t][0], sums[t][1], sums[t][2], sums[t][3]);
        *reinterpret_cast<float4*>(own + Rows::secondFour(lane)) =
            make_float4(sums[t][4], sums[t][5], sums[t][6], sums[t][7]);
        // One barrier is enough: what the next token writes is the other half.
        __syncthreads();
        float sum = 0;
        for (int i = 0; i < kWarps; ++i)
            sum += warpSums[t % 2][i][threadIdx.x];
        const int output = tile + static_cast<int>(threadIdx.x);
        if (output < job.rows.outputs)
            job.sums[static_cast<std::size_t>(slice * tokens + t) *
                         static_cast<std::size_t>(job.rows.outputs) +
                     output] = sum;
    }
}

// A thread per output and token adds up the slices.
__global__ void __launch_bounds__(kThreads)
    addSlicesKernel(const float* sums, int slices, const LinearOutput out) {
    startNext();
    awaitPrevious();
    const int tokens = static_cast<int>(gridDim.y);
    const int token = static_cast<int>(blockIdx.y);
    const int row = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
    const LinearPlace place(out, token, row, row < out.rows);
    if (row >= out.rows)
        return;
    float sum = 0;
#pragma unroll 8
    for (int slice = 0; slice < slices; ++slice)
        sum +=
            sums[static_cast<std::size_t>(slice * tokens + token) * static_cast<std::size_t>(out.rows) + row];
    place.put(sum);
}

template <class Rows>
void launchKind(const SparseJob& job, const Slices& slices, int tokens, const Stream& stream) {
    const dim3 grid(static_cast<unsigned>(slices.tiles), static_cast<unsigned>(slices.count));
    withTokens(tokens, [&]<int kTokens>() {
        launch(stream, sparseProductKernel<Rows, kTokens>, grid, dim3(kThreads), job, tokens);
    });
}

void launchSums(const Matrix& weights, const SparseJob& job, const Slices& slices, int tokens,
                const Stream& stream) {
    if (weights.isPacked)
        return job.rows.codeBits == 8 ? launchKind<PackedRows<8>>(job, slices, tokens, stream)
                                      : launchKind<PackedRows<4>>(job, slices, tokens, stream);
    const bool aligned = isAligned(weights.data) && weights.groupBytes() % 16 == 0;
    switch (weights.type) {
    case DataType::Float16:
        return aligned ? launchKind<PlainRows<Float16, true>>(job, slices, tokens, stream)
                       : launchKind<PlainRows<Float16, false>>(job, slices, tokens, stream);
    case DataType::BFloat16:
        return aligned ? launchKind<PlainRows<BFloat16, true>>(job, slices, tokens, stream)
                       : launchKind<PlainRows<BFloat16, false>>(job, slices, tokens, stream);
    default:
        return aligned ? launchKind<PlainRows<float, true>>(job, slices, tokens, stream)
                       : launchKind<PlainRows<float, false>>(job, slices, tokens, stream);
    }
}

} // namespace

std::size_t sparseSumCount(const Matrix& weights, int tokens, const Stream& stream) {
    return static_cast<std::size_t>(slicesOf(weights, stream).count) * static_cast<std::size_t>(tokens) *
           static_cast<std::size_t>(weights.rows);
}

void sparseProduct(const LinearJob& job, int tokens, LinearMemory& memory, const Stream& stream) {
    assert(job.weights.order == MatrixOrder::ColumnMajor && tokens <= kMostTokensAtOnce);
    const Slices slices = slicesOf(job.weights, stream);
    const SparseJob sparse{
        storedRows(job.weights), job.x, job.xStride, job.weights.columns, slices.runsPerWarp,
        memory.sparseSums()};
    launchSums(job.weights, sparse, slices, tokens, stream);
    const dim3 grid(static_cast<unsigned>(blocksFor(job.weights.rows, kThreads)),
                    static_cast<unsigned>(tokens));
    launch(stream, addSlicesKernel, grid, dim3(kThreads), sparse.sums, slices.count, outputOf(job));
}

} // namespace engine::cuda
