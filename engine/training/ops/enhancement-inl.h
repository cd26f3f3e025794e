// enhancement-inl.h: the element-wise steps of the enhancement, forward and backward.
// Source:  docs/spec/enhanced-rwkv.md sections 2 and 3. h stands with `carried` rows of the previous window
//          in front of each sequence: h [sequences, carried + tokens, width]; all other arrays are [sequences
//          * tokens, width].
// Backward: gradients of parameters accumulate; nothing flows into carried rows.
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#if defined(INKGATE_ENGINE_TRAINING_OPS_ENHANCEMENT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_ENHANCEMENT_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_ENHANCEMENT_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_ENHANCEMENT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// pre [rows,width] becomes g = sigma(pre + bias), then e = h + g s. With bias null the gate is 1
// (`fixed-gate`).
template <class Real>
void gateForward(const Real* h, const Real* s, const Real* bias, int rows, int width, Real* gate, Real* e) {
    for (int row = 0; row < rows; ++row, h += width, s += width, gate += width, e += width) {
        if (bias) {
#pragma omp simd
            for (int i = 0; i < width; ++i) {
                gate[i] = sigmoid(gate[i] + bias[i]);
                e[i] = h[i] + gate[i] * s[i];
            }
        } else {
#pragma omp simd
            for (int i = 0; i < width; ++i) {
                gate[i] = Real(1);
                e[i] = h[i] + s[i];
            }
        }
    }
}

// From de: ds = de g (written), dPre = de s g (1 - g) as an operand and its sum into dBias. dBias null: no
// gate to train.
template <class Real, class Operand>
void gateBackward(const Real* de, const Real* s, const Real* gate, int rows, int width, Real* ds,
                  Operand* dPre, Real* dBias) {
    for (int row = 0; row < rows; ++row, de += width, s += width, gate += width, ds += width, dPre += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i)
            ds[i] = de[i] * gate[i];
        if (!dBias)
            continue;
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            const Real d = de[i] * s[i] * gate[i] * (Real(1) - gate[i]);
            dBias[i] += d;
            assign(dPre[i], d);
        }
    }
}

// The position features phi_j(t).
template <class Real> HWY_INLINE void positionFeatures(std::int64_t position, Real (&phi)[5]) {
    const auto angle = [&](int period) {
        return 2 * std::numbers::pi * static_cast<double>(position % period) / period;
    };
    phi[0] = Real(1.0 / (1.0 + static_cast<double>(position) / 64));
    phi[1] = Real(std::sin(angle(16)));
    phi[2] = Real(std::cos(angle(16)));
    phi[3] = Real(std::sin(angle(256)));
    phi[4] = Real(std::cos(angle(256)));
}

// c[k,t] = C[k] + sum_j P[k,j] phi_j(t), for one k and t.
template <class Real>
HWY_INLINE void convCoefficients(const Real* weight, const Real* position, const Real (&phi)[5], int k,
                                 int width, Real* c) {
    const Real* p = position + std::size_t(k) * 5 * width;
#pragma omp simd
    for (int i = 0; i < width; ++i) {
        Real sum = weight[std::size_t(k) * width + i];
        for (int j = 0; j < 5; ++j)
            sum += p[std::size_t(j) * width + i] * phi[j];
        c[i] = sum;
    }
}

// s = sum_k c[k,t] h[t-k]; start: the position of each sequence's first token. `c` is scratch of `width`.
template <class Real>
void convShiftForward(const Real* h, const Real* weight, const Real* position, const std::int64_t* start,
                      int kernel, int sequences, int tokens, int width, Real* c, Real* s) {
    for (int q = 0; q < sequences; ++q)
        for (int t = 0; t < tokens; ++t, s += width) {
            const Real* current = h + (std::size_t(q) * (tokens + kernel) + kernel + t) * width;
            Real phi[5];
            positionFeatures(start[q] + t, phi);
            for (int i = 0; i < width; ++i)
                s[i] = 0;
            for (int k = 0; k < kernel; ++k) {
                convCoefficients(weight, position, phi, k, width, c);
                const Real* earlier = current - std::size_t(k + 1) * width;
#pragma omp simd
                for (int i = 0; i < width; ++i)
                    s[i] += c[i] * earlier[i];
            }
        }
}

// From ds: adds to dWeight, dPosition and to dh of the earlier tokens of the window.
template <class Real>
void convShiftBackward(const Real* h, const Real* weight, const Real* position, const std::int64_t* start,
                       int kernel, const Real* ds, int sequences, int tokens, int width, Real* c, Real* dh,
                       Real* dWeight, Real* dPosition) {
    for (int q = 0; q < sequences; ++q)
        for (int t = 0; t < tokens; ++t, ds += width, dh += width) {
            const Real* current = h + (std::size_t(q) * (tokens + kernel) + kernel + t) * width;
            Real phi[5];
            positionFeatures(start[q] + t, phi);
            for (int k = 0; k < kernel; ++k) {
                const Real* earlier = current - std::size_t(k + 1) * width;
                Real* dw = dWeight + std::size_t(k) * width;
                Real* dp = dPosition + std::size_t(k) * 5 * width;
#pragma omp simd
                for (int i = 0; i < width; ++i)
                    c[i] = ds[i] * earlier[i];
#pragma omp simd
                for (int i = 0; i < width; ++i)
                    dw[i] += c[i];
                for (int j = 0; j < 5; ++j) {
#pragma omp simd
                    for (int i = 0; i < width; ++i)
                        dp[std::size_t(j) * width + i] += phi[j] * c[i];
                }
                if (t < k + 1)
                    continue; // that token was carried in
                convCoefficients(weight, position, phi, k, width, c);
                Real* before = dh - std::size_t(k + 1) * width;
#pragma omp simd
                for (int i = 0; i < width; ++i)
                    before[i] += c[i] * ds[i];
            }
        }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
