// measured_limits.h: what this machine can do at most, measured now, for shares such as "73 % of the
// bandwidth". Each takes about a second and the whole pool. Other programs that run meanwhile lower the
// result.
// Units:   GB/s and GFLOP/s, powers of ten; a multiply-add is two operations.
// Errors:  OutOfMemory; UnsupportedType where the processor has no products of that type.
// Threads: the pool's rules.
#pragma once

#include "engine/backend/best_rate.h"
#include "engine/core/aligned_buffer.h"
#include "engine/core/data_type.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/operations/products/dense/matrix_product.h"

#include <cstddef>

namespace engine {

// What is measured, and how often.
inline constexpr std::size_t kBandwidthBytes = std::size_t{512} * 1024 * 1024; // L3: some 32 to 400 MB
inline constexpr int kBandwidthPasses = 8;
inline constexpr int kMatrixSize = 2048;
inline constexpr double kProductFlops = 2.0 * kMatrixSize * kMatrixSize * kMatrixSize;
inline constexpr int kMatrixPasses = 8;

// GB/s: reading memory in long runs, over a buffer far larger than the last cache; the best of several
// passes.
[[nodiscard]] Expected<double> measureBandwidth(ThreadPool& pool);

// oneDNN's rate on 2048 x 2048 matrices of Float32 or BFloat16: the best of the products so far. What else
// runs beside, on this machine or on the one that lends it, makes one measurement swing by half; so it can be
// measured again and again.
class MatrixRate {
public:
    // Measures it once. `pool` must outlive the object.
    static Expected<MatrixRate> measure(DataType type, ThreadPool& pool);

    // One more product.
    [[nodiscard]] Expected<void> measureAgain();
    [[nodiscard]] double best() const { return m_rate.giga(); }       // GFLOP/s
    [[nodiscard]] double seconds() const { return m_rate.seconds(); } // of one product at the best rate

private:
    MatrixRate(DataType type, ThreadPool& pool)
        : m_type(type)
        , m_pool(&pool) {}
    Expected<void> multiplyOnce();

    DataType m_type;
    ThreadPool* m_pool;
    AlignedBuffer<std::byte> m_input;
    AlignedBuffer<float> m_output;
    ProductScratch m_scratch;
    BestRate<> m_rate{kProductFlops};
};

// The best of several products.
[[nodiscard]] Expected<double> measureMatrixRate(DataType type, ThreadPool& pool);

} // namespace engine
