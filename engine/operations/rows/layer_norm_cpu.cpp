#include "engine/operations/rows/layer_norm.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/rows/layer_norm_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void layerNormRows(const LayerNorm& op, std::size_t begin, std::size_t end) {
    const auto width = static_cast<std::size_t>(op.width);
    for (std::size_t t = begin; t < end; ++t)
        normaliseRow(op.input + t * width, op.norm.weight, op.norm.bias, op.norm.epsilon, width,
                     op.output + t * width);
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(layerNormRows);

void layerNorm(const LayerNorm& op, ThreadPool& pool) {
    const auto rows = HWY_DYNAMIC_DISPATCH(layerNormRows);
    splitWork(pool, static_cast<std::size_t>(op.tokens), 4 * static_cast<std::size_t>(op.width),
              [&](std::size_t begin, std::size_t end) { rows(op, begin, end); });
}

} // namespace engine::cpu
#endif
