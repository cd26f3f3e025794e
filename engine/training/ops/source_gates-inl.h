// source_gates-inl.h: what gated sources add to the shifted state, forward and backward. Rows are those of
// the tokens of one sequence.
// Source:  docs/spec/enhanced-rwkv.md section 3a, "one gate for every source". Letters: pass.h; G = D /
//          kGateGroup gates of a source.
#include "engine/operations/enhancement/source_gates.h"
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_SOURCE_GATES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_SOURCE_GATES_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_SOURCE_GATES_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_SOURCE_GATES_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// s [T,D] += gates [T,G], rows `stride` apart, * weight [D] * source [T,D].
template <class Real>
void gatedSourceForward(const Real* source, const Real* gates, int stride, const Real* weight, int tokens,
                        int width, Real* s) {
    for (int t = 0; t < tokens; ++t, source += width, s += width, gates += stride)
        for (int first = 0, group = 0; first < width; first += kGateGroup, ++group) {
            const Real gate = gates[group];
#pragma omp simd
            for (int i = first; i < first + kGateGroup; ++i)
                s[i] += gate * weight[i] * source[i];
        }
}

// From ds [T,D]: writes dGates [T,G], rows `stride` apart; adds to dWeight [D] and, of the tokens from
// `first` on, to dSource [T,D]: what the earlier ones read has no gradient.
template <class Real>
void gatedSourceBackward(const Real* source, const Real* gates, int stride, const Real* weight,
                         const Real* ds, int tokens, int width, int first, Real* dGates, Real* dWeight,
                         Real* dSource) {
    for (int t = 0; t < tokens; ++t, source += width, ds += width, gates += stride, dGates += stride) {
        Real* const to = t < first ? nullptr : dSource + std::size_t(t) * std::size_t(width);
        for (int begin = 0, group = 0; begin < width; begin += kGateGroup, ++group) {
            const Real gate = gates[group];
            Real sum = 0;
#pragma omp simd reduction(+ : sum)
            for (int i = begin; i < begin + kGateGroup; ++i) {
                const Real let = ds[i] * source[i];
                dWeight[i] += gate * let;
                sum += weight[i] * let;
            }
            dGates[group] = sum;
            if (to == nullptr)
                continue;
#pragma omp simd
            for (int i = begin; i < begin + kGateGroup; ++i)
                to[i] += gate * weight[i] * ds[i];
        }
    }
}

// means [T,D]: R[t-1] of h [T,D], where `mean` [D] is R before the window and becomes R behind it.
template <class Real>
void meanRowsForward(const Real* h, Real decay, int tokens, int width, Real* mean, Real* means) {
    for (int t = 0; t < tokens; ++t, h += width, means += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            means[i] = mean[i];
            mean[i] = decay * mean[i] + (1 - decay) * h[i];
        }
    }
}

// From dMeans [T,D]: adds to dh [T,D]. `dMean` [D] is scratch.
template <class Real>
void meanRowsBackward(const Real* dMeans, Real decay, int tokens, int width, Real* dMean, Real* dh) {
    for (int i = 0; i < width; ++i)
        dMean[i] = 0;
    // dMean is the gradient of R[t], which R[t+1] and the source of token t+1 read.
    for (int t = tokens - 1; t >= 0; --t) {
        const Real* const d = dMeans + std::size_t(t) * std::size_t(width);
        Real* const to = dh + std::size_t(t) * std::size_t(width);
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            to[i] += (1 - decay) * dMean[i];
            dMean[i] = decay * dMean[i] + d[i];
        }
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
