// channel_mixing-inl.h: the element-wise steps of channel mixing and of time mixing's low-rank branches.
// Source:  docs/spec/rwkv-models.md sections 2 and 4. Arrays of `count` values; gradients are written unless
//          said otherwise.
#include "engine/training/ops/vector_math-inl.h"

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_CHANNEL_MIXING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_CHANNEL_MIXING_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_CHANNEL_MIXING_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_CHANNEL_MIXING_INL_H
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

// receptance becomes sigma(receptance); out = x + sigma(receptance) value.
template <class Real>
void receptanceForward(const Real* x, const Real* value, std::size_t count, Real* receptance, Real* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        receptance[i] = sigmoid(receptance[i]);
        out[i] = x[i] + receptance[i] * value[i];
    }
}
template <class Real, class Operand>
void receptanceBackward(const Real* d, const Real* receptance, const Real* value, std::size_t count,
                        Operand* dReceptance, Operand* dValue) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const Real s = receptance[i];
        assign(dValue[i], d[i] * s);
        assign(dReceptance[i], d[i] * value[i] * s * (Real(1) - s));
    }
}

// x [rows,width] holds the low-rank part of the decay logits; becomes ln w = -exp(decay + x), and w beside
// it.
template <class Real> void decayForward(const Real* decay, int rows, int width, Real* x, Real* w) {
    for (int row = 0; row < rows; ++row, x += width, w += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            x[i] = -exponential(decay[i] + x[i]);
            w[i] = exponential(x[i]);
        }
    }
}
// From dLog, the gradient of ln w: that of the logit, an operand, and its sum into dDecay.
template <class Real, class Operand>
void decayBackward(const Real* logDecay, const Real* dLog, int rows, int width, Operand* out, Real* dDecay) {
    for (int row = 0; row < rows; ++row, logDecay += width, dLog += width, out += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            const Real d = dLog[i] * logDecay[i];
            dDecay[i] += d;
            assign(out[i], d);
        }
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
