// embedding_cuda.cu: looks up rows of the embedding table and normalises them, a block per token
// (row_norm.cuh).
#include "engine/operations/rows/embedding.h"

#include "engine/cuda/device/memory.cuh"
#include "engine/cuda/device/stream.h"
#include "engine/operations/rows/row_norm.cuh"

#include <cuda_fp16.h>

#include <cstdint>
#include <string>

namespace engine::cuda {

namespace {

struct Lookup {
    const int* tokens = nullptr;
    DataType type = DataType::Float32;
    const unsigned char* table = nullptr;
    std::size_t rowBytes = 0;
    int width = 0;
    NormParameters norm;
    float* stream = nullptr;
};

// Of two bytes, which is as far as rows of blocks are aligned.
__device__ __forceinline__ std::uint16_t loadBits(const unsigned char* bytes) {
    return *reinterpret_cast<const std::uint16_t*>(bytes);
}

__device__ __forceinline__ float loadHalf(const unsigned char* bytes) {
    return __half2float(__ushort_as_half(loadBits(bytes)));
}

// A value of the block types with 32 values of 4 bits, a fifth one elsewhere, or 8 (docs/spec/formats.md
// section 5).
template <DataType kType> __device__ __forceinline__ float blockValue(const unsigned char* row, int column) {
    constexpr bool kHasMinimum = kType == DataType::Q4_1 || kType == DataType::Q5_1;
    constexpr bool kHasFifthBit = kType == DataType::Q5_0 || kType == DataType::Q5_1;
    constexpr int kScaleBytes = kHasMinimum ? 4 : 2;
    constexpr int kCodes = kScaleBytes + (kHasFifthBit ? 4 : 0);
    constexpr int kBlockBytes = kType == DataType::Q8_0 ? 34 : kCodes + 16;
    const unsigned char* const block = row + static_cast<std::size_t>(column / 32) * kBlockBytes;
    const int i = column % 32;
    const float scale = loadHalf(block);
    if constexpr (kType == DataType::Q8_0)
        return scale * static_cast<float>(static_cast<signed char>(block[kCodes + i]));
    const int pair = block[kCodes + i % 16];
    int code = i < 16 ? pair & 15 : pair >> 4;
    if constexpr (kHasFifthBit)
        code |= (loadBits(block + kScaleBytes + (i < 16 ? 0 : 2)) >> (i % 16) & 1) << 4;
    if constexpr (kHasMinimum)
        return fmaf(scale, static_cast<float>(code), loadHalf(block + 2));
    return scale * static_cast<float>(code - (kHasFifthBit ? 16 : 8));
}

template <DataType kType> __device__ __forceinline__ float tableValue(const unsigned char* row, int column) {
    if constexpr (kType == DataType::Float32)
        return reinterpret_cast<const float*>(row)[column];
    else if constexpr (kType == DataType::Float16)
        return loadHalf(row + 2 * static_cast<std::size_t>(column));
    else if constexpr (kType == DataType::BFloat16)
        return __uint_as_float(static_cast<unsigned>(loadBits(row + 2 * static_cast<std::size_t>(column)))
                               << 16);
    else
        return blockValue<kType>(row, column);
}

template <int kValues, bool kHasNorm>
__global__ void __launch_bounds__(kRowThreads) embeddingKernel(Lookup op) {
    HeldNorm<kValues> norm;
    if constexpr (kHasNorm)
        norm.load(op.norm, op.width);
    startNext();
    awaitPrevious();

    const unsigned char* const stored =
        op.table + static_cast<std::size_t>(op.tokens[blockIdx.x]) * op.rowBytes;
    float* const output =
        op.stream + static_cast<std::size_t>(blockIdx.x) * static_cast<std::size_t>(op.width);
    HeldRow<kValues> row;
    const auto read = [&]<DataType kType>(std::integral_constant<DataType, kType>) {
        row.fill(output, op.width, [stored](int, int column) { return tableValue<kType>(stored, column); });
    };
    switch (op.type) {
    case DataType::Float16: read(std::integral_constant<DataType, DataType::Float16>{}); break;
    case DataType::BFloat16: read(std::integral_constant<DataType, DataType::BFloat16>{}); break;
    case DataType::Q4_0: read(std::integral_constant<DataType, DataType::Q4_0>{}); break;
    case DataType::Q4_1: read(std::integral_constant<DataType, DataType::Q4_1>{}); break;
    case DataType::Q5_0: read(std::integral_constant<DataType, DataType::Q5_0>{}); break;
    case DataType::Q5_1: read(std::integral_constant<DataType, DataType::Q5_1>{}); break;
    case DataType::Q8_0: read(std::integral_constant<DataType, DataType::Q8_0>{}); break;
    default:
        read(std::integral_constant<DataType, DataType::Float32>{}); // the launcher lets no other through
    }
    if constexpr (kHasNorm) {
        const RowStatistics statistics = rowStatistics(row, op.width, op.norm.epsilon);
        row.forEach(op.width, [&](int i, int column, float value) {
            output[column] = norm.normalise(statistics, i, column, value);
        });
    } else {
        row.forEach(op.width, [&](int, int column, float value) { output[column] = value; });
    }
}

void checkType(DataType type) {
    switch (type) {
    case DataType::Float32:
    case DataType::Float16:
    case DataType::BFloat16:
    case DataType::Q4_0:
    case DataType::Q4_1:
    case DataType::Q5_0:
    case DataType::Q5_1:
    case DataType::Q8_0: return;
    default:
        throw BackendFailure(
            {ErrorCode::UnsupportedType,
             "An embedding table of type " + std::string(name(type)) + " cannot be read on the GPU."});
    }
}

} // namespace

void embedding(const Embedding& op, const int* tokens, int count, const Stream& stream) {
    checkType(op.table.type);
    const Lookup lookup{tokens,
                        op.table.type,
                        static_cast<const unsigned char*>(op.table.data),
                        op.table.groupBytes(),
                        op.table.columns,
                        op.norm,
                        op.stream};
    withHeldValues(lookup.width, [&](auto values) {
        const auto kernel = lookup.norm.weight != nullptr ? embeddingKernel<values(), true>
                                                          : embeddingKernel<values(), false>;
        launch(stream, kernel, dim3(static_cast<unsigned>(count)), dim3(kRowThreads), lookup);
    });
}

} // namespace engine::cuda
