// activations-inl.h: element-wise functions between matrix products, forward and backward.
// Source:  docs/spec/rwkv-models.md sections 2 and 4. Arrays of `count` values; gradients are written.
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_ACTIVATIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_ACTIVATIONS_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_ACTIVATIONS_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_ACTIVATIONS_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> void convertToOperand(const Real* x, std::size_t count, Operand* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        assign(out[i], x[i]);
}

// out = tanh(x); backward: out = d (1 - tanh²).
template <class Real, class Operand> void tanhForward(const Real* x, std::size_t count, Operand* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        assign(out[i], hyperbolicTangent(x[i]));
}
template <class Real, class Operand>
void tanhBackward(const Operand* tanhX, const Real* d, std::size_t count, Operand* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const Real y = toReal(tanhX[i]);
        assign(out[i], d[i] * (Real(1) - y * y));
    }
}

// out = sigmoid(x); backward: out = d y (1 - y).
template <class Real, class Operand> void sigmoidForward(const Real* x, std::size_t count, Operand* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        assign(out[i], sigmoid(x[i]));
}
template <class Real, class Operand>
void sigmoidBackward(const Operand* sigmoidX, const Real* d, std::size_t count, Operand* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const Real y = toReal(sigmoidX[i]);
        assign(out[i], d[i] * y * (Real(1) - y));
    }
}

// relu(x)²; its derivative 2 relu(x) is taken from the result's root, so that x need not be kept.
template <class Real, class Operand> void squaredReluForward(const Real* x, std::size_t count, Operand* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const Real positive = x[i] > Real(0) ? x[i] : Real(0);
        assign(out[i], positive * positive);
    }
}
template <class Real, class Operand>
void squaredReluBackward(const Operand* squared, const Real* d, std::size_t count, Operand* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        assign(out[i], d[i] * Real(2) * std::sqrt(toReal(squared[i])));
}

// x [rows,width] = sigmoid(bias [width] + x); backward: out = d scale y (1 - y), the gradient of the
// argument, whose sum is added to dBias.
template <class Real> void biasedSigmoidForward(const Real* bias, int rows, int width, Real* x) {
    for (int row = 0; row < rows; ++row, x += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i)
            x[i] = sigmoid(bias[i] + x[i]);
    }
}
template <class Real, class Operand>
void biasedSigmoidBackward(const Real* y, const Real* d, int rows, int width, Real scale, Operand* out,
                           Real* dBias) {
    for (int row = 0; row < rows; ++row, y += width, d += width, out += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            const Real before = d[i] * scale * y[i] * (Real(1) - y[i]);
            dBias[i] += before;
            assign(out[i], before);
        }
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
