// cublaslt.h: NVIDIA's matrix products, from a library that is looked for when the program runs: it is large,
// and without it everything works, if more slowly.
// Source:  https://docs.nvidia.com/cuda/cublas/#using-the-cublaslt-api
// Errors:  whatever it cannot do is `false`; nothing has been written then.
// Threads: one caller at a time.
#pragma once

#include "engine/cuda/device/stream.h"
#include "engine/operations/products/linear/linear.h"

#include <cstddef>
#include <memory>

namespace engine::cuda {

// y = x Wᵀ or y += x Wᵀ, in device memory, with float32 sums. Strides are the distances between rows, in
// elements.
struct LibraryProduct {
    DataType type = DataType::Float32; // of weights and x: Float32, Float16 or BFloat16
    MatrixOrder order = MatrixOrder::RowMajor;
    int rows = 0;
    int columns = 0;
    int tokens = 0;
    const void* weights = nullptr; // [rows, columns]; [columns, rows] column-major
    int weightStride = 0;
    const void* x = nullptr; // [tokens, columns]
    int xStride = 0;
    float* y = nullptr; // [tokens, rows]
    int yStride = 0;
    bool addsToY = false;
};

struct Workspace {
    void* data = nullptr;
    std::size_t size = 0;
};

// What the faster algorithms of large products want on newer devices.
inline constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

class CublasLt {
public:
    virtual ~CublasLt() = default;

    // Null if the library is not there or does not start.
    [[nodiscard]] static std::unique_ptr<CublasLt> open();

    [[nodiscard]] virtual bool multiply(const LibraryProduct& product, Workspace workspace,
                                        const Stream& stream) = 0;
};

} // namespace engine::cuda
