// weight_products.h: products of a pass's rows with a weight matrix, forward and backward.
// Shapes:   linear weights W [out,in], low-rank factors A [in,out], as they are stored; x and dx [M,in],
//           y and d [M,out], d being the gradient of y.
// Backward: the weight's gradient accumulates, if it has one; y and dx are written, or added to with
//           kAccumulate.
#pragma once

#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/products/matrix_operands.h"

namespace engine {

inline constexpr bool kAccumulate = true;

// y = x Wᵀ.
template <class Real, class Operand>
void linear(const Pass<Real, Operand>& pass, const WeightMatrix& w, const Operand* x, Real* y,
            bool accumulate = false) {
    const int M = pass.n.M, out = w.rows, in = w.columns;
    matrixProduct<Real, Operand>({M, out, in}, {x, in, false}, {pass.operand(w), in, true}, y, out,
                                 accumulate);
}

// dx = d W; dW += dᵀ x.
template <class Real, class Operand>
void linearBackward(const Pass<Real, Operand>& pass, const WeightMatrix& w, const Operand* x,
                    const Operand* d, Real* dx, bool accumulate = false) {
    const int M = pass.n.M, out = w.rows, in = w.columns;
    matrixProduct<Real, Operand>({M, in, out}, {d, out, false}, {pass.operand(w), in, false}, dx, in,
                                 accumulate);
    if (w.hasGradient)
        matrixProduct<Real, Operand>({out, in, M}, {d, out, true}, {x, in, false}, pass.gradient(w.offset),
                                     in, true);
}

// y = x A, with rows of x `stride` apart.
template <class Real, class Operand>
void factorOfColumns(const Pass<Real, Operand>& pass, const WeightMatrix& a, const Operand* x, int stride,
                     Real* y, bool accumulate = false) {
    const int M = pass.n.M, in = a.rows, out = a.columns;
    matrixProduct<Real, Operand>({M, out, in}, {x, stride, false}, {pass.operand(a), out, false}, y, out,
                                 accumulate);
}

// dx = d Aᵀ; dA += xᵀ d; with rows of x and of dx `stride` apart.
template <class Real, class Operand>
void factorOfColumnsBackward(const Pass<Real, Operand>& pass, const WeightMatrix& a, const Operand* x,
                             int stride, const Operand* d, Real* dx, bool accumulate = false) {
    const int M = pass.n.M, in = a.rows, out = a.columns;
    matrixProduct<Real, Operand>({M, in, out}, {d, out, false}, {pass.operand(a), out, true}, dx, stride,
                                 accumulate);
    if (a.hasGradient)
        matrixProduct<Real, Operand>({in, out, M}, {x, stride, true}, {d, out, false},
                                     pass.gradient(a.offset), out, true);
}

// y = x A.
template <class Real, class Operand>
void factor(const Pass<Real, Operand>& pass, const WeightMatrix& a, const Operand* x, Real* y,
            bool accumulate = false) {
    factorOfColumns(pass, a, x, a.rows, y, accumulate);
}

// dx = d Aᵀ; dA += xᵀ d.
template <class Real, class Operand>
void factorBackward(const Pass<Real, Operand>& pass, const WeightMatrix& a, const Operand* x,
                    const Operand* d, Real* dx, bool accumulate = false) {
    factorOfColumnsBackward(pass, a, x, a.rows, d, dx, accumulate);
}

} // namespace engine
