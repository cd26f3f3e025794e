// low_rank-inl.h: the inner loop of low-rank maps: rows of `hidden` times a [rank, width] factor.
// A tile of tokens x vectors of sums stays in registers while the factor's rows stream by, or, of a single
// token, many more columns' sums in the first cache; what happens to a finished sum is the caller's:
// finish(d, token, column, sum), a generic lambda marked HWY_ATTR.
// Included once per instruction set, after vector_loop-inl.h.

#if defined(ENGINE_OPERATIONS_PRODUCTS_LOW_RANK_LOW_RANK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ENGINE_OPERATIONS_PRODUCTS_LOW_RANK_LOW_RANK_INL_H_
#undef ENGINE_OPERATIONS_PRODUCTS_LOW_RANK_LOW_RANK_INL_H_
#else
#define ENGINE_OPERATIONS_PRODUCTS_LOW_RANK_LOW_RANK_INL_H_
#endif

#include "engine/cpu/stored_value-inl.h"
#include "engine/operations/products/linear/linear.h"

#include <algorithm>
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
    const Stored* next; // rows that are read after these, to be fetched meanwhile; may be null
};
// Clang 14 deduces no aggregates by itself.
template <class Stored>
LowRankRows(const float*, std::size_t, std::size_t, const Stored*, std::size_t, const Stored*)
    -> LowRankRows<Stored>;

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

// A single token waits for memory alone, so it reads longer pieces of the factor's rows, kRanksAtOnce of them
// side by side, and fetches the next ones meanwhile.
constexpr std::size_t kRanksAtOnce = 4;
constexpr std::size_t kColumnsInCache = 1024;

// sums[c] += hidden[i] factor[i * width + c], one i after another; as many rows at `next` are fetched.
template <std::size_t kRanks, class D, class Stored>
HWY_INLINE void addRanks(D d, const float* hidden, const Stored* factor, const Stored* next,
                         std::size_t width, std::size_t columns, float* sums) {
    constexpr std::size_t kInLine = 64 / sizeof(Stored);
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t line = 0; line < columns; line += kInLine) {
        for (std::size_t i = 0; i < kRanks; ++i)
            __builtin_prefetch(next + i * width + line);
        for (std::size_t c = line; c < line + kInLine; c += lanes) {
            auto sum = hn::Load(d, sums + c);
            for (std::size_t i = 0; i < kRanks; ++i)
                sum = hn::MulAdd(hn::Set(d, hidden[i]), widened(d, factor + i * width + c), sum);
            hn::Store(sum, d, sums + c);
        }
    }
}

// `columns` is a multiple of 64, at most kColumnsInCache.
template <class D, class Stored, class Finish>
HWY_INLINE void lowRankRow(D d, const LowRankRows<Stored>& rows, std::size_t token, std::size_t column,
                           std::size_t columns, Finish& finish) {
    HWY_ALIGN float sums[kColumnsInCache];
    std::fill_n(sums, columns, 0.0f);
    const float* hidden = rows.hidden + token * rows.stride;
    const Stored* factor = rows.factor + column;
    std::size_t left = rows.rank;
    for (; left >= kRanksAtOnce; left -= kRanksAtOnce) {
        const Stored* next = factor + kRanksAtOnce * rows.width;
        if (left < 2 * kRanksAtOnce) // what is here already costs nothing to fetch
            next = rows.next != nullptr ? rows.next + column : factor;
        addRanks<kRanksAtOnce>(d, hidden, factor, next, rows.width, columns, sums);
        hidden += kRanksAtOnce;
        factor += kRanksAtOnce * rows.width;
    }
    for (; left > 0; --left, ++hidden, factor += rows.width)
        addRanks<1>(d, hidden, factor, factor, rows.width, columns, sums);
    for (std::size_t c = 0; c < columns; c += hn::Lanes(d))
        finish(d, token, column + c, hn::Load(d, sums + c));
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
    const hn::CappedTag<float, 16> line; // of the cache
    const std::size_t lanes = hn::Lanes(d);
    std::size_t column = columnBegin;
    if (tokenEnd - tokenBegin == 1)
        for (std::size_t left = columnEnd - column; left >= 64; left = columnEnd - column) {
            const std::size_t columns = std::min(left / 64 * 64, kColumnsInCache);
            lowRankRow(line, rows, tokenBegin, column, columns, finish);
            column += columns;
        }
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
