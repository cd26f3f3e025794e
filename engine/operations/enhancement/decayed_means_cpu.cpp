#include "engine/operations/enhancement/decayed_means.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/enhancement/decayed_means_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

// A vector of channels at a time, through all tokens: its lines of the stream stay in the first cache while
// every mean runs along them.
void addMeans(const DecayedMeans& op, std::size_t columnBegin, std::size_t columnEnd) {
    const auto width = static_cast<std::size_t>(op.width);
    const auto tokens = static_cast<std::size_t>(op.tokens);
    const auto means = static_cast<std::size_t>(op.means);
    const bool areApart = op.weight == nullptr;
    const std::size_t stride = areApart ? means * width : static_cast<std::size_t>(op.outputStride);
    for (std::size_t m = 0; m < means; ++m) {
        const float decay = op.decays[m];
        float* const state = op.state + m * width + columnBegin;
        const float* const weight = areApart ? nullptr : op.weight + m * width + columnBegin;
        const float* const stream = op.stream + columnBegin;
        float* const output = op.output + (areApart ? m * width : 0) + columnBegin;
        forEachVector(columnEnd - columnBegin, [&](auto d, std::size_t i) HWY_ATTR {
            const auto kept = hn::Set(d, decay);
            const auto fresh = hn::Set(d, 1 - decay);
            const auto share = areApart ? hn::Zero(d) : hn::LoadU(d, weight + i);
            auto mean = hn::LoadU(d, state + i);
            for (std::size_t t = 0; t < tokens; ++t) {
                float* const out = output + t * stride + i;
                hn::StoreU(areApart ? mean : hn::MulAdd(share, mean, hn::LoadU(d, out)), d, out);
                mean = hn::MulAdd(kept, mean, hn::Mul(fresh, hn::LoadU(d, stream + t * width + i)));
            }
            if (op.isEnabled)
                hn::StoreU(mean, d, state + i);
        });
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(addMeans);

void decayedMeans(const DecayedMeans& op, ThreadPool& pool) {
    constexpr std::size_t kColumns = 64; // a few vectors, so that threads share no line
    const auto width = static_cast<std::size_t>(op.width);
    const std::size_t work =
        static_cast<std::size_t>(op.tokens) * static_cast<std::size_t>(op.means) * 2 * kColumns;
    const auto add = HWY_DYNAMIC_DISPATCH(addMeans);
    splitWork(pool, (width + kColumns - 1) / kColumns, work, [&](std::size_t begin, std::size_t end) {
        for (std::size_t tile = begin; tile < end; ++tile)
            add(op, tile * kColumns, std::min((tile + 1) * kColumns, width));
    });
}

} // namespace engine::cpu
#endif
