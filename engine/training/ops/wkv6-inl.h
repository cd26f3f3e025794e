// wkv6-inl.h: the RWKV-6 recurrence over a window of one sequence, forward and backward.
// Source:  spec/rwkv-models.md section 4 (forward) and 10.1 (backward, the form that stores no states).
// Shapes:  r, k, v, w (decay in (0,1)), y [tokens, heads, N] with rows `stride` apart; u [heads, N];
//          state [heads, N, N], [key][value], updated in place.
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

// A row of N values held in vector registers. The compiler splits the 64-byte vectors where registers are shorter.
template <class Real, int N> struct Row {
    typedef Real Vector __attribute__((vector_size(64), aligned(sizeof(Real)), may_alias));
    static constexpr int kLanes = 64 / sizeof(Real);
    static constexpr int kVectors = N / kLanes;
    static_assert(N % kLanes == 0);
    Vector v[kVectors];

    static HWY_INLINE Row load(const Real* from) {
        Row row;
#pragma GCC unroll 16
        for (int i = 0; i < kVectors; ++i)
            row.v[i] = *reinterpret_cast<const Vector*>(from + i * kLanes);
        return row;
    }
    HWY_INLINE void store(Real* to) const {
#pragma GCC unroll 16
        for (int i = 0; i < kVectors; ++i)
            *reinterpret_cast<Vector*>(to + i * kLanes) = v[i];
    }
};

template <class Real, int N>
void wkv6ForwardHead(const Real* r, const Real* k, const Real* v, const Real* w, const Real* u, int tokens,
                     std::size_t stride, Real* state, Real* y) {
    using R = Row<Real, N>;
    for (int t = 0; t < tokens; ++t, r += stride, k += stride, v += stride, w += stride, y += stride) {
        const R value = R::load(v);
        Real bonus = 0;
#pragma omp simd reduction(+ : bonus)
        for (int i = 0; i < N; ++i)
            bonus += r[i] * u[i] * k[i];
        R out;
#pragma GCC unroll 16
        for (int c = 0; c < R::kVectors; ++c)
            out.v[c] = value.v[c] * bonus;
        for (int i = 0; i < N; ++i) {
            R s = R::load(state + i * N);
            const Real ri = r[i], ki = k[i], wi = w[i];
#pragma GCC unroll 16
            for (int c = 0; c < R::kVectors; ++c) {
                out.v[c] += s.v[c] * ri;
                s.v[c] = s.v[c] * wi + value.v[c] * ki;
            }
            s.store(state + i * N);
        }
        out.store(y);
    }
}

// From dy: dr, dk, dv (written), dLog = gradient of ln w (written), du (accumulates). `scratch` holds 2 N*N + 2 tokens*N values.
// Gradients of the final state are zero: windows are cut there (truncated back-propagation).
template <class Real, int N>
void wkv6BackwardHead(const Real* r, const Real* k, const Real* v, const Real* w, const Real* u,
                      const Real* dy, int tokens, std::size_t stride, const Real* startState, Real* dr,
                      Real* dk, Real* dv, Real* dLog, Real* du, Real* scratch) {
    using R = Row<Real, N>;
    Real* stateT = scratch;                // [value][key], so that sums over values stay in registers
    Real* q = scratch + 2 * N * N;         // q_t[i] = sum_j S_{t-1}[i,j] dy_t[j]
    Real* h = q + std::size_t(tokens) * N; // h_t[i] = sum_j D_t[i,j] v_t[j]
    for (int i = 0; i < N; ++i)
        for (int j = 0; j < N; ++j)
            stateT[j * N + i] = startState[i * N + j];
    for (int t = 0; t < tokens; ++t) { // the forward recurrence once more, for q
        const std::size_t at = t * stride;
        const R decay = R::load(w + at), key = R::load(k + at);
        R sum{};
        for (int j = 0; j < N; ++j) {
            R s = R::load(stateT + j * N);
            const Real dyj = dy[at + j], vj = v[at + j];
#pragma GCC unroll 16
            for (int c = 0; c < R::kVectors; ++c) {
                sum.v[c] += s.v[c] * dyj;
                s.v[c] = s.v[c] * decay.v[c] + key.v[c] * vj;
            }
            s.store(stateT + j * N);
        }
        sum.store(q + std::size_t(t) * N);
    }
    Real* d = scratch;          // D [key][value], for dv
    Real* dT = scratch + N * N; // the same, [value][key], for h
    std::memset(scratch, 0, 2 * N * N * sizeof(Real));
    for (int t = tokens - 1; t >= 0; --t) {
        const std::size_t at = t * stride;
        const R receptance = R::load(r + at), decay = R::load(w + at), gradient = R::load(dy + at);
        R sum{};
        for (int j = 0; j < N; ++j) {
            R row = R::load(dT + j * N);
            const Real vj = v[at + j], dyj = dy[at + j];
#pragma GCC unroll 16
            for (int c = 0; c < R::kVectors; ++c) {
                sum.v[c] += row.v[c] * vj;
                row.v[c] = row.v[c] * decay.v[c] + receptance.v[c] * dyj;
            }
            row.store(dT + j * N);
        }
        sum.store(h + std::size_t(t) * N);
        Real bonus = 0;
#pragma omp simd reduction(+ : bonus)
        for (int i = 0; i < N; ++i)
            bonus += r[at + i] * u[i] * k[at + i];
        R out;
#pragma GCC unroll 16
        for (int c = 0; c < R::kVectors; ++c)
            out.v[c] = gradient.v[c] * bonus;
        for (int i = 0; i < N; ++i) {
            R row = R::load(d + i * N);
            const Real ki = k[at + i], wi = w[at + i], ri = r[at + i];
#pragma GCC unroll 16
            for (int c = 0; c < R::kVectors; ++c) {
                out.v[c] += row.v[c] * ki;
                row.v[c] = row.v[c] * wi + gradient.v[c] * ri;
            }
            row.store(d + i * N);
        }
        out.store(dv + at);
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
