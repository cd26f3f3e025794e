// rwkv7_mixing-inl.h: the element-wise steps of RWKV-7's time mixing around the recurrence.
// Source:  docs/spec/rwkv-models.md section 5; backward: sections 10.2 and 10.3.
// Shapes:  planes are [rows, heads, N]; parameters [heads, N]. Backward: gradients of parameters accumulate,
//          all others are written unless said otherwise.
#include "engine/training/ops/normalisation-inl.h"
#include "engine/training/ops/vector_math-inl.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_RWKV7_MIXING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_RWKV7_MIXING_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_RWKV7_MIXING_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_RWKV7_MIXING_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// ln w = kLogDecayScale sigmoid(omega): its gradient by the sigmoid's argument is that scale times the rest.
inline constexpr double kLogDecayScale = -0.6065306597126334; // -e^(-1/2)

template <class Real> void decayOfSigmoid(const Real* y, std::size_t count, Real* w) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        w[i] = exponential(Real(kLogDecayScale) * y[i]);
}

// v = own + (first - own) share, first being layer 0's value of the same token.
template <class Real>
void firstValueForward(const Real* own, const Real* first, const Real* share, std::size_t count, Real* v) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        v[i] = own[i] + (first[i] - own[i]) * share[i];
}
// dv becomes the gradient of `own`; dFirst accumulates.
template <class Real>
void firstValueBackward(const Real* own, const Real* first, const Real* share, std::size_t count, Real* dv,
                        Real* dFirst, Real* dShare) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const Real d = dv[i];
        dFirst[i] += d * share[i];
        dShare[i] = d * (first[i] - own[i]);
        dv[i] = d * (Real(1) - share[i]);
    }
}

// The length of a head's k * scale, at least 1e-12.
template <class Real> HWY_INLINE Real keyLength(const Real* k, const Real* scale, int n) {
    Real squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int i = 0; i < n; ++i)
        squares += k[i] * scale[i] * k[i] * scale[i];
    return std::max(std::sqrt(squares), Real(1e-12));
}

// From k and the in-context rate: a = -k^, b = k^ rate with k^ = k k_k of length 1 per head, and the key that
// enters the state, replaced = k (1 + (rate - 1) k_a).
template <class Real>
void removalKeysForward(const Real* k, const Real* rate, const Real* removalScale, const Real* rateScale,
                        int rows, int heads, int headSize, Real* a, Real* b, Real* replaced) {
    for (int row = 0; row < rows; ++row)
        for (int h = 0; h < heads; ++h) {
            const std::size_t at = (std::size_t(row) * heads + h) * headSize;
            const Real* const kk = removalScale + std::size_t(h) * headSize;
            const Real* const ka = rateScale + std::size_t(h) * headSize;
            const Real inverse = Real(1) / keyLength(k + at, kk, headSize);
#pragma omp simd
            for (int n = 0; n < headSize; ++n) {
                const Real normalised = k[at + n] * kk[n] * inverse;
                a[at + n] = -normalised;
                b[at + n] = normalised * rate[at + n];
                replaced[at + n] = k[at + n] * (Real(1) + (rate[at + n] - Real(1)) * ka[n]);
            }
        }
}
template <class Real>
void removalKeysBackward(const Real* k, const Real* rate, const Real* removalScale, const Real* rateScale,
                         const Real* a, const Real* da, const Real* db, const Real* dReplaced, int rows,
                         int heads, int headSize, Real* dk, Real* dRate, Real* dRemovalScale,
                         Real* dRateScale) {
    for (int row = 0; row < rows; ++row)
        for (int h = 0; h < heads; ++h) {
            const std::size_t at = (std::size_t(row) * heads + h) * headSize,
                              channel = std::size_t(h) * headSize;
            const Real* const kk = removalScale + channel;
            const Real* const ka = rateScale + channel;
            const Real inverse = Real(1) / keyLength(k + at, kk, headSize);
            Real along = 0; // what of the gradient points along k^, whose length stays 1
#pragma omp simd reduction(+ : along)
            for (int n = 0; n < headSize; ++n)
                along += -a[at + n] * (rate[at + n] * db[at + n] - da[at + n]);
#pragma omp simd
            for (int n = 0; n < headSize; ++n) {
                const Real normalised = -a[at + n], key = k[at + n], share = rate[at + n];
                const Real d = (share * db[at + n] - da[at + n] - normalised * along) * inverse;
                const Real into = dReplaced[at + n];
                dRate[at + n] = normalised * db[at + n] + into * key * ka[n];
                dk[at + n] = into * (Real(1) + (share - Real(1)) * ka[n]) + d * kk[n];
                dRateScale[channel + n] += into * key * (share - Real(1));
                dRemovalScale[channel + n] += d * key;
            }
        }
}

