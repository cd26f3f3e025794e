// decay-inl.h: the decay of RWKV-6, forward and backward.
// Source:  docs/spec/rwkv-models.md section 4. Shapes: [rows,width], but decay and dDecay [width].
// Backward: dDecay accumulates.
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_DECAY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_DECAY_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_DECAY_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_DECAY_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// x [rows,width] holds the low-rank part of the decay logits; becomes ln w = -exp(decay + x), and w beside
// it.
template <class Real> void decayForward(const Real* decay, int rows, int width, Real* x, Real* w) {
    for (int row = 0; row < rows; ++row, x += width, w += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            x[i] = -exponential(decay[i] + x[i]);
            w[i] = exponential(x[i]);
        }
    }
}
// From dLog, the gradient of ln w: that of the logit, an operand, and its sum into dDecay.
template <class Real, class Operand>
void decayBackward(const Real* logDecay, const Real* dLog, int rows, int width, Operand* out, Real* dDecay) {
    for (int row = 0; row < rows; ++row, logDecay += width, dLog += width, out += width) {
#pragma omp simd
        for (int i = 0; i < width; ++i) {
            const Real d = dLog[i] * logDecay[i];
            dDecay[i] += d;
            assign(out[i], d);
        }
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
