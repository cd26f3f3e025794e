// wkv6-inl.h: the RWKV-6 recurrence over a window of one sequence, forward and backward.
// Source:  docs/spec/rwkv-models.md section 4 (forward) and 10.1 (backward, the form that stores no states).
// Shapes:  r, k, v, w (decay in (0,1)), y [tokens, heads, N] with rows `stride` apart; u [heads, N];
//          state [heads, N, N], [key][value], updated in place.
#include "engine/training/ops/register_row-inl.h"

#include <hwy/highway.h>

#include <cstddef>
#include <cstring>

#if defined(INKGATE_ENGINE_TRAINING_OPS_WKV6_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_WKV6_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_WKV6_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_WKV6_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Columns of a state worked on at a time: a sum, a decay and an addition of so many stay in sixteen
// registers.
template <class Real, int N>
using HeldRow =
    Row<Real, (N < 4 * HWY_MAX_BYTES / int(sizeof(Real)) ? N : 4 * HWY_MAX_BYTES / int(sizeof(Real)))>;

// One token's step of a state [N,N] whose rows decay: out = bonus added + sum_i a_i state_i, state_i =
// decay_i state_i + b_i added.
template <class Real, int N>
HWY_INLINE void rowDecayStep(Real* state, const Real* a, const Real* decay, const Real* b, const Real* added,
                             Real bonus, Real* out) {
    using R = HeldRow<Real, N>;
    for (int at = 0; at < N; at += R::kSize) {
        const R addition = R::load(added + at);
        R sum;
#pragma GCC unroll 16
        for (int c = 0; c < R::kVectors; ++c)
            sum.v[c] = addition.v[c] * bonus;
        for (int i = 0; i < N; ++i) {
            R s = R::load(state + i * N + at);
            const Real ai = a[i], bi = b[i], wi = decay[i];
#pragma GCC unroll 16
            for (int c = 0; c < R::kVectors; ++c) {
                sum.v[c] += s.v[c] * ai;
                s.v[c] = s.v[c] * wi + addition.v[c] * bi;
            }
            s.store(state + i * N + at);
        }
        sum.store(out + at);
    }
}

// The same of a state whose columns decay: out = sum_j a_j state_j, state_j = decay state_j + b_j added.
template <class Real, int N>
HWY_INLINE void columnDecayStep(Real* state, const Real* a, const Real* decay, const Real* b,
                                const Real* added, Real* out) {
    using R = HeldRow<Real, N>;
    for (int at = 0; at < N; at += R::kSize) {
        const R addition = R::load(added + at), w = R::load(decay + at);
        R sum{};
        for (int j = 0; j < N; ++j) {
            R s = R::load(state + j * N + at);
            const Real aj = a[j], bj = b[j];
#pragma GCC unroll 16
            for (int c = 0; c < R::kVectors; ++c) {
                sum.v[c] += s.v[c] * aj;
                s.v[c] = s.v[c] * w.v[c] + addition.v[c] * bj;
            }
            s.store(state + j * N + at);
        }
        sum.store(out + at);
    }
}

// sum_i r_i u_i k_i
template <class Real, int N> HWY_INLINE Real bonusOf(const Real* r, const Real* u, const Real* k) {
    Real bonus = 0;
#pragma omp simd reduction(+ : bonus)
    for (int i = 0; i < N; ++i)
        bonus += r[i] * u[i] * k[i];
    return bonus;
}

template <class Real, int N>
void wkv6ForwardHead(const Real* r, const Real* k, const Real* v, const Real* w, const Real* u, int tokens,
                     std::size_t stride, Real* state, Real* y) {
    for (int t = 0; t < tokens; ++t, r += stride, k += stride, v += stride, w += stride, y += stride)
        rowDecayStep<Real, N>(state, r, w, k, v, bonusOf<Real, N>(r, u, k), y);
}

// From dy: dr, dk, dv (written), dLog = gradient of ln w (written), du (accumulates). `scratch` holds 2 N*N +
// 2 tokens*N values. Gradients of the final state are zero: windows are cut there (truncated
// back-propagation).
template <class Real, int N>
void wkv6BackwardHead(const Real* r, const Real* k, const Real* v, const Real* w, const Real* u,
                      const Real* dy, int tokens, std::size_t stride, const Real* startState, Real* dr,
                      Real* dk, Real* dv, Real* dLog, Real* du, Real* scratch) {
    Real* stateT = scratch;                // [value][key], so that sums over values stay in registers
    Real* q = scratch + 2 * N * N;         // q_t[i] = sum_j S_{t-1}[i,j] dy_t[j]
    Real* h = q + std::size_t(tokens) * N; // h_t[i] = sum_j D_t[i,j] v_t[j]
    for (int i = 0; i < N; ++i)
        for (int j = 0; j < N; ++j)
            stateT[j * N + i] = startState[i * N + j];
    for (int t = 0; t < tokens; ++t) { // the forward recurrence once more, for q
        const std::size_t at = t * stride;
        columnDecayStep<Real, N>(stateT, dy + at, w + at, v + at, k + at, q + std::size_t(t) * N);
    }
    Real* d = scratch;          // D [key][value], for dv
    Real* dT = scratch + N * N; // the same, [value][key], for h
    std::memset(scratch, 0, 2 * N * N * sizeof(Real));
    for (int t = tokens - 1; t >= 0; --t) {
        const std::size_t at = t * stride;
        columnDecayStep<Real, N>(dT, v + at, w + at, dy + at, r + at, h + std::size_t(t) * N);
        rowDecayStep<Real, N>(d, k + at, w + at, r + at, dy + at, bonusOf<Real, N>(r + at, u, k + at),
                              dv + at);
    }
    Real following[N] = {}; // sum_j D_t[i,j] S_t[i,j], walking back from 0 at the end
    for (int t = tokens - 1; t >= 0; --t) {
        const std::size_t at = t * stride;
        Real c = 0;
#pragma omp simd reduction(+ : c)
        for (int j = 0; j < N; ++j)
            c += v[at + j] * dy[at + j];
        const Real* qt = q + std::size_t(t) * N;
        const Real* ht = h + std::size_t(t) * N;
#pragma omp simd
        for (int i = 0; i < N; ++i) {
            dr[at + i] = qt[i] + u[i] * k[at + i] * c;
            dk[at + i] = ht[i] + u[i] * r[at + i] * c;
            du[i] += r[at + i] * k[at + i] * c;
            const Real gradient = following[i] - k[at + i] * ht[i];
            dLog[at + i] = gradient;
            following[i] = gradient + r[at + i] * qt[i];
        }
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
