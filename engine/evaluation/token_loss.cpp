#include "engine/evaluation/token_loss.h"

#include "engine/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/evaluation/token_loss.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace {

namespace hn = hwy::HWY_NAMESPACE;

float largestLogit(const float* values, std::size_t count) {
    const hn::ScalableTag<float> d;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    float result = values[0];
    if (count >= lanes) {
        auto best = hn::LoadU(d, values);
        for (i = lanes; i + lanes <= count; i += lanes)
            best = hn::Max(best, hn::LoadU(d, values + i));
        result = hn::GetLane(hn::MaxOfLanes(d, best));
    }
    for (; i < count; ++i)
        result = std::max(result, values[i]);
    return result;
}

// Sum of exp(value - offset). Runs of this many values are summed in float32 and the runs in double, so that
// a vocabulary of 65536 loses no more than one of 1024.
constexpr std::size_t kRun = 1024;

double sumOfExponentials(const float* values, std::size_t count, float offset) {
    const hn::ScalableTag<float> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto shift = hn::Set(d, offset);
    double total = 0;
    std::size_t i = 0;
    while (i + lanes <= count) {
        const std::size_t end = std::min(count, i + kRun);
        auto sum = hn::Zero(d);
        for (; i + lanes <= end; i += lanes) {
            // Highway's exponential makes a number of what is none.
            const auto exponent = hn::Sub(hn::LoadU(d, values + i), shift);
            sum = hn::Add(sum, hn::IfThenElse(hn::IsNaN(exponent), exponent, hn::Exp(d, exponent)));
        }
        total += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
    }
    for (; i < count; ++i)
        total += std::exp(static_cast<double>(values[i] - offset));
    return total;
}

} // namespace

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine {

HWY_EXPORT(largestLogit);
HWY_EXPORT(sumOfExponentials);

double tokenLoss(std::span<const float> logits, int target) {
    assert(target >= 0 && static_cast<std::size_t>(target) < logits.size());
    const float offset = HWY_DYNAMIC_DISPATCH(largestLogit)(logits.data(), logits.size());
    const double sum = HWY_DYNAMIC_DISPATCH(sumOfExponentials)(logits.data(), logits.size(), offset);
    return std::log(sum) - static_cast<double>(logits[static_cast<std::size_t>(target)] - offset);
}

} // namespace engine
#endif
