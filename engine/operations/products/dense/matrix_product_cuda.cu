// matrix_product_cuda.cu: products with many tokens, by cuBLASLt with float32 sums.
// Float32 weights are multiplied in float32. Float16 and bfloat16 weights stay as they are, and x is rounded
// to their type. Packed weights are widened to float16, whose 11 bits keep codes of 8 bits and their scales
// within an eighth of what the codes themselves stand for (bfloat16 has 8 bits), a panel of outputs at a
// time. Float16 ends at 65504, and channel mixing squares; so each row of x whose greatest value is too large
// for it, or so small that bits would be lost, is multiplied by a power of two first, and the product divided
// by it afterwards: both are exact.
// Rounding x: a block per token. The end of a product: a thread per element, and nothing to do for most rows
// if results are only stored.
#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stored_value.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/cuda/device/warp.cuh"
#include "engine/operations/products/linear/linear_end.cuh"
#include "engine/operations/products/linear/linear_memory.h"
#include "engine/operations/products/linear/linear_parts.h"

#include <algorithm>

namespace engine::cuda {

namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarpSize;
constexpr std::size_t kPanelBytes = std::size_t{64}
                                    << 20; // of widened weights: most matrices whole, a head in parts
constexpr int kPanelUnit = 128;            // outputs; widenPacked() wants it

// Rows of rounded inputs begin at multiples of 16 bytes, as fast products want it.
int roundedStride(int columns) { return (columns + 7) / 8 * 8; }

DataType productType(const Matrix& weights) { return weights.isPacked ? DataType::Float16 : weights.type; }

// Rows of one panel of widened weights.
int panelRows(const Matrix& weights) {
    const auto unitBytes = static_cast<std::size_t>(weights.columns) * kPanelUnit * sizeof(Float16);
    const int units = static_cast<int>(std::max<std::size_t>(1, kPanelBytes / unitBytes));
    return std::min(units, blocksFor(weights.rows, kPanelUnit)) * kPanelUnit;
}

// The power of two by which a row with this greatest magnitude is multiplied before it is rounded to float16.
// 1 if it fits, or is not finite; else the greatest value comes to be between 2^14 and 2^15.
__device__ __forceinline__ float scaleFor(float greatest) {
    constexpr float kMost = 32768;
    constexpr float kLeast = 1.0f / 64;
    if (!(greatest > kMost || (greatest > 0 && greatest < kLeast)) || !(greatest <= 3.402823466e38f))
        return 1;
    const int exponent =
        static_cast<int>(__float_as_uint(greatest) >> 23) - 127; // of subnormal numbers: at most theirs
    return ldexpf(1.0f, min(14 - exponent, 126));
}

// inverseScales [tokens] is for float16 only.
template <class Rounded>
__global__ void __launch_bounds__(kThreads)
    roundInputsKernel(const float* x, int xStride, int columns, Rounded* out, int outStride,
                      float* inverseScales) {
    __shared__ float warpMaxima[kWarps];
    startNext();
    awaitPrevious();
    const auto token = static_cast<std::size_t>(blockIdx.x);
    const float* const from = x + token * static_cast<std::size_t>(xStride);
    Rounded* const to = out + token * static_cast<std::size_t>(outStride);
    float scale = 1;
    if (inverseScales != nullptr) {
        float greatest = 0;
        for (int i = static_cast<int>(threadIdx.x); i < columns; i += kThreads)
            greatest = fmaxf(greatest, fabsf(from[i]));
        greatest = warpMax(greatest);
        if (threadIdx.x % kWarpSize == 0)
            warpMaxima[threadIdx.x / kWarpSize] = greatest;
        __syncthreads();
        for (int warp = 0; warp < kWarps; ++warp)
            greatest = fmaxf(greatest, warpMaxima[warp]);
        scale = scaleFor(greatest);
        if (threadIdx.x == 0)
            inverseScales[token] = 1 / scale;
    }
    for (int i = static_cast<int>(threadIdx.x); i < columns; i += kThreads)
        narrow(from[i] * scale, to[i]);
}

__global__ void __launch_bounds__(kThreads) endKernel(const LinearOutput out, const float* inverseScales) {
    startNext();
    awaitPrevious();
    const int token = static_cast<int>(blockIdx.y);
    const int row = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
    const float inverse = inverseScales != nullptr ? inverseScales[token] : 1.0f;
    if (row >= out.rows || (inverse == 1 && out.end == LinearEnd::Store))
        return;
    const float product = out.y[static_cast<std::size_t>(token) * static_cast<std::size_t>(out.yStride) +
                                static_cast<std::size_t>(row)];
    LinearPlace(out, token, row, true).put(product * inverse);
}

// Products by the library; remembers which x was rounded last, because several weights may share it.
class LibraryProducts {
public:
    LibraryProducts(int tokens, LinearMemory& memory, const Stream& stream)
        : m_tokens(tokens)
        , m_memory(memory)
        , m_stream(stream) {}

