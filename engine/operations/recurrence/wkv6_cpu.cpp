#include "engine/operations/recurrence/wkv6.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/recurrence/wkv6_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

// One token of one head for kVectors vectors of value channels: their sums stay in registers while the rows
// of the state pass by, each read and written once.
template <std::size_t kVectors, class D>
HWY_INLINE void wkv6Columns(D d, std::size_t n, const float* r, const float* k, const float* v,
                            const float* w, float bonus, float* state, float* y) {
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<D> values[kVectors];
    hn::Vec<D> sums[kVectors];
    for (std::size_t c = 0; c < kVectors; ++c) {
        values[c] = hn::LoadU(d, v + c * lanes);
        sums[c] = hn::Mul(hn::Set(d, bonus), values[c]);
    }
    for (std::size_t i = 0; i < n; ++i) {
        const auto ri = hn::Set(d, r[i]);
        const auto ki = hn::Set(d, k[i]);
        const auto wi = hn::Set(d, w[i]);
        float* row = state + i * n;
        for (std::size_t c = 0; c < kVectors; ++c) {
            const auto s = hn::LoadU(d, row + c * lanes);
            sums[c] = hn::MulAdd(ri, s, sums[c]);
            hn::StoreU(hn::MulAdd(wi, s, hn::Mul(ki, values[c])), d, row + c * lanes);
        }
    }
    for (std::size_t c = 0; c < kVectors; ++c)
        hn::StoreU(sums[c], d, y + c * lanes);
}

HWY_INLINE void wkv6Token(std::size_t n, const float* r, const float* k, const float* v, const float* w,
                          float bonus, float* state, float* y) {
    const hn::ScalableTag<float> d;
    const hn::CappedTag<float, 1> one;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t j = 0;
    for (; j + 4 * lanes <= n; j += 4 * lanes)
        wkv6Columns<4>(d, n, r, k, v + j, w, bonus, state + j, y + j);
    for (; j + lanes <= n; j += lanes)
        wkv6Columns<1>(d, n, r, k, v + j, w, bonus, state + j, y + j);
    for (; j < n; ++j)
        wkv6Columns<1>(one, n, r, k, v + j, w, bonus, state + j, y + j);
}

void wkv6Head(const Wkv6& op, std::size_t head) {
    const auto n = static_cast<std::size_t>(op.headSize);
    const std::size_t width = static_cast<std::size_t>(op.heads) * n;
    const std::size_t first = head * n;
    const float* bonus = op.bonus + first;
    float* state = op.state + head * n * n;
    HWY_ALIGN float decay[kMaxHeadSize];
    HWY_ALIGN float y[kMaxHeadSize];
    for (std::size_t t = 0; t < static_cast<std::size_t>(op.tokens); ++t) {
        const std::size_t at = t * width + first;
        const float* r = op.receptance + at;
        const float* k = op.key + at;
        if (t == 0 || !op.decayIsConstant) {
            const float* logit = op.decayLogit + (op.decayIsConstant ? first : at);
            forEachVector(n, [logit, out = &decay[0]](auto d, std::size_t i) HWY_ATTR {
                hn::StoreU(doubleExponentialDecay(d, hn::LoadU(d, logit + i)), d, out + i);
            });
        }
        const float current = sumOver(n, [=](auto d, std::size_t i) HWY_ATTR {
            return hn::Mul(hn::Mul(hn::LoadU(d, r + i), hn::LoadU(d, bonus + i)), hn::LoadU(d, k + i));
        });
        wkv6Token(n, r, k, op.value + at, decay, current, state, y);
        normaliseRow(y, op.groupNorm.weight + first, op.groupNorm.bias + first, op.groupNorm.epsilon, n, y);
        const float* gate = op.gate + at;
        float* output = op.output + at;
        forEachVector(n, [gate, output, in = &y[0]](auto d, std::size_t i) HWY_ATTR {
            const auto g = hn::LoadU(d, gate + i);
            const auto silu = hn::Mul(g, sigmoid(d, g));
            hn::StoreU(hn::Mul(hn::LoadU(d, in + i), silu), d, output + i);
        });
    }
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(wkv6Head);

void wkv6(const Wkv6& op, ThreadPool& pool) {
    assert(op.headSize <= kMaxHeadSize);
    const auto n = static_cast<std::size_t>(op.headSize);
    const auto runHead = HWY_DYNAMIC_DISPATCH(wkv6Head);
    splitWork(pool, static_cast<std::size_t>(op.heads), static_cast<std::size_t>(op.tokens) * n * (n + 32),
              [&](std::size_t begin, std::size_t end) {
                  for (std::size_t head = begin; head < end; ++head)
                      runHead(op, head);
              });
}

} // namespace engine::cpu
#endif
