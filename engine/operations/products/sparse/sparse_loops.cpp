#include "engine/operations/products/sparse/sparse_loops.h"

#include "engine/cpu/simd_targets.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/products/sparse/sparse_loops.cpp"
#include <hwy/foreach_target.h>

#include "engine/cpu/stored_value-inl.h"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;

HWY_INLINE void fetch(const InputRows& inputs, std::size_t byte) {
    for (const std::byte* next : inputs.next)
        __builtin_prefetch(next + byte);
}

template <class Stored> void addRows(const InputRows& inputs, std::size_t outputs, float* sums) {
    const FloatTag d;
    const std::size_t lanes = hn::Lanes(d);
    const Stored* rows[kInputsAtOnce];
    hn::Vec<FloatTag> x[kInputsAtOnce];
    for (std::size_t i = 0; i < kInputsAtOnce; ++i) {
        rows[i] = reinterpret_cast<const Stored*>(inputs.rows[i]);
        x[i] = hn::Set(d, inputs.x[i]);
    }
    std::size_t c = 0;
    for (; c + lanes <= outputs; c += lanes) {
        if (c * sizeof(Stored) % 64 == 0)
            fetch(inputs, c * sizeof(Stored));
        auto sum = hn::LoadU(d, sums + c);
        for (std::size_t i = 0; i < kInputsAtOnce; ++i)
            sum = hn::MulAdd(widened(d, rows[i] + c), x[i], sum);
        hn::StoreU(sum, d, sums + c);
    }
    if (c < outputs) {
        HWY_ALIGN float sum[hn::MaxLanes(FloatTag())];
        auto total = widenedTail(d, sums + c, outputs - c);
        for (std::size_t i = 0; i < kInputsAtOnce; ++i)
            total = hn::MulAdd(widenedTail(d, rows[i] + c, outputs - c), x[i], total);
        hn::Store(total, d, sum);
        std::copy_n(sum, outputs - c, sums + c);
    }
}

// The same for 4-bit codes; `outputs` is a multiple of 128.
void addNibbles(const InputRows& inputs, std::size_t outputs, float* sums) {
    const hn::CappedTag<float, 16> d;
    const hn::Rebind<std::int32_t, decltype(d)> integers;
    const hn::Rebind<std::uint8_t, decltype(d)> bytes;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t unit = 0; unit < outputs / 128; ++unit) {
        fetch(inputs, unit * 64);
        for (std::size_t j = 0; j < 64; j += lanes) {
            float* const low = sums + 128 * unit + j;
            float* const high = low + 64;
            auto lowSum = hn::LoadU(d, low);
            auto highSum = hn::LoadU(d, high);
            for (std::size_t i = 0; i < kInputsAtOnce; ++i) {
                const auto* codes = reinterpret_cast<const std::uint8_t*>(inputs.rows[i]) + 64 * unit + j;
                const auto pairs = hn::PromoteTo(integers, hn::LoadU(bytes, codes));
                const auto x = hn::Set(d, inputs.x[i]);
                lowSum = hn::MulAdd(hn::ConvertTo(d, hn::And(pairs, hn::Set(integers, 15))), x, lowSum);
                highSum = hn::MulAdd(hn::ConvertTo(d, hn::ShiftRight<4>(pairs)), x, highSum);
            }
            hn::StoreU(lowSum, d, low);
            hn::StoreU(highSum, d, high);
        }
    }
}

void addRowsImpl(const Matrix& weights, const InputRows& inputs, std::size_t outputs, float* sums) {
    if (weights.isPacked)
        return packedLayout(weights.type).codeBits == 8 ? addRows<std::uint8_t>(inputs, outputs, sums)
                                                        : addNibbles(inputs, outputs, sums);
    switch (weights.type) {
    case DataType::Float16: return addRows<hwy::float16_t>(inputs, outputs, sums);
    case DataType::BFloat16: return addRows<hwy::bfloat16_t>(inputs, outputs, sums);
    default: return addRows<float>(inputs, outputs, sums);
    }
}

