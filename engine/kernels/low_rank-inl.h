// low_rank-inl.h: the inner loop of low-rank maps: rows of `hidden` times a [rank, width] factor.
// A tile of tokens x vectors of sums stays in registers while the factor's rows stream by; what happens to a
// finished sum is the caller's: finish(d, token, column, sum), a generic lambda marked HWY_ATTR.
// Included once per instruction set, after vector_loop-inl.h.

#if defined(ENGINE_KERNELS_LOW_RANK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ENGINE_KERNELS_LOW_RANK_INL_H_
#undef ENGINE_KERNELS_LOW_RANK_INL_H_
#else
#define ENGINE_KERNELS_LOW_RANK_INL_H_
#endif

#include "engine/kernels/linear.h"
#include "engine/kernels/stored_value-inl.h"

#include <cassert>
#include <cstddef>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Stored> struct LowRankRows {
    const float* hidden; // [tokens, rank], rows `stride` apart
    std::size_t stride;
    std::size_t rank;
    const Stored* factor; // [rank, width]
    std::size_t width;
};
// Clang 14 deduces no aggregates by itself.
template <class Stored>
LowRankRows(const float*, std::size_t, std::size_t, const Stored*, std::size_t) -> LowRankRows<Stored>;

// run(its values, of the type that they are stored in)
template <class Run> HWY_INLINE void withStoredValues(const Matrix& factor, Run run) {
    switch (factor.type) {
    case DataType::Float16: return run(static_cast<const hwy::float16_t*>(factor.data));
    case DataType::BFloat16: return run(static_cast<const hwy::bfloat16_t*>(factor.data));
    default: assert(factor.type == DataType::Float32); return run(static_cast<const float*>(factor.data));
    }
}

template <std::size_t kTokens, std::size_t kVectors, class D, class Stored, class Finish>
HWY_INLINE void lowRankTile(D d, const LowRankRows<Stored>& rows, std::size_t token, std::size_t column,
                            Finish& finish) {
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<D> sums[kTokens][kVectors];
    for (std::size_t t = 0; t < kTokens; ++t)
        for (std::size_t v = 0; v < kVectors; ++v)
            sums[t][v] = hn::Zero(d);
    const float* hidden = rows.hidden + token * rows.stride;
    const Stored* factor = rows.factor + column;
    for (std::size_t r = 0; r < rows.rank; ++r, factor += rows.width) {
        for (std::size_t v = 0; v < kVectors; ++v) {
            const auto f = widened(d, factor + v * lanes);
            for (std::size_t t = 0; t < kTokens; ++t)
                sums[t][v] = hn::MulAdd(hn::Set(d, hidden[t * rows.stride + r]), f, sums[t][v]);
        }
    }
    for (std::size_t t = 0; t < kTokens; ++t)
        for (std::size_t v = 0; v < kVectors; ++v)
            finish(d, token + t, column + v * lanes, sums[t][v]);
}

// All tokens of [tokenBegin, tokenEnd) for kVectors vectors from `column`. Every sum is formed in the same
// order, whatever the tile, so one token at a time gives the same values as many.
template <std::size_t kVectors, class D, class Stored, class Finish>
HWY_INLINE void lowRankColumns(D d, const LowRankRows<Stored>& rows, std::size_t tokenBegin,
                               std::size_t tokenEnd, std::size_t column, Finish& finish) {
    std::size_t t = tokenBegin;
    for (; t + 4 <= tokenEnd; t += 4)
        lowRankTile<4, kVectors>(d, rows, t, column, finish);
    for (; t < tokenEnd; ++t)
        lowRankTile<1, kVectors>(d, rows, t, column, finish);
}

template <class Stored, class Finish>
HWY_INLINE void lowRankProduct(const LowRankRows<Stored>& rows, std::size_t tokenBegin, std::size_t tokenEnd,
                               std::size_t columnBegin, std::size_t columnEnd, Finish finish) {
    const hn::ScalableTag<float> d;
    const hn::CappedTag<float, 1> one;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t column = columnBegin;
    if (tokenEnd - tokenBegin == 1) // a single row needs more columns at once to hide the latency of its sums
        for (; column + 8 * lanes <= columnEnd; column += 8 * lanes)
            lowRankTile<1, 8>(d, rows, tokenBegin, column, finish);
    for (; column + 2 * lanes <= columnEnd; column += 2 * lanes)
        lowRankColumns<2>(d, rows, tokenBegin, tokenEnd, column, finish);
    for (; column + lanes <= columnEnd; column += lanes)
        lowRankColumns<1>(d, rows, tokenBegin, tokenEnd, column, finish);
    for (; column < columnEnd; ++column)
        lowRankColumns<1>(one, rows, tokenBegin, tokenEnd, column, finish);
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#endif