    // Neither the stream nor an x has changed if it fails.
    bool run(const LinearJob& job) {
        if (m_memory.library() == nullptr)
            return false;
        const Matrix& weights = job.weights;
        LibraryProduct product;
        product.type = productType(weights);
        product.order = weights.order;
        product.columns = weights.columns;
        product.tokens = m_tokens;
        product.x = job.x;
        product.xStride = job.xStride;
        if (product.type != DataType::Float32) {
            round(job, product.type);
            product.x = m_memory.roundedInputs();
            product.xStride = roundedStride(weights.columns);
        }
        const float* const inverseScales =
            product.type == DataType::Float16 ? m_memory.inputScales() : nullptr;
        const bool addsAtOnce =
            job.end == LinearEnd::AddToStream && job.receptance == nullptr && inverseScales == nullptr;
        product.addsToY = addsAtOnce;
        product.y = addsAtOnce ? job.stream : job.y;
        product.yStride = job.yStride;
        if (!(weights.isPacked ? multiplyPanels(weights, product) : multiplyWhole(weights, product)))
            return false;
        if (!addsAtOnce && (job.end != LinearEnd::Store || inverseScales != nullptr)) {
            const dim3 grid(static_cast<unsigned>(blocksFor(weights.rows, kThreads)),
                            static_cast<unsigned>(m_tokens));
            launch(m_stream, endKernel, grid, dim3(kThreads), outputOf(job), inverseScales);
        }
        return true;
    }

private:
    void round(const LinearJob& job, DataType type) {
        const int columns = job.weights.columns;
        if (m_rounded == job.x && m_roundedType == type && m_roundedStride == job.xStride &&
            m_roundedColumns == columns)
            return;
        m_rounded = job.x;
        m_roundedType = type;
        m_roundedStride = job.xStride;
        m_roundedColumns = columns;
        const dim3 grid(static_cast<unsigned>(m_tokens));
        if (type == DataType::Float16)
            launch(m_stream, roundInputsKernel<Float16>, grid, dim3(kThreads), job.x, job.xStride, columns,
                   static_cast<Float16*>(m_memory.roundedInputs()), roundedStride(columns),
                   m_memory.inputScales());
        else
            launch(m_stream, roundInputsKernel<BFloat16>, grid, dim3(kThreads), job.x, job.xStride, columns,
                   static_cast<BFloat16*>(m_memory.roundedInputs()), roundedStride(columns), nullptr);
    }

    bool multiplyWhole(const Matrix& weights, LibraryProduct product) {
        product.rows = weights.rows;
        product.weights = weights.data;
        product.weightStride = weights.order == MatrixOrder::RowMajor ? weights.columns : weights.rows;
        return m_memory.library()->multiply(product, m_memory.workspace(), m_stream);
    }

    bool multiplyPanels(const Matrix& weights, LibraryProduct product) {
        const int most = panelRows(weights);
        float* const y = product.y;
        product.weights = m_memory.widenedWeights();
        for (int row = 0; row < weights.rows; row += most) {
            product.rows = std::min(most, weights.rows - row);
            product.weightStride = weights.order == MatrixOrder::RowMajor
                                       ? weights.columns
                                       : blocksFor(product.rows, kPanelUnit) * kPanelUnit;
            product.y = y + row;
            widenPacked(weights, row, row + product.rows, m_memory.widenedWeights(), m_stream);
            if (!m_memory.library()->multiply(product, m_memory.workspace(), m_stream))
                return false;
        }
        return true;
    }

    int m_tokens;
    LinearMemory& m_memory;
    const Stream& m_stream;
    const float* m_rounded = nullptr;
    DataType m_roundedType = DataType::Float32;
    int m_roundedStride = 0;
    int m_roundedColumns = 0;
};

} // namespace

MatrixProductBytes matrixProductBytes(const Matrix& weights, int tokens) {
    MatrixProductBytes bytes;
    if (productType(weights) != DataType::Float32)
        bytes.roundedInputs = static_cast<std::size_t>(tokens) *
                              static_cast<std::size_t>(roundedStride(weights.columns)) * sizeof(Float16);
    if (weights.isPacked)
        bytes.widenedWeights = static_cast<std::size_t>(panelRows(weights)) *
                               static_cast<std::size_t>(weights.columns) * sizeof(Float16);
    return bytes;
}

void matrixProducts(std::span<const LinearJob> jobs, int tokens, LinearMemory& memory, const Stream& stream) {
    LibraryProducts library(tokens, memory, stream);
    for (const LinearJob& job : jobs)
        if (!library.run(job))
            tiledProduct(job, tokens, stream);
}

} // namespace engine::cuda
