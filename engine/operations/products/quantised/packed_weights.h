// packed_weights.h: block-quantised weight matrices in the order in which the kernels read them.
// A tile is 16 rows of weights times 32 columns. Tiles of the same rows follow one another, so that a product
// reads memory in a straight line; within a tile, 16 lanes work on 16 rows at once:
//   scale    [16] float16
//   minimum  [16] float16, in types that have one
//   code     4 columns of a row side by side, row after row: 64 bytes, a vector's worth
//            8 bits: eight such groups; 4 bits: four, with columns 0 to 15 in the low halves, 16 to 31 in the
//            high
// and weight = scale * (code - offset) + minimum. Rows that fill up the last tile are zero.
// Matrices of which single columns are left out (sparse_product.h) are column-major instead: 32 inputs
// follow one another, each run of them being
//   scale    [outputs] float16
//   minimum  [outputs] float16, in types that have one
//   code     [32, outputs], 8 bits: 64 outputs in 64 bytes; 4 bits: 128 in 64 bytes, the first 64 in the low
//   halves
// with outputs filled up to a multiple of 128 by zeros. Among 64 codes, output 16 k + 4 q + i is at 16 q + 4
// k + i: so four inputs' codes, interleaved byte by byte within 16 bytes as vector instructions do it, come
// out in order.
// Kinds:   Q8_0 (offset 128) also keeps Q5_0 exactly; Q4_0 (offset 8); Q4_1 and Q5_1 (a minimum, no offset;
//          Q5_1's codes take a byte each), which also keep Q4_K and Q5_K, their scales rounded to float16.
//          Q6_K, whose scales stand for 16 values, is quantised anew as Q8_0.
// Source:  the blocks in files: engine/core/block_run.h, docs/spec/formats.md section 5.
// Threads: pure functions.
#pragma once

#include "engine/core/data_type.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace engine {

inline constexpr int kTileRows = 16;
inline constexpr int kTileColumns = 32;

// How many rows ahead a part of each is fetched, where a matrix is transposed: they lie too far apart for
// the processor to foresee.
inline constexpr std::size_t kRowsAhead = 16;

struct PackedLayout {
    int codeBits = 8;
    bool hasMinimum = false;
    int offset = 0;

    [[nodiscard]] std::size_t headBytes() const { return (hasMinimum ? 2 : 1) * kTileRows * 2; }
    [[nodiscard]] std::size_t codeBytes() const {
        return static_cast<std::size_t>(kTileRows * kTileColumns * codeBits / 8);
    }
    [[nodiscard]] std::size_t tileBytes() const { return headBytes() + codeBytes(); }
};

// A run of 32 inputs of a matrix that is column-major.
struct PackedRun {
    PackedLayout layout;
    std::size_t outputs = 0; // filled up

    [[nodiscard]] std::size_t headBytes() const { return (layout.hasMinimum ? 2 : 1) * 2 * outputs; }
    [[nodiscard]] std::size_t inputBytes() const {
        return outputs * static_cast<std::size_t>(layout.codeBits) / 8;
    }
    [[nodiscard]] std::size_t byteSize() const { return headBytes() + kTileColumns * inputBytes(); }
};

[[nodiscard]] PackedRun packedRun(DataType type, int outputs);
// Where among 64 codes of a run that of output number `output` (below 64) is; and the reverse, which is the
// same.
[[nodiscard]] constexpr std::size_t placeInRun(std::size_t output) {
    return output % 16 / 4 * 16 + output / 16 * 4 + output % 4;
}

// Of Q8_0, Q4_0, Q4_1 and Q5_1.
[[nodiscard]] PackedLayout packedLayout(DataType type);
// The kind of tiles that weights stored as `type` are kept in; nothing for types that are not block types.
[[nodiscard]] std::optional<DataType> packedTypeOf(DataType stored);

// Bytes of 16 rows; columns are a multiple of 32.
[[nodiscard]] std::size_t packedGroupBytes(DataType type, int columns);

// Packs up to 16 rows [rows, columns] of stored blocks, `rowBytes` apart, into packedGroupBytes() at `group`.
// `type` is packedTypeOf(stored).
void packBlocks(DataType stored, const std::byte* blocks, std::size_t rowBytes, int rows, int columns,
                std::byte* group);
// The same for float32 values; `type` is Q8_0 or Q4_0.
void packValues(DataType type, const float* values, int rows, int columns, std::byte* group);
// The run of inputs with this index column-major, of a matrix [outputs, inputs] stored as blocks.
void packRunOfBlocks(DataType stored, const std::byte* blocks, std::size_t rowBytes, int outputs,
                     std::size_t run, std::byte* packed);
// The same for float32 values [outputs, 32], `stride` apart; `type` is Q8_0 or Q4_0.
void packRunOfValues(DataType type, const float* values, std::size_t stride, int outputs, std::byte* packed);

} // namespace engine
