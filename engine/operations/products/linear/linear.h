// linear.h: weight matrices as they are stored, and the product y = x Wᵀ of a linear layer.
// Few rows of x (decoding): our own kernels read the stored type once and accumulate in float32; x is not
// rounded, except to 16 bits where weights are packed (packed_product.h), and each output depends on its own
// row of W and of x only, so it is the same whatever the number of rows (up to 8) or threads. Many rows
// (prefill): oneDNN, on a fixed grid of tiles, so that the result does not depend on the number of threads
// either.
//   a processor with bfloat16 products: all but float32 weights are multiplied in bfloat16, to which x,
//   float16 and packed weights are rounded; sums are float32;
//   any other processor: float32 products, other weights being widened on the way, which is exact.
// Shapes:  W [rows = outputs, columns = inputs], x [tokens, columns], y [tokens, rows]; last index fastest.
// Errors:  shapes are the caller's promise (asserted). std::bad_alloc from the calling thread, before y is
//          touched.
// Threads: weights are immutable and shared; a LinearScratch and a ThreadPool serve one caller at a time.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/data_type.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/core/work_claims.h"
#include "engine/operations/products/quantised/packed_weights.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace engine {

// In which order a matrix is kept: outputs one after another, as in files, or inputs. The latter lets a
// product with few rows of x leave out what would be multiplied by zero, and nothing else.
enum class MatrixOrder : std::uint8_t { RowMajor, ColumnMajor };

// A view of a weight matrix. `data` is aligned to its element type only (it may point into a mapped file).
struct Matrix {
    DataType type = DataType::Float32; // Float32, Float16 or BFloat16; a packed type; any in tables
    int rows = 0;                      // outputs
    int columns = 0;                   // inputs
    const void* data = nullptr;
    bool isPacked = false; // as in packed_weights.h
    MatrixOrder order = MatrixOrder::RowMajor;

    // What lies together, and its size: an output's weights, the tiles of 16 outputs; an input's weights, a
    // run of 32 inputs.
    [[nodiscard]] int groupLength() const {
        return !isPacked ? 1 : order == MatrixOrder::RowMajor ? kTileRows : kTileColumns;
    }
    [[nodiscard]] int groups() const {
        return ((order == MatrixOrder::RowMajor ? rows : columns) + groupLength() - 1) / groupLength();
    }
    [[nodiscard]] std::size_t groupBytes() const {
        if (order == MatrixOrder::ColumnMajor)
            return isPacked ? packedRun(type, rows).byteSize()
                            : static_cast<std::size_t>(rows) * bytesPerBlock(type);
        return isPacked ? packedGroupBytes(type, columns)
                        : static_cast<std::size_t>(columns) / elementsPerBlock(type) * bytesPerBlock(type);
    }
    [[nodiscard]] std::size_t byteSize() const { return static_cast<std::size_t>(groups()) * groupBytes(); }
    [[nodiscard]] const std::byte* group(int index) const {
        return static_cast<const std::byte*>(data) + static_cast<std::size_t>(index) * groupBytes();
    }
};

// A weight matrix with the memory behind it: its own, or a mapped file's. Copies share the memory.
class LinearWeights {
public:
    LinearWeights() = default; // 0 x 0

    // The stored bytes of a linear layer, [rows, columns]. Kept where they are (and `memory` with them) if
    // `type` is the wanted type, not a block type, they are aligned to it, fill a huge page and `order` is
    // theirs; copied, converted or packed into memory of its own (weight_memory.h) otherwise, on all threads
    // of the pool. `wanted` is Float32, Float16, BFloat16, Q8_0, Q4_0, or what packedTypeOf() says of a
    // stored block type.
    // Errors: UnsupportedType, ShapeMismatch (bytes.size() does not fit; packed columns are not a multiple of
    // 32), OutOfMemory.
    [[nodiscard]] static Expected<LinearWeights> fromStored(DataType type, std::span<const std::byte> bytes,
                                                            int rows, int columns, DataType wanted,
                                                            std::shared_ptr<const void> memory,
                                                            ThreadPool& pool,
                                                            MatrixOrder order = MatrixOrder::RowMajor);

    // A table of which single rows are looked up: kept as it is, whatever floating or block type it has. No
    // operand of products. Errors as above.
    [[nodiscard]] static Expected<LinearWeights> table(DataType type, std::span<const std::byte> bytes,
                                                       int rows, int columns,
                                                       std::shared_ptr<const void> memory);

