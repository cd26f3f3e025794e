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
#include <utility>

#if defined(INKGATE_ENGINE_TRAINING_OPS_WKV7_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_WKV7_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_WKV7_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_WKV7_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

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

// Values that go through a chunk together in the backward pass: their states of a chunk fit into the
// first-level cache, and their sums over keys into registers.
inline constexpr int kWkv7Values = 4;

// What the backward pass reads and writes of a token, side by side: few pointers, and no lines of a cache
// that push each other out.
template <class Real, int N> struct Wkv7Token {
    Real r[N], w[N], k[N], b[N], a[N];      // along the keys
    Real v[N], removed[N], dy[N];           // along the values
    Real dr[N], dk[N], db[N], dw[N], da[N]; // gradients along the keys
    Real dv[N];                             // and along the values
};

// The states around a chunk's tokens for kWkv7Values values from `value` on, [count + 1][value][key]: here
// sums over values run along the keys, of which the backward pass has five, against two over keys.
template <class Real, int N>
HWY_INLINE void wkv7States(const Wkv7Token<Real, N>* tokens, int count, const Real* start, int value,
                           Real* states) {
    const hn::ScalableTag<Real> d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int i = 0; i < kWkv7Values; ++i)
        for (int j = 0; j < N; ++j)
            states[i * N + j] = start[j * N + value + i];
    for (int t = 0; t < count; ++t, states += kWkv7Values * N) {
        const auto& x = tokens[t];
        for (int j = 0; j < N; j += lanes) {
            const auto wj = hn::LoadU(d, x.w + j), kj = hn::LoadU(d, x.k + j), bj = hn::LoadU(d, x.b + j);
            for (int i = 0; i < kWkv7Values; ++i) {
                const auto added =
                    hn::MulAdd(hn::Set(d, x.removed[value + i]), bj, hn::Mul(hn::Set(d, x.v[value + i]), kj));
                hn::StoreU(hn::MulAdd(hn::LoadU(d, states + i * N + j), wj, added), d,
                           states + (kWkv7Values + i) * N + j);
            }
        }
    }
}

// One token back for kWkv7Values values from `value` on. `states`: before and after it, [2][value][key].
// D [value][key], the gradient of the state after it by later tokens, becomes that of the state before it.
// The token's gradients accumulate.
template <class Real, int N>
HWY_INLINE void wkv7StepBackward(Wkv7Token<Real, N>& x, int value, const Real* states, Real* D) {
    const hn::ScalableTag<Real> d;
    using V = hn::Vec<decltype(d)>;
    const int lanes = static_cast<int>(hn::Lanes(d));
    const Real* const after = states + kWkv7Values * N;
    const Real *const v = x.v + value, *const removed = x.removed + value, *const dy = x.dy + value;
    V dValue[kWkv7Values], dRemoved[kWkv7Values]; // sums over keys
    for (int i = 0; i < kWkv7Values; ++i)
        dValue[i] = dRemoved[i] = hn::Zero(d);
    for (int j = 0; j < N; j += lanes) {
        const V rj = hn::LoadU(d, x.r + j), kj = hn::LoadU(d, x.k + j), bj = hn::LoadU(d, x.b + j);
        V toR = hn::LoadU(d, x.dr + j), toK = hn::LoadU(d, x.dk + j), toB = hn::LoadU(d, x.db + j),
          toW = hn::LoadU(d, x.dw + j);
        for (int i = 0; i < kWkv7Values; ++i) {
            const V dyi = hn::Set(d, dy[i]);
            const V g = hn::MulAdd(rj, dyi, hn::LoadU(d, D + i * N + j));
            hn::StoreU(g, d, D + i * N + j);
            toR = hn::MulAdd(hn::LoadU(d, after + i * N + j), dyi, toR);
            toK = hn::MulAdd(g, hn::Set(d, v[i]), toK);
            toB = hn::MulAdd(g, hn::Set(d, removed[i]), toB);
            toW = hn::MulAdd(g, hn::LoadU(d, states + i * N + j), toW);
            dValue[i] = hn::MulAdd(g, kj, dValue[i]);
            dRemoved[i] = hn::MulAdd(g, bj, dRemoved[i]);
        }
        hn::StoreU(toR, d, x.dr + j);
        hn::StoreU(toK, d, x.dk + j);
        hn::StoreU(toB, d, x.db + j);
        hn::StoreU(toW, d, x.dw + j);
    }
    for (int i = 0; i < kWkv7Values; ++i) {
        x.dv[value + i] = hn::GetLane(hn::SumOfLanes(d, dValue[i]));
        dRemoved[i] = hn::SumOfLanes(d, dRemoved[i]);
    }
    for (int j = 0; j < N; j += lanes) {
        const V wj = hn::LoadU(d, x.w + j), aj = hn::LoadU(d, x.a + j);
        V toA = hn::LoadU(d, x.da + j);
        for (int i = 0; i < kWkv7Values; ++i) {
            toA = hn::MulAdd(hn::LoadU(d, states + i * N + j), dRemoved[i], toA);
            hn::StoreU(hn::MulAdd(hn::LoadU(d, D + i * N + j), wj, hn::Mul(dRemoved[i], aj)), d,
                       D + i * N + j);
        }
        hn::StoreU(toA, d, x.da + j);
    }
}

