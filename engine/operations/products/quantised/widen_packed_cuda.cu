// widen_packed_cuda.cu: packed weights as float16, for products with many tokens.
// A thread widens a word of codes, 4 of 8 bits or 8 of 4 bits, into one or two groups of four values that lie
// side by side. Row-major: eight neighbouring threads (four with 4 bits) write a row of a tile; column-major:
// 16 neighbouring threads write 64 outputs.
#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stored_value.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/operations/products/linear/linear_parts.h"
#include "engine/operations/products/quantised/packed_weights.h"

#include <cassert>

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWordsRowMajor = 8; // in a row of a tile with 8 bits; half with 4

struct WideningJob {
    const unsigned char* data = nullptr; // of the first group, or run
    uint2* out = nullptr;                // groups of four values
    int rows = 0;                        // from here on
    int columns = 0;
    int filledOutputs = 0; // column-major: of a run
    int firstOutput = 0;   // column-major
    int stride = 0;        // column-major: outputs of `out`
    int offset = 0;
    bool hasMinimum = false;
};

// The code in `byte` of a word, as a weight.
__device__ __forceinline__ float weightOf(unsigned word, int byte, float scale, float start) {
    return fmaf(static_cast<float>(word >> 8 * byte & 0xFFu), scale, start);
}

__device__ __forceinline__ unsigned pairOf(float low, float high) {
    Float16 halves[2];
    narrow(low, halves[0]);
    narrow(high, halves[1]);
    return halves[0].bits | static_cast<unsigned>(halves[1].bits) << 16;
}

// A block has a tile at a time of one group: blockIdx.x is the group, blockIdx.y the first tile.
template <int kCodeBits>
__global__ void __launch_bounds__(kThreads) widenByOutputKernel(const WideningJob job) {
    startNext();
    awaitPrevious();
    constexpr int kWords = kWordsRowMajor * kCodeBits / 8;
    constexpr int kTilesAtOnce = kThreads / (kTileRows * kWords);
    const int thread = static_cast<int>(threadIdx.x);
    const int part = thread % kWords;
    const int row = thread / kWords % kTileRows;
    const int headBytes = (job.hasMinimum ? 4 : 2) * kTileRows;
    const int tileBytes = headBytes + kTileRows * kTileColumns * kCodeBits / 8;
    const int tiles = job.columns / kTileColumns;
    const auto group = static_cast<std::size_t>(blockIdx.x);
    const std::size_t outRow = group * kTileRows + static_cast<std::size_t>(row);
    if (outRow >= static_cast<std::size_t>(job.rows))
        return;
    const int first = static_cast<int>(blockIdx.y) * kTilesAtOnce + thread / (kWords * kTileRows);
    for (int tile = first; tile < tiles; tile += static_cast<int>(gridDim.y) * kTilesAtOnce) {
        const unsigned char* const from =
            job.data + (group * static_cast<std::size_t>(tiles) + static_cast<std::size_t>(tile)) *
                           static_cast<std::size_t>(tileBytes);
        const auto* const heads = reinterpret_cast<const Float16*>(from);
        const float scale = widened(heads[row]);
        const float start =
            job.hasMinimum ? widened(heads[kTileRows + row]) : -static_cast<float>(job.offset) * scale;
        const unsigned word = *reinterpret_cast<const unsigned*>(from + headBytes + 64 * part + 4 * row);
        uint2* const to = job.out + (outRow * static_cast<std::size_t>(job.columns) +
                                     static_cast<std::size_t>(tile * kTileColumns)) /
                                        4;
        const auto put = [&](unsigned codes, int four) {
            to[four] = make_uint2(pairOf(weightOf(codes, 0, scale, start), weightOf(codes, 1, scale, start)),
                                  pairOf(weightOf(codes, 2, scale, start), weightOf(codes, 3, scale, start)));
        };
        if constexpr (kCodeBits == 8) {
            put(word, part);
        } else {
            put(word & 0x0F0F0F0Fu, part);
            put(word >> 4 & 0x0F0F0F0Fu, kWords + part);
        }
    }
}

