// chunk_attention-inl.h: the parts of sparse attention that are no matrix products: which chunks a token
// reads, and the softmax over scores that come tile by tile.
// Source:  docs/spec/rwkv-x.md section 2.
// Letters: T tokens of a window, N channels of a head, B tokens of a chunk; a head's rows are `stride` apart.
#include "engine/training/ops/vector_math-inl.h"
#include "engine/training/products/operand.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#if defined(INKGATE_ENGINE_TRAINING_OPS_CHUNK_ATTENTION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_CHUNK_ATTENTION_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_CHUNK_ATTENTION_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_CHUNK_ATTENTION_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// sums [chunks,N]: the keys of each complete chunk added up, one token after another, as inference does it.
template <class Real>
void sumKeys(const Real* keys, std::size_t stride, int chunks, int chunk, int n, Real* sums) {
    for (int i = 0; i < chunks; ++i, sums += n) {
        std::fill_n(sums, n, Real(0));
        for (int t = 0; t < chunk; ++t, keys += stride)
#pragma omp simd
            for (int c = 0; c < n; ++c)
                sums[c] += keys[c];
    }
}

// The `most` chunks before number `end` whose sums fit `query` [N] best, of equal ones the earlier. Returns
// how many; chosen [most] is in order of fit, scores [most] is scratch.
template <class Real>
int chooseChunks(const Real* query, const Real* sums, int end, int n, int most, int* chosen, Real* scores) {
    int count = 0;
    for (int i = 0; i < end && most > 0; ++i, sums += n) {
        Real score = 0;
#pragma omp simd reduction(+ : score)
        for (int c = 0; c < n; ++c)
            score += query[c] * sums[c];
        int at = count;
        while (at > 0 && score > scores[at - 1])
            --at;
        if (at == most)
            continue;
        count = std::min(count + 1, most);
        for (int j = count - 1; j > at; --j) {
            chosen[j] = chosen[j - 1];
            scores[j] = scores[j - 1];
        }
        chosen[at] = i;
        scores[at] = score;
    }
    return count;
}

// A softmax over scores that come in pieces: the largest one so far, and the sum of e^(score - largest).
template <class Real> struct RunningSoftmax {
    Real largest = Real(-1e30);
    Real sum = 0;
};

// `count` scores more. shares [width] become e^(score - largest) and 0 from `count` on; returns what the
// sums of shares so far have to be multiplied by.
template <class Real, class Operand>
Real addScores(const Real* scores, int count, int width, RunningSoftmax<Real>& softmax, Operand* shares) {
    Real largest = softmax.largest;
#pragma omp simd reduction(max : largest)
    for (int j = 0; j < count; ++j)
        largest = scores[j] > largest ? scores[j] : largest;
    const Real factor = exponential(softmax.largest - largest);
    Real sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int j = 0; j < count; ++j) {
        const Real share = exponential(scores[j] - largest);
        assign(shares[j], share);
        sum += share;
    }
    for (int j = count; j < width; ++j)
        assign(shares[j], Real(0));
    softmax.largest = largest;
    softmax.sum = softmax.sum * factor + sum;
    return factor;
}

// The backward pass of one row: shares p = e^(score - lse) and the scores' gradient p (dShare - delta), where
// lse is the logarithm of the softmax's sum and delta the sum of p dShare over the whole row. Both are 0 from
// `count` on.
template <class Real, class Operand>
void scoresBackward(const Real* scores, const Real* dShares, Real lse, Real delta, int count, int width,
                    Operand* shares, Operand* dScores) {
#pragma omp simd
    for (int j = 0; j < count; ++j) {
        const Real share = exponential(scores[j] - lse);
        assign(shares[j], share);
        assign(dScores[j], share * (dShares[j] - delta));
    }
    for (int j = count; j < width; ++j) {
        assign(shares[j], Real(0));
        assign(dScores[j], Real(0));
    }
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
