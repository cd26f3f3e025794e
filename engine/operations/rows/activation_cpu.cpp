#include "engine/operations/rows/activation.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/rows/activation_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void activateRow(ActivationKind kind, float* values, std::size_t count) {
    switch (kind) {
    case ActivationKind::None: break;
    case ActivationKind::Tanh:
        forEachVector(count, [=](auto d, std::size_t i) HWY_ATTR {
            hn::StoreU(hn::Tanh(d, hn::LoadU(d, values + i)), d, values + i);
        });
        break;
    case ActivationKind::Sigmoid:
        forEachVector(count, [=](auto d, std::size_t i) HWY_ATTR {
            hn::StoreU(sigmoid(d, hn::LoadU(d, values + i)), d, values + i);
        });
        break;
    case ActivationKind::SquaredRelu:
        forEachVector(count, [=](auto d, std::size_t i) HWY_ATTR {
            const auto positive = hn::Max(hn::LoadU(d, values + i), hn::Zero(d));
            hn::StoreU(hn::Mul(positive, positive), d, values + i);
        });
        break;
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(activateRow);

void activation(const Activation& op, ThreadPool& pool) {
    if (op.kind == ActivationKind::None)
        return;
    const auto columns = static_cast<std::size_t>(op.columns);
    const std::size_t stride = op.stride > 0 ? static_cast<std::size_t>(op.stride) : columns;
    const auto activate = HWY_DYNAMIC_DISPATCH(activateRow);
    const std::size_t steps = op.kind == ActivationKind::SquaredRelu ? 1 : 16;
    splitWork(pool, static_cast<std::size_t>(op.tokens), columns * steps,
              [&](std::size_t begin, std::size_t end) {
                  for (std::size_t t = begin; t < end; ++t)
                      activate(op.kind, op.values + t * stride, columns);
              });
}

} // namespace engine::cpu
#endif