// A thread has the same word of all inputs of a run: blockIdx.y is the run.
template <int kCodeBits>
__global__ void __launch_bounds__(kThreads) widenByInputKernel(const WideningJob job) {
    startNext();
    awaitPrevious();
    constexpr int kUnit = 64 * 8 / kCodeBits; // outputs of 16 words
    const int word = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
    // Among the panel's outputs.
    const int output = word / 16 * kUnit + word % 4 * 16 + word % 16 / 4 * 4;
    if (output >= job.stride)
        return;
    const auto filled = static_cast<std::size_t>(job.filledOutputs);
    const std::size_t headBytes = (job.hasMinimum ? 4 : 2) * filled;
    const std::size_t inputBytes = filled * kCodeBits / 8;
    const unsigned char* const run =
        job.data + static_cast<std::size_t>(blockIdx.y) * (headBytes + kTileColumns * inputBytes);
    const unsigned char* codes =
        run + headBytes + static_cast<std::size_t>(job.firstOutput) * kCodeBits / 8 + 4 * word;
    uint2* to = job.out + static_cast<std::size_t>(blockIdx.y) * kTileColumns *
                              static_cast<std::size_t>(job.stride / 4);

    constexpr int kFours = 8 / kCodeBits;
    float scales[kFours][4];
    float starts[kFours][4];
#pragma unroll
    for (int four = 0; four < kFours; ++four) {
        const auto at = static_cast<std::size_t>(job.firstOutput + output + 64 * four);
        widenHalves(*reinterpret_cast<const uint2*>(run + 2 * at), scales[four]);
        if (job.hasMinimum)
            widenHalves(*reinterpret_cast<const uint2*>(run + 2 * (filled + at)), starts[four]);
        else
#pragma unroll
            for (int i = 0; i < 4; ++i)
                starts[four][i] = -static_cast<float>(job.offset) * scales[four][i];
    }
    const int inputs = min(kTileColumns, job.columns - static_cast<int>(blockIdx.y) * kTileColumns);
#pragma unroll 4
    for (int input = 0; input < inputs; ++input, codes += inputBytes, to += job.stride / 4) {
        const unsigned stored = *reinterpret_cast<const unsigned*>(codes);
#pragma unroll
        for (int four = 0; four < kFours; ++four) {
            const unsigned own = kCodeBits == 8 ? stored : stored >> 4 * four & 0x0F0F0F0Fu;
            const auto weight = [&](int i) { return weightOf(own, i, scales[four][i], starts[four][i]); };
            to[output / 4 + 16 * four] =
                make_uint2(pairOf(weight(0), weight(1)), pairOf(weight(2), weight(3)));
        }
    }
}

} // namespace

void widenPacked(const Matrix& weights, int rowBegin, int rowEnd, void* out, const Stream& stream) {
    const bool isColumnMajor = weights.order == MatrixOrder::ColumnMajor;
    assert(rowBegin % 128 == 0);
    const PackedLayout layout = packedLayout(weights.type);
    WideningJob job;
    job.out = static_cast<uint2*>(out);
    job.rows = rowEnd - rowBegin;
    job.columns = weights.columns;
    job.offset = layout.offset;
    job.hasMinimum = layout.hasMinimum;
    if (!isColumnMajor) {
        job.data = reinterpret_cast<const unsigned char*>(weights.group(rowBegin / kTileRows));
        const dim3 grid(static_cast<unsigned>(blocksFor(job.rows, kTileRows)), 4);
        launch(stream, layout.codeBits == 8 ? widenByOutputKernel<8> : widenByOutputKernel<4>, grid,
               dim3(kThreads), job);
        return;
    }
    job.data = static_cast<const unsigned char*>(weights.data);
    job.filledOutputs = static_cast<int>(packedRun(weights.type, weights.rows).outputs);
    job.firstOutput = rowBegin;
    job.stride = blocksFor(job.rows, 128) * 128;
    const int words = job.stride * layout.codeBits / 8 / 4;
    const dim3 grid(static_cast<unsigned>(blocksFor(words, kThreads)),
                    static_cast<unsigned>(weights.groups()));
    launch(stream, layout.codeBits == 8 ? widenByInputKernel<8> : widenByInputKernel<4>, grid, dim3(kThreads),
           job);
}

} // namespace engine::cuda