void addRunImpl(const PackedRun& run, const std::byte* head, const float* codeSums, float inputSum,
                float* sums) {
    const hn::CappedTag<float, 64> d;
    const auto* scales = reinterpret_cast<const hwy::float16_t*>(head);
    const float offset = static_cast<float>(run.layout.offset) * inputSum;
    for (std::size_t unit = 0; unit < run.outputs; unit += 64) {
        HWY_ALIGN float inOrder[64];
        for (std::size_t output = 0; output < 64; output += 4)
            std::copy_n(codeSums + unit + placeInRun(output), 4, inOrder + output);
        for (std::size_t i = 0; i < 64; i += hn::Lanes(d)) {
            const std::size_t output = unit + i;
            const auto codes = hn::Sub(hn::Load(d, inOrder + i), hn::Set(d, offset));
            auto sum = hn::MulAdd(widened(d, scales + output), codes, hn::LoadU(d, sums + output));
            if (run.layout.hasMinimum)
                sum = hn::MulAdd(widened(d, scales + run.outputs + output), hn::Set(d, inputSum), sum);
            hn::StoreU(sum, d, sums + output);
        }
    }
}

void widenRunImpl(const PackedRun& run, const std::byte* packed, std::size_t begin, std::size_t count,
                  float* out) {
    const hn::CappedTag<float, 64> d;
    const std::size_t lanes = hn::Lanes(d);
    const bool isByte = run.layout.codeBits == 8;
    const auto* halves = reinterpret_cast<const hwy::float16_t*>(packed);
    for (std::size_t c = begin; c < begin + count; c += 64) {
        HWY_ALIGN float scales[64], starts[64], row[64];
        for (std::size_t i = 0; i < 64; i += lanes) {
            const auto scale = widened(d, halves + c + i);
            const auto offset = hn::Set(d, static_cast<float>(-run.layout.offset));
            hn::Store(scale, d, scales + i);
            hn::Store(run.layout.hasMinimum ? widened(d, halves + run.outputs + c + i)
                                            : hn::Mul(scale, offset),
                      d, starts + i);
        }
        const std::size_t kept = std::min<std::size_t>(64, begin + count - c);
        const std::byte* codes = packed + run.headBytes() + (isByte ? c / 64 : c / 128) * 64;
        for (std::size_t input = 0; input < kTileColumns; ++input, codes += run.inputBytes()) {
            HWY_ALIGN std::uint8_t inOrder[64];
            for (std::size_t output = 0; output < 64; output += 4)
                std::memcpy(inOrder + output, codes + placeInRun(output), 4);
            if (!isByte)
                for (std::uint8_t& code : inOrder)
                    code = c % 128 == 0 ? code & 15 : code >> 4;
            float* const place = out + input * count + c - begin;
            float* const to = kept == 64 ? place : row;
            for (std::size_t i = 0; i < 64; i += lanes)
                hn::StoreU(
                    hn::MulAdd(widened(d, inOrder + i), hn::Load(d, scales + i), hn::Load(d, starts + i)), d,
                    to + i);
            if (kept < 64)
                std::copy_n(row, kept, place);
        }
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine {

HWY_EXPORT(addRowsImpl);
HWY_EXPORT(addRunImpl);
HWY_EXPORT(widenRunImpl);

void addSparseRows(const Matrix& weights, const InputRows& inputs, std::size_t outputs, float* sums) {
    HWY_DYNAMIC_DISPATCH(addRowsImpl)(weights, inputs, outputs, sums);
}
void addSparseRun(const PackedRun& run, const std::byte* head, const float* codeSums, float inputSum,
                  float* sums) {
    HWY_DYNAMIC_DISPATCH(addRunImpl)(run, head, codeSums, inputSum, sums);
}
void widenSparseRun(const PackedRun& run, const std::byte* packed, std::size_t begin, std::size_t count,
                    float* out) {
    HWY_DYNAMIC_DISPATCH(widenRunImpl)(run, packed, begin, count, out);
}

} // namespace engine
#endif
