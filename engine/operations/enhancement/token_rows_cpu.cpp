#include "engine/operations/enhancement/token_rows.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/enhancement/token_rows_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void addTokenRows(const TokenRows& op, std::size_t tokenBegin, std::size_t tokenEnd) {
    const auto width = static_cast<std::size_t>(op.width);
    for (std::size_t t = tokenBegin; t < tokenEnd; ++t) {
        const float* const current = op.rows + 2 * t * width;
        const float* const before = t > 0 ? current - width : op.previous;
        float* const output = op.output + t * static_cast<std::size_t>(op.outputStride);
        forEachVector(width, [=](auto d, std::size_t i) HWY_ATTR {
            const auto added = hn::Add(hn::LoadU(d, current + i), hn::LoadU(d, before + i));
            hn::StoreU(hn::Add(hn::LoadU(d, output + i), added), d, output + i);
        });
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(addTokenRows);

void tokenRows(const TokenRows& op, ThreadPool& pool) {
    const auto add = HWY_DYNAMIC_DISPATCH(addTokenRows);
    const auto tokens = static_cast<std::size_t>(op.tokens), width = static_cast<std::size_t>(op.width);
    splitWork(pool, tokens, 2 * width, [&](std::size_t begin, std::size_t end) { add(op, begin, end); });
    if (op.isEnabled)
        std::copy_n(op.rows + (2 * tokens - 1) * width, width, op.previous);
}

} // namespace engine::cpu
#endif
