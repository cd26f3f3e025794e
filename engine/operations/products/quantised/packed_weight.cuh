// packed_weight.cuh: where a single weight of a packed matrix stands (packed_weights.h), for what need not be
// fast.
#pragma once

#include "engine/cuda/device/stored_value.cuh"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/products/quantised/packed_weights.h"

#include <cuda_runtime.h>

#include <cstddef>

namespace engine::cuda {

struct PackedMatrix {
    const unsigned char* data = nullptr;
    std::size_t groupBytes = 0; // of 16 outputs, or of a run of 32 inputs
    int filledOutputs = 0;      // column-major
    int codeBits = 0;
    int offset = 0;
    bool hasMinimum = false;
    bool isColumnMajor = false;

    explicit PackedMatrix(const Matrix& weights)
        : data(static_cast<const unsigned char*>(weights.data))
        , groupBytes(weights.groupBytes())
        , isColumnMajor(weights.order == MatrixOrder::ColumnMajor) {
        const PackedLayout layout = packedLayout(weights.type);
        filledOutputs = static_cast<int>(packedRun(weights.type, weights.rows).outputs);
        codeBits = layout.codeBits;
        offset = layout.offset;
        hasMinimum = layout.hasMinimum;
    }

    [[nodiscard]] __device__ float at(int output, int input) const {
        // What lies together with the weight, its number there, and how many scales and codes there are.
        const int scales = isColumnMajor ? filledOutputs : kTileRows;
        const int scale = isColumnMajor ? output : output % kTileRows;
        const int headBytes = (hasMinimum ? 4 : 2) * scales;
        const int codeBytes = scales * kTileColumns * codeBits / 8;
        const unsigned char* const run =
            isColumnMajor ? data + static_cast<std::size_t>(input / kTileColumns) * groupBytes
                          : data + static_cast<std::size_t>(output / kTileRows) * groupBytes +
                                static_cast<std::size_t>(input / kTileColumns) *
                                    static_cast<std::size_t>(headBytes + codeBytes);
        const int place = isColumnMajor ? placeColumnMajor(output, input % kTileColumns)
                                        : placeInTile(scale, input % kTileColumns);
        const bool isHigh =
            codeBits == 4 && (isColumnMajor ? output % 128 >= 64 : input % kTileColumns >= 16);
        const int stored = run[headBytes + place];
        const int code = codeBits == 8 ? stored : isHigh ? stored >> 4 : stored & 15;
        const auto* const heads = reinterpret_cast<const Float16*>(run);
        const float minimum = hasMinimum ? widened(heads[scales + scale]) : 0.0f;
        return fmaf(widened(heads[scale]), static_cast<float>(code - offset), minimum);
    }

private:
    [[nodiscard]] __device__ int placeInTile(int row, int column) const {
        const int within = codeBits == 8 ? column : column % 16;
        return within / 4 * 64 + 4 * row + within % 4;
    }
    [[nodiscard]] __device__ int placeColumnMajor(int output, int input) const {
        const int within = output % 64;
        const int unit = codeBits == 8 ? output / 64 : output / 128;
        return input * (filledOutputs * codeBits / 8) + unit * 64 + within % 16 / 4 * 16 + within / 16 * 4 +
               within % 4;
    }
};

} // namespace engine::cuda
