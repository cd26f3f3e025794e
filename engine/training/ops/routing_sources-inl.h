// routing_sources-inl.h: what means of the past and embeddings add to the shifted state, forward and
// backward.
// Source:  docs/spec/enhanced-rwkv.md section 3a. Letters: pass.h; M_ means.
#include <hwy/highway.h>

#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_ROUTING_SOURCES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_ROUTING_SOURCES_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_ROUTING_SOURCES_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_ROUTING_SOURCES_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// One mean over the tokens of one sequence: s [T,D] += weight [D] * R[t-1]; R = decay R + (1 - decay) h.
// mean [D] is R before the window and becomes R behind it.
template <class Real>
void meanForward(const Real* h, const Real* weight, Real decay, int tokens, int width, Real* mean, Real* s) {
    for (int t = 0; t < tokens; ++t, h += width, s += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            s[i] += weight[i] * mean[i];
            mean[i] = decay * mean[i] + (1 - decay) * h[i];
        }
    }
}

// From ds [T,D]: adds to dh [T,D] and dWeight [D]. `start` [D] is R before the window, which has no gradient;
// `means` [T,D] is scratch, in which R[t-1] stands for every t, dMean [D] is scratch.
template <class Real>
void meanBackward(const Real* h, const Real* weight, Real decay, const Real* start, const Real* ds,
                  int tokens, int width, Real* means, Real* dMean, Real* dh, Real* dWeight) {
    const auto row = [&](auto* rows, int t) { return rows + std::size_t(t) * std::size_t(width); };
    for (int t = 0; t < tokens; ++t) {
        Real* const current = row(means, t);
        const Real* const before = t > 0 ? row(means, t - 1) : start;
        const Real* const seen = t > 0 ? row(h, t - 1) : nullptr;
#pragma omp simd
        for (int i = 0; i < width; ++i)
            current[i] = seen != nullptr ? decay * before[i] + (1 - decay) * seen[i] : before[i];
    }
    for (int i = 0; i < width; ++i)
        dMean[i] = 0;
    // dMean is the gradient of R[t], which R[t+1] and s[t+1] read.
    for (int t = tokens - 1; t >= 0; --t) {
        const Real* const d = row(ds, t);
        const Real* const before = row(means, t);
        Real* const to = row(dh, t);
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            to[i] += (1 - decay) * dMean[i];
            dWeight[i] += d[i] * before[i];
            dMean[i] = decay * dMean[i] + weight[i] * d[i];
        }
    }
}

// x0 [1+T,D] of one sequence, the row of the token before the window first: s [T,D] += weight[0] x0[t] +
// weight[1] x0[t-1].
template <class Real>
void embeddingShiftForward(const Real* x0, const Real* weight, int tokens, int width, Real* s) {
    for (int t = 0; t < tokens; ++t, x0 += width, s += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i)
            s[i] += weight[i] * x0[width + i] + weight[width + i] * x0[i];
    }
}

// From ds [T,D]: adds to dx0 [T,D], of the window's tokens, and dWeight [2,D].
template <class Real>
void embeddingShiftBackward(const Real* x0, const Real* weight, const Real* ds, int tokens, int width,
                            Real* dx0, Real* dWeight) {
    for (int t = 0; t < tokens; ++t, x0 += width, ds += width, dx0 += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            dWeight[i] += ds[i] * x0[width + i];
            dWeight[width + i] += ds[i] * x0[i];
            dx0[i] += weight[i] * ds[i];
        }
        if (t == 0)
            continue;
        Real* const before = dx0 - width;
#pragma omp simd
        for (int i = 0; i < width; ++i)
            before[i] += weight[width + i] * ds[i];
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
