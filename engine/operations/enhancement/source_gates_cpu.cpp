#include "engine/operations/enhancement/source_gates.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/enhancement/source_gates_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void addSources(const SourceGates& op, std::size_t begin, std::size_t end) {
    const auto width = static_cast<std::size_t>(op.width);
    const auto count = static_cast<std::size_t>(op.count);
    const std::size_t groups = op.groups();
    const hn::CappedTag<float, kGateGroup> d; // a vector's channels share their gates
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t t = begin; t < end; ++t) {
        const float* rows[kMostSources];
        for (std::size_t i = 0; i < count; ++i)
            rows[i] = op.sourceRow(i, t);
        const float* const h = op.stream + t * width;
        float* const gates = op.gates + t * count * groups;
        float* const output = op.output + t * width;
        forEachVector(count * groups, [=](auto tag, std::size_t i) HWY_ATTR {
            hn::StoreU(sigmoid(tag, hn::LoadU(tag, gates + i)), tag, gates + i);
        });
        for (std::size_t c = 0; c < width; c += lanes) {
            auto sum = hn::LoadU(d, h + c);
            for (std::size_t i = 0; i < count; ++i) {
                const auto gate = hn::Set(d, gates[i * groups + c / kGateGroup]);
                const auto weight = hn::LoadU(d, op.weight + i * width + c);
                sum = hn::MulAdd(hn::Mul(gate, weight), hn::LoadU(d, rows[i] + c), sum);
            }
            hn::StoreU(sum, d, output + c);
        }
        if (op.norm.has_value())
            normaliseRow(output, op.norm->weight, op.norm->bias, op.norm->epsilon, width, output);
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(addSources);

void sourceGates(const SourceGates& op, ThreadPool& pool) {
    assert(op.count <= kMostSources && op.width % kGateGroup == 0);
    const auto tokens = static_cast<std::size_t>(op.tokens);
    const auto width = static_cast<std::size_t>(op.width);
    if (!op.isEnabled) {
        std::copy_n(op.stream, tokens * width, op.output);
        return;
    }
    const auto add = HWY_DYNAMIC_DISPATCH(addSources);
    const std::size_t work = (4 * static_cast<std::size_t>(op.count) + 8) * width;
    splitWork(pool, tokens, work, [&](std::size_t begin, std::size_t end) { add(op, begin, end); });
    op.earlier.advance(op.stream, width, tokens);
}

} // namespace engine::cpu
#endif
