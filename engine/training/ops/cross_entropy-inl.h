// cross_entropy-inl.h: the loss and its gradient with respect to the logits.
// Source:  docs/spec/rwkv-models.md section 12 (cross-entropy; the logit pull exists in the gradient only).
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_CROSS_ENTROPY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_CROSS_ENTROPY_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_CROSS_ENTROPY_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_CROSS_ENTROPY_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// logits [rows,vocabulary] are used up; targets below 0 count for nothing. Returns the sum of -ln p(target).
// gradient [rows,vocabulary; rows `stride` apart] = scale (softmax - target), plus scale pull max at the
// largest logit.
template <class Real, class Operand>
double crossEntropy(Real* logits, const int* targets, int rows, int vocabulary, Real scale, Real pull,
                    Operand* gradient, std::size_t stride) {
    double loss = 0;
    for (int row = 0; row < rows; ++row, logits += vocabulary, gradient += stride) {
        if (targets[row] < 0) {
            for (int i = 0; i < vocabulary; ++i)
                assign(gradient[i], Real(0));
            continue;
        }
        Real largest = logits[0];
#pragma omp simd reduction(max : largest)
        for (int i = 0; i < vocabulary; ++i)
            largest = logits[i] > largest ? logits[i] : largest;
        const Real target = logits[targets[row]];
        int first = -1;
        if (pull != Real(0)) {
            first = 0;
            while (logits[first] != largest)
                ++first;
        }
        Real sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int i = 0; i < vocabulary; ++i) {
            logits[i] = exponential(logits[i] - largest);
            sum += logits[i];
        }
        loss +=
            std::log(static_cast<double>(sum)) + static_cast<double>(largest) - static_cast<double>(target);
        const Real share = scale / sum;
#pragma omp simd
        for (int i = 0; i < vocabulary; ++i)
            assign(gradient[i], logits[i] * share);
        const int at = targets[row];
        assign(gradient[at], logits[at] * share - scale);
        if (first >= 0)
            assign(gradient[first], toReal(gradient[first]) + scale * pull * largest);
    }
    return loss;
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
