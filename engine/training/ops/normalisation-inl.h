// normalisation-inl.h: layer norm and group norm, forward and backward.
// Source:  docs/spec/rwkv-models.md section 1 (LN, GN). Shapes: x, out [rows,width]; mean, scale [rows];
//          weight, bias [width].
// Backward: dWeight and dBias accumulate; dx is written or accumulates as each function says.
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_NORMALISATION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_NORMALISATION_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_NORMALISATION_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_NORMALISATION_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Mean and 1/sqrt(variance + epsilon) of n values.
template <class Real> HWY_INLINE void moments(const Real* x, int n, Real epsilon, Real& mean, Real& scale) {
    Real sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n; ++i)
        sum += x[i];
    const Real m = sum / Real(n);
    Real squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int i = 0; i < n; ++i)
        squares += (x[i] - m) * (x[i] - m);
    mean = m;
    scale = Real(1) / std::sqrt(squares / Real(n) + epsilon);
}

// out = LN(x); keeps mean and scale of each row. Real or operand output.
template <class Real, class Out>
void layerNormForward(const Real* x, const Real* weight, const Real* bias, int rows, int width, Out* out,
                      Real* mean, Real* scale) {
    for (int row = 0; row < rows; ++row) {
        const Real* xr = x + std::size_t(row) * width;
        Out* outRow = out + std::size_t(row) * width;
        moments(xr, width, Real(1e-5), mean[row], scale[row]);
        const Real m = mean[row], s = scale[row];
#pragma omp simd
        for (int i = 0; i < width; ++i)
            assign(outRow[i], (xr[i] - m) * s * weight[i] + bias[i]);
    }
}

// One row of a norm's backward pass over n channels: dx (+)= scale (d - mean(d) - x^ mean(d x^)), d = dOut
// weight.
template <bool kAccumulate, class Real>
HWY_INLINE void normBackwardRow(const Real* x, const Real* dOut, const Real* weight, int n, Real mean,
                                Real scale, Real* dx, Real* dWeight, Real* dBias) {
    Real sum = 0, dot = 0;
#pragma omp simd reduction(+ : sum, dot)
    for (int i = 0; i < n; ++i) {
        const Real normalised = (x[i] - mean) * scale;
        const Real d = dOut[i] * weight[i];
        sum += d;
        dot += d * normalised;
        dWeight[i] += dOut[i] * normalised;
        dBias[i] += dOut[i];
    }
    sum /= Real(n);
    dot /= Real(n);
#pragma omp simd
    for (int i = 0; i < n; ++i) {
        const Real normalised = (x[i] - mean) * scale;
        const Real gradient = scale * (dOut[i] * weight[i] - sum - normalised * dot);
        dx[i] = kAccumulate ? dx[i] + gradient : gradient;
    }
}

template <bool kAccumulate, class Real>
void layerNormBackward(const Real* x, const Real* dOut, const Real* weight, int rows, int width,
                       const Real* mean, const Real* scale, Real* dx, Real* dWeight, Real* dBias) {
    for (int row = 0; row < rows; ++row) {
        const std::size_t at = std::size_t(row) * width;
        normBackwardRow<kAccumulate>(x + at, dOut + at, weight, width, mean[row], scale[row], dx + at,
                                     dWeight, dBias);
    }
}

// gated = GN(y) silu(gate), the input of the output matrix.
template <class Real, class Operand>
void groupNormGateForward(const Real* y, const Real* gate, const Real* weight, const Real* bias, int rows,
                          int heads, int headSize, Real epsilon, Operand* gated) {
    for (int row = 0; row < rows; ++row)
        for (int h = 0; h < heads; ++h) {
            const std::size_t at = (std::size_t(row) * heads + h) * headSize;
            Real mean, scale;
            moments(y + at, headSize, epsilon, mean, scale);
            const Real* w = weight + std::size_t(h) * headSize;
            const Real* b = bias + std::size_t(h) * headSize;
#pragma omp simd
            for (int n = 0; n < headSize; ++n) {
                const Real a = gate[at + n];
                assign(gated[at + n], ((y[at + n] - mean) * scale * w[n] + b[n]) * a * sigmoid(a));
            }
        }
}

// From dGated: dy in place of dGated, and dGate (an operand of the gate's weight gradient).
template <class Real, class Operand>
void groupNormGateBackward(const Real* y, const Real* gate, const Real* weight, const Real* bias, int rows,
                           int heads, int headSize, Real epsilon, Real* dGated, Operand* dGate, Real* dWeight,
                           Real* dBias) {
    for (int row = 0; row < rows; ++row)
        for (int h = 0; h < heads; ++h) {
            const std::size_t at = (std::size_t(row) * heads + h) * headSize,
                              channel = std::size_t(h) * headSize;
            Real mean, scale;
            moments(y + at, headSize, epsilon, mean, scale);
            Real* d = dGated + at;
#pragma omp simd
            for (int n = 0; n < headSize; ++n) {
                const Real a = gate[at + n], s = sigmoid(a);
                const Real normed = (y[at + n] - mean) * scale * weight[channel + n] + bias[channel + n];
                assign(dGate[at + n], d[n] * normed * s * (Real(1) + a * (Real(1) - s)));
                d[n] *= a * s;
            }
            normBackwardRow<false>(y + at, d, weight + channel, headSize, mean, scale, d, dWeight + channel,
                                   dBias + channel);
        }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
