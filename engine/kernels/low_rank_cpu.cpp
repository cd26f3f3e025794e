#include "engine/kernels/low_rank.h"

#include "engine/kernels/simd_targets.h"
#include "engine/kernels/work_split.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/low_rank_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/kernels/low_rank-inl.h"
#include "engine/kernels/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void expandLowRank(const LowRank& op, std::size_t tokenBegin, std::size_t tokenEnd, std::size_t columnBegin,
                   std::size_t columnEnd) {
    const auto rank = static_cast<std::size_t>(op.rank);
    const auto width = static_cast<std::size_t>(op.width);
    const std::size_t stride = op.hiddenStride > 0 ? static_cast<std::size_t>(op.hiddenStride) : rank;
    const float* bias = op.bias;
    float* output = op.output;
    withStoredValues(op.factor, [&](const auto* factor) HWY_ATTR {
        lowRankProduct(LowRankRows{op.hidden, stride, rank, factor, width}, tokenBegin, tokenEnd, columnBegin,
                       columnEnd, [=](auto d, std::size_t token, std::size_t column, auto sum) HWY_ATTR {
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
    std::size_t widest = 0;
    std::size_t ranks = 0;
    for (const LowRank& op : ops) {
        activation({op.activation, tokens, op.rank, op.hidden, op.hiddenStride}, pool);
        widest = std::max(widest, static_cast<std::size_t>(op.width));
        ranks += static_cast<std::size_t>(op.rank);
    }
    const auto expand = HWY_DYNAMIC_DISPATCH(expandLowRank);
    splitTokensOrColumns(
        pool, static_cast<std::size_t>(tokens), widest, ranks,
        [&](std::size_t tokenBegin, std::size_t tokenEnd, std::size_t columnBegin, std::size_t columnEnd) {
            for (const LowRank& op : ops) {
                const auto width = static_cast<std::size_t>(op.width);
                expand(op, tokenBegin, tokenEnd, std::min(columnBegin, width), std::min(columnEnd, width));
            }
        });
}

} // namespace engine::cpu
#endif
