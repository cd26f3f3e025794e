// matrix_operands.h: C (+)= A B for the trainer's three precisions, on the calling thread.
// Shapes:  {m, n, k}: C [m,n], A [m,k], B [k,n], row-major with rows `stride` apart; `transposed` means that
//          the array holds the transpose (A as [k,m], B as [n,k]).
// Threads: reentrant.
#pragma once

#include "engine/training/products/operand.h"

namespace engine {

struct ProductSize {
    int m, n, k;
};

template <class Operand> struct ProductOperand {
    const Operand* values;
    int stride;
    bool transposed;
};

template <class Real, class Operand>
void matrixProduct(ProductSize shape, ProductOperand<Operand> a, ProductOperand<Operand> b, Real* c,
                   int strideC, bool accumulate);

extern template void matrixProduct(ProductSize, ProductOperand<double>, ProductOperand<double>, double*, int,
                                   bool);
extern template void matrixProduct(ProductSize, ProductOperand<float>, ProductOperand<float>, float*, int,
                                   bool);
extern template void matrixProduct(ProductSize, ProductOperand<BFloat16>, ProductOperand<BFloat16>, float*,
                                   int, bool);

} // namespace engine
