#include "engine/operations/enhancement/adaptive_gate.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/enhancement/adaptive_gate_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void gateRows(const AdaptiveGate& op, std::size_t begin, std::size_t end) {
    const auto width = static_cast<std::size_t>(op.width);
    for (std::size_t t = begin; t < end; ++t) {
        const float* h = op.stream + t * width;
        const float* shifted = op.shifted != nullptr
                                   ? op.shifted + t * static_cast<std::size_t>(op.shiftedStride)
                                   : op.earlier.before(op.stream, width, t, 1);
        const float* change = op.shiftChange != nullptr ? op.shiftChange + t * width : nullptr;
        float* gates = op.gates != nullptr ? op.gates + t * width : nullptr;
        const bool isFixed = op.isFixed;
        const float* bias = op.bias;
        float* output = op.output + t * width;
        forEachVector(width, [=](auto d, std::size_t i) HWY_ATTR {
            auto s = hn::LoadU(d, shifted + i);
            if (change != nullptr)
                s = hn::Add(s, hn::LoadU(d, change + i));
            const auto current = hn::LoadU(d, h + i);
            if (isFixed) {
                if (gates != nullptr)
                    hn::StoreU(hn::Set(d, 1.0f), d, gates + i);
                hn::StoreU(hn::Add(current, s), d, output + i);
                return;
            }
            auto logit = hn::LoadU(d, gates + i);
            if (bias != nullptr)
                logit = hn::Add(logit, hn::LoadU(d, bias + i));
            const auto gate = sigmoid(d, logit);
            hn::StoreU(gate, d, gates + i);
            hn::StoreU(hn::MulAdd(gate, s, current), d, output + i);
        });
        if (op.norm.has_value())
            normaliseRow(output, op.norm->weight, op.norm->bias, op.norm->epsilon, width, output);
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(gateRows);

void adaptiveGate(const AdaptiveGate& op, ThreadPool& pool) {
    const auto tokens = static_cast<std::size_t>(op.tokens);
    const auto width = static_cast<std::size_t>(op.width);
    if (!op.isEnabled) {
        std::copy_n(op.stream, tokens * width, op.output);
        return;
    }
    const auto rows = HWY_DYNAMIC_DISPATCH(gateRows);
    splitWork(pool, tokens, 24 * width, [&](std::size_t begin, std::size_t end) { rows(op, begin, end); });
    op.earlier.advance(op.stream, width, tokens);
}

} // namespace engine::cpu
#endif
