// token_shift-inl.h: the blends of a token with the one before it, forward and backward.
// Source:  docs/spec/rwkv-models.md sections 2 and 4. Rows of p (and q) stand one after another with the
//          carried row of the previous window in front of each sequence: p [sequences, 1 + tokens, width];
//          all other arrays are [sequences * tokens, width].
// Backward: gradients of mixes accumulate; dp is written. Nothing flows into the carried row.
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_TOKEN_SHIFT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_TOKEN_SHIFT_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_TOKEN_SHIFT_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_TOKEN_SHIFT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Calls body(row, p, previous) for each token; p and previous point to rows of the shifted array.
template <class Real, class Body>
HWY_INLINE void forEachToken(Real* p, int sequences, int tokens, int width, Body&& body) {
    for (int s = 0; s < sequences; ++s)
        for (int t = 0; t < tokens; ++t) {
            Real* current = p + (std::size_t(s) * (tokens + 1) + t + 1) * width;
            body(std::size_t(s) * tokens + t, t, current, current - width);
        }
}

// out = p + (p_prev - p) mix.
template <class Real, class Operand>
void tokenShiftForward(const Real* p, const Real* mix, int sequences, int tokens, int width, Operand* out) {
    forEachToken(p, sequences, tokens, width, [&](std::size_t row, int, const Real* x, const Real* previous) {
        Operand* o = out + row * width;
#pragma omp simd
        for (int i = 0; i < width; ++i)
            assign(o[i], x[i] + (previous[i] - x[i]) * mix[i]);
    });
}

// Adds to dp, dpPrevious (within the sequence) and dMix what `d`, the gradient of tokenShiftForward's output,
// brings.
template <class Real>
void tokenShiftBackward(const Real* p, const Real* mix, const Real* d, int sequences, int tokens, int width,
                        Real* dp, Real* dMix) {
    forEachToken(p, sequences, tokens, width,
                 [&](std::size_t row, int t, const Real* x, const Real* previous) {
                     const Real* g = d + row * width;
                     Real* current = dp + row * width;
#pragma omp simd
                     for (int i = 0; i < width; ++i) {
                         dMix[i] += g[i] * (previous[i] - x[i]);
                         current[i] += g[i] * (Real(1) - mix[i]);
                     }
                     if (t == 0)
                         return;
                     Real* before = current - width;
#pragma omp simd
                     for (int i = 0; i < width; ++i)
                         before[i] += g[i] * mix[i];
                 });
}

// x_j = p + (p_prev - p)(mix_j + m_j), j in (w, k, v, r, g): mixes of five rows `mixStride` apart; m and out
// [5, rows, width].
template <class Real, class Operand>
void dynamicTokenShiftForward(const Real* p, const Real* mixes, std::size_t mixStride, const Operand* m,
                              int sequences, int tokens, int width, Operand* out) {
    const std::size_t plane = std::size_t(sequences) * tokens * width;
    forEachToken(p, sequences, tokens, width, [&](std::size_t row, int, const Real* x, const Real* previous) {
        for (int j = 0; j < 5; ++j) {
            const Real* mix = mixes + j * mixStride;
            const Operand* mj = m + j * plane + row * width;
            Operand* o = out + j * plane + row * width;
#pragma omp simd
            for (int i = 0; i < width; ++i)
                assign(o[i], x[i] + (previous[i] - x[i]) * (mix[i] + toReal(mj[i])));
        }
    });
}

// From d [5, rows, width]: dm_j = d_j (p_prev - p) as an operand in place of m; dMixes accumulate; dp is
// written.
template <class Real, class Operand>
void dynamicTokenShiftBackward(const Real* p, const Real* mixes, std::size_t mixStride, Operand* m,
                               const Real* d, int sequences, int tokens, int width, Real* dp, Real* dMixes) {
    const std::size_t plane = std::size_t(sequences) * tokens * width;
    forEachToken(p, sequences, tokens, width,
                 [&](std::size_t row, int t, const Real* x, const Real* previous) {
                     Real* current = dp + row * width;
                     for (int i = 0; i < width; ++i)
                         current[i] = 0;
                     for (int j = 0; j < 5; ++j) {
                         const Real* mix = mixes + j * mixStride;
                         const Real* g = d + j * plane + row * width;
                         Real* dMix = dMixes + j * mixStride;
                         Operand* mj = m + j * plane + row * width;
                         if (t == 0) {
#pragma omp simd
                             for (int i = 0; i < width; ++i) {
                                 const Real dm = g[i] * (previous[i] - x[i]);
                                 current[i] += g[i] * (Real(1) - mix[i] - toReal(mj[i]));
                                 dMix[i] += dm;
                                 assign(mj[i], dm);
                             }
                         } else {
                             Real* before = current - width;
#pragma omp simd
                             for (int i = 0; i < width; ++i) {
                                 const Real dm = g[i] * (previous[i] - x[i]), weight = mix[i] + toReal(mj[i]);
                                 current[i] += g[i] * (Real(1) - weight);
                                 before[i] += g[i] * weight;
                                 dMix[i] += dm;
                                 assign(mj[i], dm);
                             }
                         }
                     }
                 });
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
