// tiled_product_cuda.cu: products of any weights with any number of tokens, in float32, for when there is no
// cuBLASLt. A block has a tile of 64 outputs times 64 tokens, a thread 4 x 4 of them; weights and x come into
// shared memory 16 inputs at a time. Neighbouring threads read what is side by side in memory: inputs by
// output, outputs per input. Each sum is formed in the order of the inputs.
#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stored_value.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/operations/products/linear/linear_end.cuh"
#include "engine/operations/products/linear/linear_parts.h"
#include "engine/operations/products/quantised/packed_weight.cuh"

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kTile = 64;
constexpr int kInputs = 16;
constexpr int kOwn = 4; // outputs and tokens of a thread
constexpr int kStride =
    kTile + 4; // of shared memory: aligned for four, and no two threads write to the same bank

template <class Stored> struct PlainMatrix {
    const Stored* data = nullptr;
    int rows = 0;
    int columns = 0;
    bool isColumnMajor = false;

    explicit PlainMatrix(const Matrix& weights)
        : data(static_cast<const Stored*>(weights.data))
        , rows(weights.rows)
        , columns(weights.columns)
        , isColumnMajor(weights.order == MatrixOrder::ColumnMajor) {}

    [[nodiscard]] __device__ float at(int output, int input) const {
        const std::size_t outer = static_cast<std::size_t>(isColumnMajor ? input : output);
        const int stride = isColumnMajor ? rows : columns;
        return widened(data[outer * static_cast<std::size_t>(stride) + (isColumnMajor ? output : input)]);
    }
};

template <class Weights>
__global__ void __launch_bounds__(kThreads)
    tiledProductKernel(const __grid_constant__ Weights weights, const float* x, int xStride, int columns,
                       int tokens, const __grid_constant__ LinearOutput out) {
    __shared__ __align__(16) float heldWeights[kInputs][kStride];
    __shared__ __align__(16) float heldInputs[kInputs][kStride];
    const int thread = static_cast<int>(threadIdx.x);
    const int firstRow = static_cast<int>(blockIdx.x) * kTile;
    const int firstToken = static_cast<int>(blockIdx.y) * kTile;
    const int ownRow = thread % (kTile / kOwn) * kOwn;
    const int ownToken = thread / (kTile / kOwn) * kOwn;
    startNext();
    awaitPrevious();

    float sums[kOwn][kOwn] = {}; // [token, row]
    for (int first = 0; first < columns; first += kInputs) {
        for (int i = thread; i < kTile * kInputs; i += kThreads) {
            const int row = weights.isColumnMajor ? i % kTile : i / kInputs;
            const int input = weights.isColumnMajor ? i / kTile : i % kInputs;
            const bool exists = firstRow + row < out.rows && first + input < columns;
            heldWeights[input][row] = exists ? weights.at(firstRow + row, first + input) : 0.0f;
        }
        for (int i = thread; i < kTile * kInputs; i += kThreads) {
            const int token = i / kInputs;
            const int input = i % kInputs;
            const bool exists = firstToken + token < tokens && first + input < columns;
            const std::size_t row =
                static_cast<std::size_t>(firstToken + token) * static_cast<std::size_t>(xStride);
            heldInputs[input][token] = exists ? x[row + static_cast<std::size_t>(first + input)] : 0.0f;
        }
        __syncthreads();
#pragma unroll
        for (int input = 0; input < kInputs; ++input) {
            const float4 w = *reinterpret_cast<const float4*>(&heldWeights[input][ownRow]);
            const float4 v = *reinterpret_cast<const float4*>(&heldInputs[input][ownToken]);
            const float rows[kOwn] = {w.x, w.y, w.z, w.w};
            const float values[kOwn] = {v.x, v.y, v.z, v.w};
#pragma unroll
            for (int t = 0; t < kOwn; ++t)
#pragma unroll
                for (int r = 0; r < kOwn; ++r)
                    sums[t][r] = fmaf(rows[r], values[t], sums[t][r]);
        }
        __syncthreads();
    }
#pragma unroll
    for (int t = 0; t < kOwn; ++t)
#pragma unroll
        for (int r = 0; r < kOwn; ++r) {
            const int token = firstToken + ownToken + t;
            const int row = firstRow + ownRow + r;
            LinearPlace(out, token, row, token < tokens && row < out.rows).put(sums[t][r]);
        }
}

template <class Weights> void launchKind(const LinearJob& job, int tokens, const Stream& stream) {
    const dim3 grid(static_cast<unsigned>(blocksFor(job.weights.rows, kTile)),
                    static_cast<unsigned>(blocksFor(tokens, kTile)));
    launch(stream, tiledProductKernel<Weights>, grid, dim3(kThreads), Weights(job.weights), job.x,
           job.xStride, job.weights.columns, tokens, outputOf(job));
}

} // namespace

void tiledProduct(const LinearJob& job, int tokens, const Stream& stream) {
    if (job.weights.isPacked)
        return launchKind<PackedMatrix>(job, tokens, stream);
    switch (job.weights.type) {
    case DataType::Float16: return launchKind<PlainMatrix<Float16>>(job, tokens, stream);
    case DataType::BFloat16: return launchKind<PlainMatrix<BFloat16>>(job, tokens, stream);
    default: return launchKind<PlainMatrix<float>>(job, tokens, stream);
    }
}

} // namespace engine::cuda
