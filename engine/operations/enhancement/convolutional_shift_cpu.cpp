#include "engine/operations/enhancement/convolutional_shift.h"

#include "engine/cpu/simd_targets.h"
#include "engine/cpu/work_split.h"

#include <cassert>
#include <cmath>
#include <cstring>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/operations/enhancement/convolutional_shift_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include "engine/cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace engine {
namespace HWY_NAMESPACE {

void convolveToken(const ConvolutionalShift& op, std::size_t t,
                   const std::array<float, kPositionFeatures>& features) {
    const auto width = static_cast<std::size_t>(op.width);
    const float* h = op.stream + t * width;
    float* shifted = op.routed + t * 2 * width + width;
    std::memcpy(op.routed + t * 2 * width, h, width * sizeof(float));
    const float* before[kMaxConvolutionTaps];
    for (std::size_t k = 0; k < static_cast<std::size_t>(op.taps); ++k)
        before[k] = op.earlier.before(op.stream, width, t, k + 1);
    forEachVector(width, [&op, &features, &before, shifted, width](auto d, std::size_t i) HWY_ATTR {
        auto sum = hn::Zero(d);
        for (std::size_t k = 0; k < static_cast<std::size_t>(op.taps); ++k) {
            auto tap = hn::LoadU(d, op.kernel + k * width + i);
            for (std::size_t j = 0; j < kPositionFeatures; ++j) {
                const float* position = op.position + (k * kPositionFeatures + j) * width + i;
                tap = hn::MulAdd(hn::Set(d, features[j]), hn::LoadU(d, position), tap);
            }
            sum = hn::MulAdd(tap, hn::LoadU(d, before[k] + i), sum);
        }
        hn::StoreU(sum, d, shifted + i);
    });
}

} // namespace HWY_NAMESPACE
} // namespace engine
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace engine {

std::array<float, kPositionFeatures> positionFeatures(std::int64_t t) {
    // Reduced modulo the period before the float arithmetic, so that a position in the millions is as exact
    // as the first.
    const auto angle = [t](std::int64_t period) {
        return 2.0 * std::numbers::pi * static_cast<double>(t % period) / static_cast<double>(period);
    };
    return {static_cast<float>(1.0 / (1.0 + static_cast<double>(t) / 64.0)),
            static_cast<float>(std::sin(angle(16))), static_cast<float>(std::cos(angle(16))),
            static_cast<float>(std::sin(angle(256))), static_cast<float>(std::cos(angle(256)))};
}

namespace cpu {

HWY_EXPORT(convolveToken);

void convolutionalShift(const ConvolutionalShift& op, ThreadPool& pool) {
    assert(op.taps <= kMaxConvolutionTaps);
    const auto convolve = HWY_DYNAMIC_DISPATCH(convolveToken);
    const std::size_t steps =
        static_cast<std::size_t>(op.width) * static_cast<std::size_t>(op.taps) * (kPositionFeatures + 1);
    splitWork(pool, static_cast<std::size_t>(op.tokens), steps, [&](std::size_t begin, std::size_t end) {
        for (std::size_t t = begin; t < end; ++t)
            convolve(op, t, positionFeatures(op.firstPosition + static_cast<std::int64_t>(t)));
    });
}

} // namespace cpu
} // namespace engine
#endif
