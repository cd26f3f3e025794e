// cross_entropy-inl.h: the loss and its gradient with respect to the logits.
// Source:  docs/spec/rwkv-models.md section 12 (cross-entropy; the logit pull exists in the gradient only),
//          docs/spec/rwkv-x.md section 6 (LongCE).
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <algorithm>
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

// What the loss of each row counts for: arrays [rows], or null. TrainingBatch says what they are.
template <class Real> struct RowLosses {
    const Real* weights = nullptr;
    const Real* shortLosses = nullptr;
    Real* kept = nullptr;
};

inline constexpr double kLargestLongWeight = 10;

// Of a row whose target has the loss `own`.
template <class Real> double rowWeight(const RowLosses<Real>& losses, int row, double own) {
    const double weight = losses.weights ? double(losses.weights[row]) : 1;
    if (losses.shortLosses == nullptr || losses.shortLosses[row] < Real(0))
        return weight;
    return weight * std::min(std::exp(double(losses.shortLosses[row]) - own), kLargestLongWeight);
}

// logits [rows,vocabulary] are used up; targets below 0 count for nothing. Returns the sum of -ln p(target),
// each times its row's weight w. gradient [rows,vocabulary; rows `stride` apart] = w scale (softmax -
// target), plus w scale pull max at the largest logit; w itself is not differentiated.
template <class Real, class Operand>
double crossEntropy(Real* logits, const int* targets, int rows, int vocabulary, Real scale, Real pull,
                    const RowLosses<Real>& losses, Operand* gradient, std::size_t stride) {
    double loss = 0;
    for (int row = 0; row < rows; ++row, logits += vocabulary, gradient += stride) {
        if (losses.kept)
            losses.kept[row] = Real(0);
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
        const double own =
            std::log(static_cast<double>(sum)) + static_cast<double>(largest) - static_cast<double>(target);
        if (losses.kept)
            losses.kept[row] = Real(own);
        const double weight = rowWeight(losses, row, own);
        loss += weight * own;
        const Real weighted = Real(weight) * scale, share = weighted / sum;
#pragma omp simd
        for (int i = 0; i < vocabulary; ++i)
            assign(gradient[i], logits[i] * share);
        const int at = targets[row];
        assign(gradient[at], logits[at] * share - weighted);
        if (first >= 0)
            assign(gradient[first], toReal(gradient[first]) + weighted * pull * largest);
    }
    return loss;
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