// gated = (GN(y) + (sum of r k r_k over the head) v) g, the input of the output matrix.
template <class Real, class Operand>
void groupNormBonusForward(const Real* y, const Real* r, const Real* k, const Real* v, const Real* g,
                           const Real* weight, const Real* bias, const Real* bonusScale, int rows, int heads,
                           int headSize, Real epsilon, Operand* gated) {
    for (int row = 0; row < rows; ++row)
        for (int h = 0; h < heads; ++h) {
            const std::size_t at = (std::size_t(row) * heads + h) * headSize,
                              channel = std::size_t(h) * headSize;
            Real mean, scale, bonus = 0;
            moments(y + at, headSize, epsilon, mean, scale);
#pragma omp simd reduction(+ : bonus)
            for (int n = 0; n < headSize; ++n)
                bonus += r[at + n] * k[at + n] * bonusScale[channel + n];
#pragma omp simd
            for (int n = 0; n < headSize; ++n)
                assign(gated[at + n], ((y[at + n] - mean) * scale * weight[channel + n] + bias[channel + n] +
                                       bonus * v[at + n]) *
                                          g[at + n]);
        }
}

// From dGated: dy in its place, dg as an operand, and what the bonus brings to r, k and v.
template <class Real, class Operand>
void groupNormBonusBackward(const Real* y, const Real* r, const Real* k, const Real* v, const Real* g,
                            const Real* weight, const Real* bias, const Real* bonusScale, int rows, int heads,
                            int headSize, Real epsilon, Real* dGated, Operand* dg, Real* dr, Real* dk,
                            Real* dv, Real* dWeight, Real* dBias, Real* dBonusScale) {
    for (int row = 0; row < rows; ++row)
        for (int h = 0; h < heads; ++h) {
            const std::size_t at = (std::size_t(row) * heads + h) * headSize,
                              channel = std::size_t(h) * headSize;
            Real mean, scale, bonus = 0, dBonus = 0;
            moments(y + at, headSize, epsilon, mean, scale);
#pragma omp simd reduction(+ : bonus)
            for (int n = 0; n < headSize; ++n)
                bonus += r[at + n] * k[at + n] * bonusScale[channel + n];
#pragma omp simd reduction(+ : dBonus)
            for (int n = 0; n < headSize; ++n) {
                const Real normed = (y[at + n] - mean) * scale * weight[channel + n] + bias[channel + n];
                const Real d = dGated[at + n], ungated = d * g[at + n];
                assign(dg[at + n], d * (normed + bonus * v[at + n]));
                dBonus += ungated * v[at + n];
                dv[at + n] = bonus * ungated;
                dGated[at + n] = ungated;
            }
#pragma omp simd
            for (int n = 0; n < headSize; ++n) {
                dr[at + n] = dBonus * k[at + n] * bonusScale[channel + n];
                dk[at + n] = dBonus * r[at + n] * bonusScale[channel + n];
                dBonusScale[channel + n] += dBonus * r[at + n] * k[at + n];
            }
            normBackwardRow<false>(y + at, dGated + at, weight + channel, headSize, mean, scale, dGated + at,
                                   dWeight + channel, dBias + channel);
        }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
