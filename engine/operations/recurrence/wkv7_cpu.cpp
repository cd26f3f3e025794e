#include "engine/operations/recurrence/wkv7.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"
#include "engine/operations/recurrence/wkv6.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/recurrence/wkv7_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

// From this many tokens on, turning a head's state over and back costs less than it saves.
constexpr int kTokensWorthTurning = 16;
// The largest head that is transposed: 64 KiB on the stack.
constexpr std::size_t kMostTurned = 128;

// What one token of one head brings to the recurrence.
struct Wkv7Token {
    HWY_ALIGN float decay[kMaxHeadSize];     // w
    HWY_ALIGN float removal[kMaxHeadSize];   // a = -κ̂
    HWY_ALIGN float injection[kMaxHeadSize]; // b = κ̂ α
    HWY_ALIGN float key[kMaxHeadSize];       // k̃
    HWY_ALIGN float value[kMaxHeadSize];     // v
    HWY_ALIGN float y[kMaxHeadSize];
    float bonus; // Σ r k̃ bonus
};

HWY_INLINE void prepareToken(const Wkv7& op, std::size_t n, std::size_t at, std::size_t first,
                             Wkv7Token& token) {
    const float* key = op.key + at;
    const float* removalScale = op.removalScale + first;
    const float length = std::sqrt(sumOver(n, [=](auto d, std::size_t i) HWY_ATTR {
        const auto removal = hn::Mul(hn::LoadU(d, key + i), hn::LoadU(d, removalScale + i));
        return hn::Mul(removal, removal);
    }));
    const float inverseLength = 1.0f / std::max(length, 1e-12f);
    forEachVector(n, [&op, &token, at, first, key, removalScale, inverseLength](auto d,
                                                                                std::size_t i) HWY_ATTR {
        const auto rate = sigmoid(d, hn::LoadU(d, op.rateLogit + at + i));
        const auto logDecay =
            hn::Mul(hn::Set(d, kWkv7DecayScale), sigmoid(d, hn::LoadU(d, op.decayLogit + at + i)));
        const auto k = hn::LoadU(d, key + i);
        const auto removal = hn::Mul(hn::Mul(k, hn::LoadU(d, removalScale + i)), hn::Set(d, inverseLength));
        const auto one = hn::Set(d, 1.0f);
        const auto scale = hn::MulAdd(hn::Sub(rate, one), hn::LoadU(d, op.rateScale + first + i), one);
        hn::StoreU(hn::Exp(d, logDecay), d, token.decay + i);
        hn::StoreU(hn::Neg(removal), d, token.removal + i);
        hn::StoreU(hn::Mul(removal, rate), d, token.injection + i);
        hn::StoreU(hn::Mul(k, scale), d, token.key + i);
        auto value = hn::LoadU(d, op.value + at + i);
        if (op.valueMixLogit == nullptr) {
            hn::StoreU(value, d, op.firstLayerValue + at + i);
        } else {
            const auto mix = sigmoid(d, hn::LoadU(d, op.valueMixLogit + at + i));
            value = hn::MulAdd(hn::Sub(hn::LoadU(d, op.firstLayerValue + at + i), value), mix, value);
        }
        hn::StoreU(value, d, token.value + i);
    });
    const float* receptance = op.receptance + at;
    const float* bonus = op.bonus + first;
    token.bonus = sumOver(n, [receptance, bonus, k = &token.key[0]](auto d, std::size_t i) HWY_ATTR {
        return hn::Mul(hn::Mul(hn::LoadU(d, receptance + i), hn::LoadU(d, k + i)), hn::LoadU(d, bonus + i));
    });
}

// Each row of the state (one value channel) is read twice, the second time from the nearest cache, and
// written once.
HWY_INLINE void wkv7Recurrence(std::size_t n, const float* r, Wkv7Token& token, float* state) {
    for (std::size_t i = 0; i < n; ++i) {
        float* row = state + i * n;
        const float removed = dot(row, token.removal, n);
        const float value = token.value[i];
        token.y[i] = sumOver(n, [&token, r, row, removed, value](auto d, std::size_t j) HWY_ATTR {
            auto s = hn::Mul(hn::LoadU(d, row + j), hn::LoadU(d, token.decay + j));
            s = hn::MulAdd(hn::Set(d, removed), hn::LoadU(d, token.injection + j), s);
            s = hn::MulAdd(hn::Set(d, value), hn::LoadU(d, token.key + j), s);
            hn::StoreU(s, d, row + j);
            return hn::Mul(s, hn::LoadU(d, r + j));
        });
    }
}

