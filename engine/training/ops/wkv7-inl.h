// wkv7-inl.h: the RWKV-7 recurrence over a window of one sequence, forward and backward.
// Source:  docs/spec/rwkv-models.md section 5 (forward) and 10.2 (backward).
// Shapes:  r, w (decay), k, v, a, b, y, removed (S a before the token's step) [tokens, heads, N] with rows
//          `stride` apart; state [N,N] of a head, [key][value], updated in place, so that sums over keys run
//          along the values; starts [chunks, N,N]: the state before every kWkv7Chunk-th token, rows
//          `startStride` apart.
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#if defined(INKGATE_ENGINE_TRAINING_OPS_WKV7_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_WKV7_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_WKV7_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_WKV7_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Tokens from one kept state to the next. The backward pass works out the states between anew: rolling them
// back by division would let rounding grow with every token.
inline constexpr int kWkv7Chunk = 16;

// next = state diag(w) + (state a) bᵀ + v kᵀ, each transposed here; `removed` is state a.
template <class Real, int N>
HWY_INLINE void wkv7Step(const Real* state, const Real* w, const Real* k, const Real* v, const Real* b,
                         const Real* removed, Real* next) {
    for (int j = 0; j < N; ++j) {
        const Real wj = w[j], kj = k[j], bj = b[j];
#pragma omp simd
        for (int i = 0; i < N; ++i)
            next[j * N + i] = state[j * N + i] * wj + removed[i] * bj + v[i] * kj;
    }
}

// out_i = sum_j x_j state[j,i].
template <class Real, int N> HWY_INLINE void sumOverKeys(const Real* state, const Real* x, Real* out) {
    Real sum[N] = {};
    for (int j = 0; j < N; ++j) {
        const Real xj = x[j];
#pragma omp simd
        for (int i = 0; i < N; ++i)
            sum[i] += state[j * N + i] * xj;
    }
    std::copy_n(sum, N, out);
}

template <class Real, int N>
void wkv7ForwardHead(const Real* r, const Real* w, const Real* k, const Real* v, const Real* a, const Real* b,
                     int tokens, std::size_t stride, Real* state, Real* y, Real* removed, Real* starts,
                     std::size_t startStride) {
    for (int t = 0; t < tokens; ++t) {
        const std::size_t at = t * stride;
        if (t % kWkv7Chunk == 0)
            std::copy_n(state, N * N, starts + t / kWkv7Chunk * startStride);
        sumOverKeys<Real, N>(state, a + at, removed + at);
        wkv7Step<Real, N>(state, w + at, k + at, v + at, b + at, removed + at, state);
        sumOverKeys<Real, N>(state, r + at, y + at);
    }
}

// One token back. `before` and `after`: the states around it. D, the gradient of `after` by later tokens,
// becomes that of `before`. dr, dk, dv accumulate; da, db and dLog, the gradient of ln w, are written.
template <class Real, int N>
HWY_INLINE void wkv7StepBackward(const Real* r, const Real* w, const Real* k, const Real* v, const Real* a,
                                 const Real* b, const Real* removed, const Real* dy, const Real* before,
                                 const Real* after, Real* D, Real* dr, Real* dk, Real* dv, Real* da, Real* db,
                                 Real* dLog) {
    Real dValue[N] = {}, dRemoved[N] = {}; // sums over keys
    for (int j = 0; j < N; ++j) {
        const Real rj = r[j], kj = k[j], bj = b[j];
        Real toR = 0, toK = 0, toB = 0, toW = 0;
#pragma omp simd reduction(+ : toR, toK, toB, toW)
        for (int i = 0; i < N; ++i) {
            const Real g = D[j * N + i] + rj * dy[i];
            D[j * N + i] = g;
            toR += after[j * N + i] * dy[i];
            toK += g * v[i];
            toB += g * removed[i];
            toW += g * before[j * N + i];
            dValue[i] += g * kj;
            dRemoved[i] += g * bj;
        }
        dr[j] += toR;
        dk[j] += toK;
        db[j] = toB;
        dLog[j] = toW * w[j];
    }
    for (int j = 0; j < N; ++j) {
        const Real wj = w[j], aj = a[j];
        Real toA = 0;
#pragma omp simd reduction(+ : toA)
        for (int i = 0; i < N; ++i) {
            toA += before[j * N + i] * dRemoved[i];
            D[j * N + i] = D[j * N + i] * wj + dRemoved[i] * aj;
        }
        da[j] = toA;
    }
#pragma omp simd
    for (int i = 0; i < N; ++i)
        dv[i] += dValue[i];
}

// `scratch` holds (kWkv7Chunk + 2) N*N values. Gradients of the final state are zero: windows are cut there.
template <class Real, int N>
void wkv7BackwardHead(const Real* r, const Real* w, const Real* k, const Real* v, const Real* a,
                      const Real* b, const Real* removed, const Real* dy, int tokens, std::size_t stride,
                      const Real* starts, std::size_t startStride, Real* dr, Real* dk, Real* dv, Real* da,
                      Real* db, Real* dLog, Real* scratch) {
    Real* const D = scratch;
    Real* const states = scratch + N * N; // around the tokens of a chunk
    std::fill_n(D, N * N, Real(0));
    for (int chunk = (tokens - 1) / kWkv7Chunk; chunk >= 0; --chunk) {
        const int first = chunk * kWkv7Chunk, count = std::min(kWkv7Chunk, tokens - first);
        std::copy_n(starts + chunk * startStride, N * N, states);
        for (int t = 0; t < count; ++t) {
            const std::size_t at = (first + t) * stride;
            wkv7Step<Real, N>(states + t * N * N, w + at, k + at, v + at, b + at, removed + at,
                              states + (t + 1) * N * N);
        }
        for (int t = count - 1; t >= 0; --t) {
            const std::size_t at = (first + t) * stride;
            wkv7StepBackward<Real, N>(r + at, w + at, k + at, v + at, a + at, b + at, removed + at, dy + at,
                                      states + t * N * N, states + (t + 1) * N * N, D, dr + at, dk + at,
                                      dv + at, da + at, db + at, dLog + at);
        }
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
