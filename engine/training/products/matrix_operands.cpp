#include "engine/training/products/matrix_operands.h"

#include "engine/operations/products/dense/matrix_product.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace engine {

namespace {

// Plain loops for gradient checks.
void plainProduct(ProductSize s, ProductOperand<double> a, ProductOperand<double> b, double* c, int strideC,
                  bool accumulate) {
    for (int i = 0; i < s.m; ++i)
        for (int j = 0; j < s.n; ++j) {
            double sum = accumulate ? c[std::size_t(i) * strideC + j] : 0.0;
            for (int x = 0; x < s.k; ++x)
                sum +=
                    a.values[a.transposed ? std::size_t(x) * a.stride + i : std::size_t(i) * a.stride + x] *
                    b.values[b.transposed ? std::size_t(j) * b.stride + x : std::size_t(x) * b.stride + j];
            c[std::size_t(i) * strideC + j] = sum;
        }
}

} // namespace

template <class Real, class Operand>
void matrixProduct(ProductSize size, ProductOperand<Operand> a, ProductOperand<Operand> b, Real* c,
                   int strideC, bool accumulate) {
    if constexpr (std::is_same_v<Real, double>) {
        plainProduct(size, a, b, c, strideC, accumulate);
    } else {
        thread_local ProductScratch scratch;
        const ProductShape shape{.m = size.m,
                                 .n = size.n,
                                 .k = size.k,
                                 .inputs = std::is_same_v<Operand, BFloat16> ? DataType::BFloat16
                                                                             : DataType::Float32,
                                 .output = DataType::Float32,
                                 .transposeA = a.transposed,
                                 .transposeB = b.transposed,
                                 .accumulate = accumulate,
                                 .strideA = a.stride,
                                 .strideB = b.stride,
                                 .strideC = strideC};
        // Sizes are right by construction and the trainer picks operands that the processor has, so this
        // fails only if oneDNN does. The NaN then shows as a gradient that is not finite, which the trainer
        // reports and does not learn from.
        if (!multiply(shape, a.values, b.values, c, scratch))
            std::fill_n(c, size.n, std::numeric_limits<Real>::quiet_NaN());
    }
}

template void matrixProduct(ProductSize, ProductOperand<double>, ProductOperand<double>, double*, int, bool);
template void matrixProduct(ProductSize, ProductOperand<float>, ProductOperand<float>, float*, int, bool);
template void matrixProduct(ProductSize, ProductOperand<BFloat16>, ProductOperand<BFloat16>, float*, int,
                            bool);

} // namespace engine
