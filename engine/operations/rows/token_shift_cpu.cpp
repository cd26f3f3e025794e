#include "engine/operations/rows/token_shift.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/rows/token_shift_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void blendRows(const TokenShift& op, std::size_t begin, std::size_t end) {
    const auto width = static_cast<std::size_t>(op.width);
    for (std::size_t t = begin; t < end; ++t) {
        const float* before = op.normalised + t * width;
        const float* current = before + width;
        for (const TokenShiftUse& use : op.uses()) {
            const float* mix = use.mix;
            float* output = use.output + t * width;
            forEachVector(width, [=](auto d, std::size_t i) HWY_ATTR {
                const auto p = hn::LoadU(d, current + i);
                const auto difference = hn::Sub(hn::LoadU(d, before + i), p);
                hn::StoreU(hn::MulAdd(difference, hn::LoadU(d, mix + i), p), d, output + i);
            });
        }
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(blendRows);

void tokenShift(const TokenShift& op, ThreadPool& pool) {
    const auto width = static_cast<std::size_t>(op.width);
    const auto tokens = static_cast<std::size_t>(op.tokens);
    std::memcpy(op.normalised, op.previous, width * sizeof(float));
    layerNorm({op.tokens, op.width, op.stream, op.norm, op.normalised + width}, pool);
    const auto blend = HWY_DYNAMIC_DISPATCH(blendRows);
    splitWork(pool, tokens, width * (1 + op.useCount),
              [&](std::size_t begin, std::size_t end) { blend(op, begin, end); });
    std::memcpy(op.previous, op.normalised + tokens * width, width * sizeof(float));
}

} // namespace engine::cpu
#endif
