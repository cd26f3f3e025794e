// vector_loop-inl.h: what the float32 loops of this folder share: iteration with tails, reductions, the
// logistic function, and the statistics of a row. Included once per instruction set, after
// hwy/foreach_target.h.
// A body is a generic lambda (auto d, size_t i) marked HWY_ATTR; it is called with a whole vector's tag and
// then, for the rest of the row, with a tag of one lane, so no memory beyond the row is touched.

#if defined(ENGINE_CPU_VECTOR_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ENGINE_CPU_VECTOR_LOOP_INL_H_
#undef ENGINE_CPU_VECTOR_LOOP_INL_H_
#else
#define ENGINE_CPU_VECTOR_LOOP_INL_H_
#endif

#include <cmath>
#include <cstddef>

#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Body> HWY_INLINE void forEachVector(std::size_t count, Body body) {
    const hn::ScalableTag<float> d;
    const hn::CappedTag<float, 1> one;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        body(d, i);
    for (; i < count; ++i)
        body(one, i);
}

// The sum of body(d, i) over all vectors of a row of `count` values.
template <class Body> HWY_INLINE float sumOver(std::size_t count, Body body) {
    const hn::ScalableTag<float> d;
    const hn::CappedTag<float, 1> one;
    const std::size_t lanes = hn::Lanes(d);
    auto sum0 = hn::Zero(d);
    auto sum1 = hn::Zero(d);
    std::size_t i = 0;
    for (; i + 2 * lanes <= count; i += 2 * lanes) {
        sum0 = hn::Add(sum0, body(d, i));
        sum1 = hn::Add(sum1, body(d, i + lanes));
    }
    for (; i + lanes <= count; i += lanes)
        sum0 = hn::Add(sum0, body(d, i));
    float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(sum0, sum1)));
    for (; i < count; ++i)
        sum += hn::GetLane(body(one, i));
    return sum;
}

HWY_INLINE float dot(const float* a, const float* b, std::size_t count) {
    return sumOver(count, [=](auto d, std::size_t i)
                              HWY_ATTR { return hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i)); });
}

// 1/(1+e^-x) without overflow at either end: exactly 0 for very negative x, so that a gate can be closed
// entirely.
template <class D> HWY_INLINE hn::Vec<D> sigmoid(D d, hn::Vec<D> x) {
    const auto one = hn::Set(d, 1.0f);
    const auto e = hn::Exp(d, hn::Neg(hn::Abs(x))); // in [0, 1]
    const auto numerator = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one);
    return hn::Div(numerator, hn::Add(one, e));
}

// e^(-e^x), the decay of RWKV-5 and 6. Beyond 80 the inner exponential is clamped; the result is 0 long
// before that.
template <class D> HWY_INLINE hn::Vec<D> doubleExponentialDecay(D d, hn::Vec<D> x) {
    const auto inner = hn::Exp(d, hn::Min(x, hn::Set(d, 80.0f)));
    return hn::Exp(d, hn::Neg(inner));
}

struct RowStatistics {
    float mean = 0;
    float inverseDeviation = 0; // 1/sqrt(variance + epsilon), biased variance
};

HWY_INLINE RowStatistics rowStatistics(const float* row, std::size_t count, float epsilon) {
    const auto n = static_cast<float>(count);
    const float mean =
        sumOver(count, [=](auto d, std::size_t i) HWY_ATTR { return hn::LoadU(d, row + i); }) / n;
    const float variance = sumOver(count,
                                   [=](auto d, std::size_t i) HWY_ATTR {
                                       const auto centred = hn::Sub(hn::LoadU(d, row + i), hn::Set(d, mean));
                                       return hn::Mul(centred, centred);
                                   }) /
                           n;
    return {mean, 1.0f / std::sqrt(variance + epsilon)};
}

// output = (row - mean) / deviation * weight + bias; output may be row.
HWY_INLINE void normaliseRow(const float* row, const float* weight, const float* bias, float epsilon,
                             std::size_t count, float* output) {
    const RowStatistics statistics = rowStatistics(row, count, epsilon);
    forEachVector(count, [=](auto d, std::size_t i) HWY_ATTR {
        const auto centred = hn::Sub(hn::LoadU(d, row + i), hn::Set(d, statistics.mean));
        const auto scaled = hn::Mul(centred, hn::Set(d, statistics.inverseDeviation));
        hn::StoreU(hn::MulAdd(scaled, hn::LoadU(d, weight + i), hn::LoadU(d, bias + i)), d, output + i);
    });
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#endif
