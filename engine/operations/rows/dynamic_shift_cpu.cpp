#include "engine/operations/rows/dynamic_shift.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"
#include "engine/operations/rows/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/rows/dynamic_shift_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"
#include "engine/operations/products/low_rank/low_rank-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void shiftDynamically(const DynamicShift& op, std::size_t j, std::size_t tokenBegin, std::size_t tokenEnd,
                      std::size_t columnBegin, std::size_t columnEnd) {
    const auto width = static_cast<std::size_t>(op.width);
    const auto rank = static_cast<std::size_t>(op.rank);
    withStoredValues(op.factors, [&](const auto* factors) HWY_ATTR {
        const auto* const factor = factors + j * rank * width;
        const LowRankRows rows{op.mixHidden + j * rank,
                               kDynamicShiftUses * rank,
                               rank,
                               factor,
                               width,
                               j + 1 < kDynamicShiftUses ? factor + rank * width : nullptr};
        const float* before = op.normalised;
        const float* current = op.normalised + width;
        const float* mix = op.uses[j].mix;
        float* output = op.uses[j].output;
        lowRankProduct(rows, tokenBegin, tokenEnd, columnBegin, columnEnd,
                       [=](auto d, std::size_t token, std::size_t column, auto sum) HWY_ATTR {
                           const std::size_t at = token * width + column;
                           const auto p = hn::LoadU(d, current + at);
                           const auto difference = hn::Sub(hn::LoadU(d, before + at), p);
                           const auto blend = hn::Add(sum, hn::LoadU(d, mix + column));
                           hn::StoreU(hn::MulAdd(difference, blend, p), d, output + at);
                       });
    });
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(shiftDynamically);

void dynamicShift(const DynamicShift& op, ThreadPool& pool) {
    activation({ActivationKind::Tanh, op.tokens, kDynamicShiftUses * op.rank, op.mixHidden}, pool);
    const auto shift = HWY_DYNAMIC_DISPATCH(shiftDynamically);
    std::array<RankedMap, kDynamicShiftUses> maps;
    maps.fill({static_cast<std::size_t>(op.width), static_cast<std::size_t>(op.rank)});
    splitMaps(pool, static_cast<std::size_t>(op.tokens), maps,
              [&](std::size_t j, std::size_t tokenBegin, std::size_t tokenEnd, std::size_t columnBegin,
                  std::size_t columnEnd) { shift(op, j, tokenBegin, tokenEnd, columnBegin, columnEnd); });
}

} // namespace engine::cpu
#endif
