#include "engine/operations/products/low_rank/low_rank.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#include <array>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/products/low_rank/low_rank_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"
#include "engine/operations/products/low_rank/low_rank-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

// `next` is computed after `op`, if it is not null.
void expandLowRank(const LowRank& op, const LowRank* next, std::size_t tokenBegin, std::size_t tokenEnd,
                   std::size_t columnBegin, std::size_t columnEnd) {
    const auto rank = static_cast<std::size_t>(op.rank);
    const auto width = static_cast<std::size_t>(op.width);
    const std::size_t stride = op.hiddenStride > 0 ? static_cast<std::size_t>(op.hiddenStride) : rank;
    const float* bias = op.bias;
    float* output = op.output;
    const bool isNextAlike =
        next != nullptr && next->factor.type == op.factor.type && next->width == op.width;
    withStoredValues(op.factor, [&](const auto* factor) HWY_ATTR {
        const auto* const after = isNextAlike ? static_cast<decltype(factor)>(next->factor.data) : nullptr;
        lowRankProduct(LowRankRows{op.hidden, stride, rank, factor, width, after}, tokenBegin, tokenEnd,
                       columnBegin, columnEnd,
                       [=](auto d, std::size_t token, std::size_t column, auto sum) HWY_ATTR {
                           if (bias != nullptr)
                               sum = hn::Add(sum, hn::LoadU(d, bias + column));
                           hn::StoreU(sum, d, output + token * width + column);
                       });
    });
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(expandLowRank);

void lowRank(std::span<const LowRank> ops, int tokens, ThreadPool& pool) {
    std::array<RankedMap, kMostLowRanks> maps;
    assert(ops.size() <= maps.size());
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const LowRank& op = ops[i];
        activation({op.activation, tokens, op.rank, op.hidden, op.hiddenStride}, pool);
        maps[i] = {static_cast<std::size_t>(op.width), static_cast<std::size_t>(op.rank)};
    }
    const auto expand = HWY_DYNAMIC_DISPATCH(expandLowRank);
    splitMaps(pool, static_cast<std::size_t>(tokens), std::span(maps).first(ops.size()),
              [&](std::size_t i, std::size_t tokenBegin, std::size_t tokenEnd, std::size_t columnBegin,
                  std::size_t columnEnd) {
                  const LowRank* const next = i + 1 < ops.size() ? &ops[i + 1] : nullptr;
                  expand(ops[i], next, tokenBegin, tokenEnd, columnBegin, columnEnd);
              });
}

} // namespace engine::cpu
#endif