    // From float32 values [rows, columns], rounded to `wanted`. Errors as above.
    [[nodiscard]] static Expected<LinearWeights> fromFloat32(std::span<const float> values, int rows,
                                                             int columns, DataType wanted,
                                                             MatrixOrder order = MatrixOrder::RowMajor);

    // From a low-rank factor, float32 [inputs, outputs], which is applied as x A: kept transposed, so that it
    // is used like any other matrix. Errors as above.
    [[nodiscard]] static Expected<LinearWeights> fromFactor(std::span<const float> values, int inputs,
                                                            int outputs, DataType wanted);

    [[nodiscard]] const Matrix& matrix() const { return m_matrix; }
    [[nodiscard]] int outputs() const { return m_matrix.rows; }
    [[nodiscard]] int inputs() const { return m_matrix.columns; }
    [[nodiscard]] DataType type() const { return m_matrix.type; }
    [[nodiscard]] std::size_t byteSize() const { return m_matrix.byteSize(); }
    [[nodiscard]] bool empty() const { return m_matrix.data == nullptr; }
    // Whether it has its own memory, so that the stored bytes are not read again.
    [[nodiscard]] bool ownsMemory() const { return m_ownsMemory; }

private:
    // In memory of its own.
    [[nodiscard]] static Expected<LinearWeights> converted(const Matrix& stored, const Matrix& wanted,
                                                           ThreadPool& pool);

    Matrix m_matrix;
    std::shared_ptr<const void> m_memory;
    bool m_ownsMemory = false;
};

// What happens to a product on its way.
enum class LinearEnd : std::uint8_t {
    Store,       // y = x Wᵀ
    SquaredRelu, // y = max(0, x Wᵀ)²
    AddToStream, // stream += x Wᵀ, times sigmoid(receptance) if there is one; y is working memory
};

// One product of a batch. Strides are the distances between rows, in elements; 0 means contiguous.
struct LinearJob {
    Matrix weights;
    const float* x = nullptr; // [tokens, weights.columns]
    float* y = nullptr;       // [tokens, weights.rows]; may not overlap any job's x
    int xStride = 0;
    int yStride = 0;
    LinearEnd end = LinearEnd::Store; // others: yStride is 0
    float* stream = nullptr;          // [tokens, weights.rows], no job's x
    const float* receptance =
        nullptr; // [tokens, weights.rows], before the sigmoid, of no job's y; null: none
};

// What products of matrices column-major have left out so far.
struct SkippedWork {
    std::uint64_t inputs = 0; // seen
    std::uint64_t zeros = 0;  // of these
    std::uint64_t bytes = 0;  // of weights that were therefore not read
};

// Working memory of linear(), kept between calls so that a token allocates nothing.
struct LinearScratch {
    std::vector<LinearJob> rowJobs, sparseJobs, tiledJobs; // the batch, strides filled in
    WorkClaims claims;                                     // on the rows of rowJobs, or on a sparse job
    AlignedBuffer<std::byte> packedInputs;                 // x for packed weights (PackedInput)
    AlignedBuffer<float> sparseSums;                       // of sparse_product.h
    AlignedBuffer<std::int32_t> sparseTotals;              // likewise
    AlignedBuffer<std::uint32_t> usedInputs;               // likewise
    SkippedWork skipped;
    AlignedBuffer<std::uint16_t> roundedInputs;             // x as bfloat16
    std::vector<AlignedBuffer<float>> widenedTiles;         // one per thread: rows of W as float32
    std::vector<AlignedBuffer<std::uint16_t>> roundedTiles; // one per thread: a tile of W as bfloat16
    std::vector<AlignedBuffer<std::byte>> productMemory;    // one per thread: oneDNN's scratchpad
};

inline constexpr std::size_t kMostJobs = 8;

// Up to kMostJobs products over the same number of tokens, in one parallel region: one barrier for
// receptance, key, value, gate. Stores them only: the rest is for the backend's operation.
void linearBatch(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch);

// y = x Wᵀ
void linear(const Matrix& weights, const float* x, float* y, int tokens, ThreadPool& pool,
            LinearScratch& scratch);

namespace cuda {
struct Stream;
class LinearMemory;
// The jobs' weights in device memory, in the same layouts. Up to kMostJobs jobs; few tokens (decoding) in as
// few launches as possible. Results depend neither on the number of tokens, up to 8, nor on the device's
// load.
void linear(std::span<const LinearJob> jobs, int tokens, LinearMemory& memory, const Stream& stream);
} // namespace cuda

} // namespace engine