template <class Real, int N> struct Wkv7Scratch {
    Real D[N * N];                                   // [value][key]
    Real states[(kWkv7Chunk + 1) * kWkv7Values * N]; // of some values around a chunk's tokens
    Wkv7Token<Real, N> tokens[kWkv7Chunk];
};
// Its room in values, for head sizes that are known when the program runs.
constexpr std::size_t wkv7ScratchSize(int n) {
    const auto keys = static_cast<std::size_t>(n);
    return keys * (keys + (kWkv7Chunk + 1) * kWkv7Values + kWkv7Chunk * 14);
}

// dr, dk and dv accumulate; da, db and dLog, the gradient of ln w, are written. Gradients of the final state
// are zero: windows are cut there. `room` holds wkv7ScratchSize(N) values.
template <class Real, int N>
void wkv7BackwardHead(const Real* r, const Real* w, const Real* k, const Real* v, const Real* a,
                      const Real* b, const Real* removed, const Real* dy, int tokens, std::size_t stride,
                      const Real* starts, std::size_t startStride, Real* dr, Real* dk, Real* dv, Real* da,
                      Real* db, Real* dLog, Real* room) {
    static_assert(sizeof(Wkv7Scratch<Real, N>) == wkv7ScratchSize(N) * sizeof(Real));
    auto& scratch = *reinterpret_cast<Wkv7Scratch<Real, N>*>(room);
    std::fill_n(scratch.D, N * N, Real(0));
    for (int chunk = (tokens - 1) / kWkv7Chunk; chunk >= 0; --chunk) {
        const int first = chunk * kWkv7Chunk, count = std::min(kWkv7Chunk, tokens - first);
        for (int t = 0; t < count; ++t) {
            const std::size_t at = (first + t) * stride;
            auto& x = scratch.tokens[t];
            for (auto [from, to] : {std::pair{r, x.r},
                                    {w, x.w},
                                    {k, x.k},
                                    {b, x.b},
                                    {a, x.a},
                                    {v, x.v},
                                    {removed, x.removed},
                                    {dy, x.dy},
                                    {dr, x.dr},
                                    {dk, x.dk}})
                std::copy_n(from + at, N, to);
            for (Real* sum : {x.db, x.dw, x.da})
                std::fill_n(sum, N, Real(0));
        }
        for (int i = 0; i < N; i += kWkv7Values) {
            wkv7States(scratch.tokens, count, starts + chunk * startStride, i, scratch.states);
            for (int t = count - 1; t >= 0; --t)
                wkv7StepBackward(scratch.tokens[t], i, scratch.states + t * kWkv7Values * N,
                                 scratch.D + i * N);
        }
        for (int t = 0; t < count; ++t) {
            const std::size_t at = (first + t) * stride;
            const auto& x = scratch.tokens[t];
            for (auto [from, to] : {std::pair{x.dr, dr}, {x.dk, dk}, {x.db, db}, {x.da, da}})
                std::copy_n(from, N, to + at);
            for (int j = 0; j < N; ++j) {
                dLog[at + j] = x.dw[j] * x.w[j];
                dv[at + j] += x.dv[j];
            }
        }
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
