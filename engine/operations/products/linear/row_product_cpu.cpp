#include "engine/operations/products/linear/row_product.h"

#include "engine/cpu/simd_targets.h"
#include "engine/operations/products/quantised/packed_product.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/products/linear/row_product_cpu.cpp"
#include <hwy/foreach_target.h>

#include "engine/cpu/stored_value-inl.h"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;

// One row of weights, fetched `ahead` bytes ahead, times kTokens rows of x. Vector i of a row goes to sum i
// mod 4, so every sum of a row of weights and a row of x is formed in one order, whatever kTokens. One row at
// a time reads memory in a straight line.
template <int kTokens, class Stored>
HWY_INLINE void productRow(const Stored* weights, std::size_t columns, const float* x, std::size_t xStride,
                           float* y, std::size_t yStride, std::size_t ahead) {
    const FloatTag d;
    const std::size_t lanes = hn::Lanes(d);
    FloatVector sums[4][kTokens];
#pragma GCC unroll 4
    for (auto& sum : sums)
#pragma GCC unroll 4
        for (int t = 0; t < kTokens; ++t)
            sum[t] = hn::Zero(d);

    const auto add = [&](FloatVector(&sum)[kTokens], auto load, std::size_t at) HWY_ATTR {
        const FloatVector w = load(weights + at);
#pragma GCC unroll 4
        for (int t = 0; t < kTokens; ++t)
            sum[t] = hn::MulAdd(w, load(x + static_cast<std::size_t>(t) * xStride + at), sum[t]);
    };
    const auto whole = [d](const auto* from) HWY_ATTR { return widened(d, from); };
    const std::size_t step = 4 * lanes;
    std::size_t k = 0;
    for (; k + step <= columns; k += step) {
        const char* later = reinterpret_cast<const char*>(weights + k) + ahead;
#pragma GCC unroll 4
        for (std::size_t line = 0; line < step * sizeof(Stored); line += 64)
            __builtin_prefetch(later + line);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < 4; ++i)
            add(sums[i], whole, k + i * lanes);
    }
    std::size_t i = 0;
    for (; k + lanes <= columns; k += lanes)
        add(sums[i++], whole, k);
    if (k < columns)
        add(
            sums[i],
            [d, rest = columns - k](const auto* from) HWY_ATTR { return widenedTail(d, from, rest); }, k);

#pragma GCC unroll 4
    for (int t = 0; t < kTokens; ++t)
        y[static_cast<std::size_t>(t) * yStride] = hn::GetLane(
            hn::SumOfLanes(d, hn::Add(hn::Add(sums[0][t], sums[1][t]), hn::Add(sums[2][t], sums[3][t]))));
}

// kTokens rows of x, again and again for every row of weights.
template <int kTokens, class Stored>
HWY_INLINE void productRows(const Stored* weights, const LinearJob& job, std::size_t token,
                            std::size_t rowBegin, std::size_t rowEnd) {
    const auto columns = static_cast<std::size_t>(job.weights.columns);
    const auto xStride = static_cast<std::size_t>(job.xStride);
    const auto yStride = static_cast<std::size_t>(job.yStride);
    const std::size_t ahead = prefetchBytes();
    for (std::size_t row = rowBegin; row < rowEnd; ++row)
        productRow<kTokens>(weights + row * columns, columns, job.x + token * xStride, xStride,
                            job.y + token * yStride + row, yStride, ahead);
}

// A block of rows comes from memory for the first tokens and from the second cache for those after them,
// while the rows of x that are in use stay in the first.
constexpr std::size_t kBlockBytes = 262144;

template <class Stored>
void products(const Stored* weights, const LinearJob& job, std::size_t tokens, std::size_t rowBegin,
              std::size_t rowEnd) {
    // 32 vector registers hold the sums of four tokens; the 16 of older instruction sets those of two.
    constexpr bool kHasManyRegisters = hn::MaxLanes(FloatTag()) >= 16;
    const std::size_t blockRows = std::max<std::size_t>(1, kBlockBytes / job.weights.groupBytes());
    for (std::size_t row = rowBegin; row < rowEnd; row += blockRows) {
        const std::size_t blockEnd = std::min(row + blockRows, rowEnd);
        std::size_t token = 0;
        if (kHasManyRegisters)
            for (; token + 4 <= tokens; token += 4)
                productRows<4>(weights, job, token, row, blockEnd);
        for (; token + 2 <= tokens; token += 2)
            productRows<2>(weights, job, token, row, blockEnd);
        if (token < tokens)
            productRows<1>(weights, job, token, row, blockEnd);
    }
}

