// linear_parts.h: the kinds of products that cuda::linear() is made of. Jobs come with their strides filled
// in. Few tokens: our own kernels, one for each way in which weights are kept. Each output of a token is
// summed in an order
//          that depends on the weights' shape and the device only, so it is the same whatever the number of
//          tokens.
// Many:    matrixProducts(), for weights of any kind.
#pragma once

#include "engine/operations/products/linear/linear.h"

#include <cstddef>
#include <span>

namespace engine::cuda {

// Of a call of the first three.
inline constexpr int kMostTokensAtOnce = 8;

// Float32, float16 and bfloat16 row-major, in one launch per type.
void rowProducts(std::span<const LinearJob> jobs, int tokens, const Stream& stream);
// Packed row-major, in one launch per kind.
void packedProducts(std::span<const LinearJob> jobs, int tokens, const Stream& stream);
// Anything column-major. A model has one such product at a time: the value of channel mixing.
void sparseProduct(const LinearJob& job, int tokens, LinearMemory& memory, const Stream& stream);
// Floats of working memory for it.
[[nodiscard]] std::size_t sparseSumCount(const Matrix& weights, int tokens, const Stream& stream);

// By cuBLASLt where it is there and can, else by tiledProduct().
void matrixProducts(std::span<const LinearJob> jobs, int tokens, LinearMemory& memory, const Stream& stream);
// Our own kernel for any weights and any number of tokens: in float32, right but slow.
void tiledProduct(const LinearJob& job, int tokens, const Stream& stream);

// Bytes of working memory of matrixProducts() for one job.
struct MatrixProductBytes {
    std::size_t roundedInputs = 0;  // x as the weights' type
    std::size_t widenedWeights = 0; // packed weights as float16, a panel of outputs at a time
};
[[nodiscard]] MatrixProductBytes matrixProductBytes(const Matrix& weights, int tokens);

// Outputs [rowBegin, rowEnd) of packed weights as float16: [rowEnd - rowBegin, columns] row-major, or
// [columns, stride] column-major, where rowBegin is a multiple of 128 and stride is (rowEnd - rowBegin)
// filled up to the next such multiple.
void widenPacked(const Matrix& weights, int rowBegin, int rowEnd, void* out, const Stream& stream);

} // namespace engine::cuda
