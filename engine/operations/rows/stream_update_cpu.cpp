#include "engine/operations/rows/stream_update.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/rows/stream_update_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void addValues(const float* value, const float* receptance, float* stream, std::size_t count) {
    if (receptance == nullptr) {
        forEachVector(count, [=](auto d, std::size_t i) HWY_ATTR {
            hn::StoreU(hn::Add(hn::LoadU(d, stream + i), hn::LoadU(d, value + i)), d, stream + i);
        });
        return;
    }
    forEachVector(count, [=](auto d, std::size_t i) HWY_ATTR {
        const auto open = sigmoid(d, hn::LoadU(d, receptance + i));
        hn::StoreU(hn::MulAdd(open, hn::LoadU(d, value + i), hn::LoadU(d, stream + i)), d, stream + i);
    });
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(addValues);

void addToStream(const StreamUpdate& op, ThreadPool& pool) {
    const auto width = static_cast<std::size_t>(op.width);
    const auto add = HWY_DYNAMIC_DISPATCH(addValues);
    const std::size_t steps = width * (op.receptance != nullptr ? 16 : 1);
    splitWork(pool, static_cast<std::size_t>(op.tokens), steps, [&](std::size_t begin, std::size_t end) {
        const std::size_t offset = begin * width;
        add(op.value + offset, op.receptance != nullptr ? op.receptance + offset : nullptr,
            op.stream + offset, (end - begin) * width);
    });
}

} // namespace engine::cpu
#endif
