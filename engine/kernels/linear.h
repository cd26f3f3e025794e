// linear.h: weight matrices as they are stored, and the product y = x Wᵀ of a linear layer.
// Few rows of x (decoding): our own kernels read the stored type once and accumulate in float32; x is never
// rounded, and each output depends on its own row of W and of x only, so it is the same whatever the number of
// rows (up to 8) or threads.
// Many rows (prefill): oneDNN, on a fixed grid of tiles, so that the result does not depend on the number of
// threads either.
//   bfloat16 weights on a processor with bfloat16 products: x is rounded to bfloat16, sums are float32;
//   every other case: float32 products, float16 and bfloat16 weights being widened on the way, which is exact.
// Shapes:  W [rows = outputs, columns = inputs], x [tokens, columns], y [tokens, rows]; last index fastest.
// Errors:  shapes are the caller's promise (asserted). std::bad_alloc from the calling thread, before y is
//          touched.
// Threads: weights are immutable and shared; a LinearScratch and a ThreadPool serve one caller at a time.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/data_type.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace engine {

// A view of a weight matrix. `data` is aligned to its element type only (it may point into a mapped file).
struct Matrix {
    DataType type = DataType::Float32; // Float32, Float16 or BFloat16
    int rows = 0;                      // outputs
    int columns = 0;                   // inputs
    const void* data = nullptr;

    [[nodiscard]] std::size_t rowBytes() const {
        return static_cast<std::size_t>(columns) * bytesPerBlock(type);
    }
    [[nodiscard]] std::size_t byteSize() const { return static_cast<std::size_t>(rows) * rowBytes(); }
};

// A weight matrix with the memory behind it: its own, or a mapped file's. Copies share the memory.
class LinearWeights {
public:
    LinearWeights() = default; // 0 x 0

    // The stored bytes of a linear layer, [rows, columns]. Kept where they are (and `memory` with them) if
    // `type` is the wanted type and they are aligned to it, copied or converted into memory of its own
    // otherwise. `wanted` is Float32, Float16 or BFloat16.
    // Errors: UnsupportedType, ShapeMismatch (bytes.size() does not fit), OutOfMemory.
    [[nodiscard]] static Expected<LinearWeights> fromStored(DataType type, std::span<const std::byte> bytes,
                                                            int rows, int columns, DataType wanted,
                                                            std::shared_ptr<const void> memory);

    // From float32 values [rows, columns], rounded to `wanted`. Errors as above.
    [[nodiscard]] static Expected<LinearWeights> fromFloat32(std::span<const float> values, int rows,
                                                             int columns, DataType wanted);

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

private:
    Matrix m_matrix;
    std::shared_ptr<const void> m_memory;
};

// One product of a batch. Strides are the distances between rows, in elements; 0 means contiguous.
struct LinearJob {
    Matrix weights;
    const float* x = nullptr; // [tokens, weights.columns]
    float* y = nullptr;       // [tokens, weights.rows]; may not overlap any job's x
    int xStride = 0;
    int yStride = 0;
};

// Working memory of linear(), kept between calls so that a token allocates nothing.
struct LinearScratch {
    std::vector<LinearJob> jobs;                         // the batch, strides filled in
    AlignedBuffer<std::uint16_t> roundedInputs;          // x as bfloat16
    std::vector<AlignedBuffer<float>> widenedTiles;      // one per thread: a tile of W as float32
    std::vector<AlignedBuffer<std::byte>> productMemory; // one per thread: oneDNN's scratchpad
};

// Products over the same number of tokens, in one parallel region: one barrier for receptance, key, value, gate.
void linearBatch(std::span<const LinearJob> jobs, int tokens, ThreadPool& pool, LinearScratch& scratch);

// y = x Wᵀ
void linear(const Matrix& weights, const float* x, float* y, int tokens, ThreadPool& pool,
            LinearScratch& scratch);

} // namespace engine
