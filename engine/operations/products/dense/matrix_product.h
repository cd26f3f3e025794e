// matrix_product.h: C = A B and C += A B for many rows, through oneDNN, on the calling thread or over a pool.
// prepared_product.cpp is the part that knows oneDNN.
// oneDNN's own thread team is never used: every product runs with one OpenMP thread, and the pool divides C
// into tiles. Primitives are made once per shape and kept for the process.
// Shapes:  A [m, k], B [k, n], C [m, n], row-major. transposeA: A is stored [k, m]; transposeB: B is stored
//          [n, k], as the weights of a linear layer are. Strides are the distances between stored rows, in
//          elements; 0 means contiguous.
// Types:   inputs Float32 or BFloat16, both the same; output Float32 or, from BFloat16, BFloat16. Sums are
//          float32.
// Errors:  UnsupportedType (types outside this list, or bfloat16 on a processor without it), InvalidArgument
//          (a size below 1, a stride shorter than its row), Internal (oneDNN refuses). On error C is
//          undefined. std::bad_alloc from the calling thread only.
// Threads: functions are reentrant; a ProductScratch and a ThreadPool serve one caller at a time.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/data_type.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace engine {

// True where products of bfloat16 run in hardware (AVX512-BF16, AMX). Elsewhere use Float32.
[[nodiscard]] bool hasBfloat16Products();

struct ProductShape {
    int m = 0;
    int n = 0;
    int k = 0;
    DataType inputs = DataType::Float32;
    DataType output = DataType::Float32;
    bool transposeA = false;
    bool transposeB = false;
    bool accumulate = false; // C += A B
    int strideA = 0;
    int strideB = 0;
    int strideC = 0;

    bool operator==(const ProductShape&) const = default;
};

// With strides filled in. Errors: UnsupportedType, InvalidArgument.
[[nodiscard]] Expected<ProductShape> checkedShape(ProductShape shape);

// Working memory, kept between calls; one buffer per thread.
struct ProductScratch {
    std::vector<AlignedBuffer<std::byte>> threads;
};

// On the calling thread alone.
[[nodiscard]] Expected<void> multiply(const ProductShape& shape, const void* a, const void* b, void* c,
                                      ProductScratch& scratch);

// Over the pool. For one number of threads the result is always the same to the bit.
[[nodiscard]] Expected<void> multiply(const ProductShape& shape, const void* a, const void* b, void* c,
                                      ThreadPool& pool, ProductScratch& scratch);

// One shape made ready, for callers that divide the work themselves (tiled_product.h).
class PreparedProduct {
public:
    // From the process-wide cache. Errors as above.
    [[nodiscard]] static Expected<std::shared_ptr<const PreparedProduct>> get(const ProductShape& shape);
    ~PreparedProduct();
    PreparedProduct(const PreparedProduct&) = delete;
    PreparedProduct& operator=(const PreparedProduct&) = delete;

    [[nodiscard]] std::size_t scratchBytes() const;
    // `scratch` holds scratchBytes(). Any number of threads may run one product at a time. False if oneDNN
    // failed.
    [[nodiscard]] bool run(const void* a, const void* b, void* c, std::byte* scratch) const noexcept;

private:
    struct Primitive;
    explicit PreparedProduct(std::unique_ptr<const Primitive> primitive);
    std::unique_ptr<const Primitive> m_primitive;
};

} // namespace engine
