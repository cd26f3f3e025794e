// receptance-inl.h: the receptance that gates channel mixing, forward and backward.
// Source:  docs/spec/rwkv-models.md section 2. Arrays of `count` values; gradients are written.
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_RECEPTANCE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_RECEPTANCE_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_RECEPTANCE_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_RECEPTANCE_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// receptance becomes sigma(receptance); out = x + sigma(receptance) value.
template <class Real>
void receptanceForward(const Real* x, const Real* value, std::size_t count, Real* receptance, Real* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        receptance[i] = sigmoid(receptance[i]);
        out[i] = x[i] + receptance[i] * value[i];
    }
}
template <class Real, class Operand>
void receptanceBackward(const Real* d, const Real* receptance, const Real* value, std::size_t count,
                        Operand* dReceptance, Operand* dValue) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const Real s = receptance[i];
        assign(dValue[i], d[i] * s);
        assign(dReceptance[i], d[i] * value[i] * s * (Real(1) - s));
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
