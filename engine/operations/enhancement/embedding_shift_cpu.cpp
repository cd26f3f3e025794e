#include "engine/operations/enhancement/embedding_shift.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/enhancement/embedding_shift_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void addEmbeddings(const EmbeddingShift& op, std::size_t tokenBegin, std::size_t tokenEnd) {
    const auto width = static_cast<std::size_t>(op.width);
    for (std::size_t t = tokenBegin; t < tokenEnd; ++t) {
        const float* const before = op.rows + t * width;
        const float* const current = before + width;
        const float* const weight = op.weight;
        float* const output = op.output + t * static_cast<std::size_t>(op.outputStride);
        forEachVector(width, [=](auto d, std::size_t i) HWY_ATTR {
            auto sum = hn::LoadU(d, output + i);
            sum = hn::MulAdd(hn::LoadU(d, weight + i), hn::LoadU(d, current + i), sum);
            sum = hn::MulAdd(hn::LoadU(d, weight + width + i), hn::LoadU(d, before + i), sum);
            hn::StoreU(sum, d, output + i);
        });
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(addEmbeddings);

void embeddingShift(const EmbeddingShift& op, ThreadPool& pool) {
    const auto add = HWY_DYNAMIC_DISPATCH(addEmbeddings);
    splitWork(pool, static_cast<std::size_t>(op.tokens), 2 * static_cast<std::size_t>(op.width),
              [&](std::size_t begin, std::size_t end) { add(op, begin, end); });
}

} // namespace engine::cpu
#endif