void rowProductImpl(const LinearJob& job, std::size_t tokens, std::size_t rowBegin, std::size_t rowEnd) {
    switch (job.weights.type) {
    case DataType::Float16:
        return products(static_cast<const hwy::float16_t*>(job.weights.data), job, tokens, rowBegin, rowEnd);
    case DataType::BFloat16:
        return products(static_cast<const hwy::bfloat16_t*>(job.weights.data), job, tokens, rowBegin, rowEnd);
    default: return products(static_cast<const float*>(job.weights.data), job, tokens, rowBegin, rowEnd);
    }
}

template <class Stored> void widen(const Stored* stored, float* out, std::size_t count) {
    const FloatTag d;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(widened(d, stored + i), d, out + i);
    if (i < count) {
        HWY_ALIGN float padded[hn::MaxLanes(FloatTag())];
        hn::Store(widenedTail(d, stored + i, count - i), d, padded);
        std::copy_n(padded, count - i, out + i);
    }
}

void widenImpl(DataType type, const void* stored, std::size_t first, std::size_t count, float* out) {
    switch (type) {
    case DataType::Float16: return widen(static_cast<const hwy::float16_t*>(stored) + first, out, count);
    case DataType::BFloat16: return widen(static_cast<const hwy::bfloat16_t*>(stored) + first, out, count);
    default: return widen(static_cast<const float*>(stored) + first, out, count);
    }
}

void roundImpl(const float* values, std::uint16_t* out, std::size_t count) {
    const hn::ScalableTag<float> d;
    const hn::RebindToUnsigned<decltype(d)> bitsTag;
    const hn::RebindToSigned<decltype(d)> signedTag;
    const hn::Rebind<std::uint16_t, decltype(d)> halfTag;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto value = hn::LoadU(d, values + i);
        const auto bits = hn::BitCast(bitsTag, value);
        const auto lowestKept = hn::And(hn::ShiftRight<16>(bits), hn::Set(bitsTag, 1u));
        const auto rounded = hn::Add(bits, hn::Add(lowestKept, hn::Set(bitsTag, 0x7FFFu)));
        const auto quiet = hn::Or(bits, hn::Set(bitsTag, 0x400000u));
        const auto kept = hn::IfThenElse(hn::RebindMask(bitsTag, hn::IsNaN(value)), quiet, rounded);
        const auto upper =
            hn::BitCast(signedTag, hn::ShiftRight<16>(kept)); // below 2^16, so nothing saturates
        hn::StoreU(hn::DemoteTo(halfTag, upper), halfTag, out + i);
    }
    for (; i < count; ++i)
        out[i] = floatToBfloat16(values[i]);
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace engine {

HWY_EXPORT(rowProductImpl);
HWY_EXPORT(widenImpl);
HWY_EXPORT(roundImpl);

std::size_t prefetchBytes() {
#if defined(__x86_64__)
    static const bool isZen3Or4 = __builtin_cpu_is("amdfam19h");
    return isZen3Or4 ? 1024 : kPrefetchBytes;
#else
    return kPrefetchBytes;
#endif
}

void rowProduct(const LinearJob& job, int tokens, int rowBegin, int rowEnd) {
    assert(rowBegin >= 0 && rowBegin <= rowEnd && rowEnd <= job.weights.rows && tokens >= 0);
    LinearJob contiguous = job;
    if (contiguous.xStride == 0)
        contiguous.xStride = job.weights.columns;
    if (contiguous.yStride == 0)
        contiguous.yStride = job.weights.rows;
    HWY_DYNAMIC_DISPATCH(rowProductImpl)
    (contiguous, static_cast<std::size_t>(tokens), static_cast<std::size_t>(rowBegin),
     static_cast<std::size_t>(rowEnd));
}

void widenRows(const Matrix& weights, int rowBegin, int rowEnd, float* out) {
    assert(rowBegin >= 0 && rowBegin <= rowEnd && rowEnd <= weights.rows);
    if (weights.isPacked)
        return widenPackedRows(weights, rowBegin, rowEnd, out);
    const auto columns = static_cast<std::size_t>(weights.columns);
    HWY_DYNAMIC_DISPATCH(widenImpl)
    (weights.type, weights.data, static_cast<std::size_t>(rowBegin) * columns,
     static_cast<std::size_t>(rowEnd - rowBegin) * columns, out);
}

void roundToBfloat16(const float* values, std::uint16_t* out, std::size_t count) {
    HWY_DYNAMIC_DISPATCH(roundImpl)(values, out, count);
}

} // namespace engine

#endif // HWY_ONCE