// The same on the state transposed, [j,i], for kVectors vectors of value channels from `i` on: nothing is
// summed across a vector, and the sums stay in registers while the key channels pass by.
template <std::size_t kVectors, class D>
HWY_INLINE void wkv7Columns(D d, std::size_t n, const float* r, Wkv7Token& token, std::size_t i,
                            float* turned) {
    const std::size_t lanes = hn::Lanes(d);
    hn::Vec<D> removed[kVectors];
    hn::Vec<D> values[kVectors];
    hn::Vec<D> sums[kVectors];
    for (std::size_t c = 0; c < kVectors; ++c) {
        removed[c] = sums[c] = hn::Zero(d);
        values[c] = hn::LoadU(d, token.value + i + c * lanes);
    }
    for (std::size_t j = 0; j < n; ++j) {
        const auto removal = hn::Set(d, token.removal[j]);
        const float* row = turned + j * n + i;
        for (std::size_t c = 0; c < kVectors; ++c)
            removed[c] = hn::MulAdd(removal, hn::LoadU(d, row + c * lanes), removed[c]);
    }
    for (std::size_t j = 0; j < n; ++j) {
        const auto decay = hn::Set(d, token.decay[j]);
        const auto injection = hn::Set(d, token.injection[j]);
        const auto key = hn::Set(d, token.key[j]);
        const auto receptance = hn::Set(d, r[j]);
        float* row = turned + j * n + i;
        for (std::size_t c = 0; c < kVectors; ++c) {
            auto s = hn::Mul(decay, hn::LoadU(d, row + c * lanes));
            s = hn::MulAdd(injection, removed[c], s);
            s = hn::MulAdd(key, values[c], s);
            hn::StoreU(s, d, row + c * lanes);
            sums[c] = hn::MulAdd(receptance, s, sums[c]);
        }
    }
    for (std::size_t c = 0; c < kVectors; ++c)
        hn::StoreU(sums[c], d, token.y + i + c * lanes);
}

HWY_INLINE void wkv7Turned(std::size_t n, const float* r, Wkv7Token& token, float* turned) {
    const hn::ScalableTag<float> d;
    const hn::CappedTag<float, 1> one;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes)
        wkv7Columns<4>(d, n, r, token, i, turned);
    for (; i + lanes <= n; i += lanes)
        wkv7Columns<1>(d, n, r, token, i, turned);
    for (; i < n; ++i)
        wkv7Columns<1>(one, n, r, token, i, turned);
}

HWY_INLINE void turnOver(std::size_t n, const float* from, float* to) {
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            to[i * n + j] = from[j * n + i];
}

void wkv7Head(const Wkv7& op, std::size_t head) {
    const auto n = static_cast<std::size_t>(op.headSize);
    const std::size_t width = static_cast<std::size_t>(op.heads) * n;
    const std::size_t first = head * n;
    float* state = op.state + head * n * n;
    HWY_ALIGN float turned[kMostTurned * kMostTurned];
    const bool isTurned = op.tokens >= kTokensWorthTurning && n <= kMostTurned;
    if (isTurned)
        turnOver(n, state, turned);
    Wkv7Token token;
    for (std::size_t t = 0; t < static_cast<std::size_t>(op.tokens); ++t) {
        const std::size_t at = t * width + first;
        prepareToken(op, n, at, first, token);
        if (isTurned)
            wkv7Turned(n, op.receptance + at, token, turned);
        else
            wkv7Recurrence(n, op.receptance + at, token, state);
        normaliseRow(token.y, op.groupNorm.weight + first, op.groupNorm.bias + first, op.groupNorm.epsilon, n,
                     token.y);
        const float* gate = op.gate + at;
        float* output = op.output + at;
        forEachVector(n, [&token, gate, output](auto d, std::size_t i) HWY_ATTR {
            const auto bonus = hn::Set(d, token.bonus);
            const auto o = hn::MulAdd(bonus, hn::LoadU(d, token.value + i), hn::LoadU(d, token.y + i));
            hn::StoreU(hn::Mul(o, hn::LoadU(d, gate + i)), d, output + i);
        });
    }
    if (isTurned)
        turnOver(n, turned, state);
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine::cpu {

HWY_EXPORT(wkv7Head);

void wkv7(const Wkv7& op, ThreadPool& pool) {
    assert(op.headSize <= kMaxHeadSize);
    const auto n = static_cast<std::size_t>(op.headSize);
    const auto runHead = HWY_DYNAMIC_DISPATCH(wkv7Head);
    splitWork(pool, static_cast<std::size_t>(op.heads),
              static_cast<std::size_t>(op.tokens) * n * (2 * n + 64),
              [&](std::size_t begin, std::size_t end) {
                  for (std::size_t head = begin; head < end; ++head)
                      runHead(op, head);
              });
}

} // namespace engine::cpu
#endif
