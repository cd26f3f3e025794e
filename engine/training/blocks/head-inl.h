// head-inl.h: the final norm, the logits, and the loss. Forward and backward.
// Source:  docs/spec/rwkv-models.md sections 1 and 12. Letters: pass.h.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/ops/cross_entropy-inl.h"
#include "engine/training/ops/normalisation-inl.h"
#include "engine/training/products/matrix_operands.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_HEAD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_HEAD_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_HEAD_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_HEAD_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Rows of logits made at a time: 512 rows of 8192 float32 stay in the last-level cache.
inline constexpr int kHeadRows = 512;

template <class Real, class Operand> struct Head {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const int chunk = std::min(n.M, kHeadRows); // C

    // Elements from one row of the logits' gradient to the next, V': a cache line more than V. Rows that are
    // a power of two apart share their places in the cache, which halves the rate of the product with the
    // transposed gradient.
    const int stride = n.V + 64 / int(sizeof(Operand));

    // Tensors.
    const std::size_t normWeight = plan.vector("ln_out.weight"); // [D]
    const std::size_t normBias = plan.vector("ln_out.bias");     // [D]
    const WeightMatrix head = plan.matrix("head.weight");        // [V,D]

    // Kept from forward for backward.
    Real* const mean = plan.kept<Real>(n.M);         // [M]
    Real* const scale = plan.kept<Real>(n.M);        // [M]
    Real* const dNormed = plan.kept<Real>(n.M, n.D); // [M,D] gradient of `normed`

    // Scratch.
    Operand* const normed = plan.kept<Operand>(n.M, n.D);       // [M,D] LN(x)
    Real* const logits = plan.kept<Real>(chunk, n.V);           // [C,V]
    Operand* const dLogits = plan.kept<Operand>(chunk, stride); // [C,V'] gradient of the logits

    explicit Head(BlockPlan& blockPlan)
        : plan(blockPlan) {}

    // x [M,D]; returns the sum of -ln p(target), weighted. Logits are too many to keep, so the products of
    // their backward pass follow at once.
    double forward(Pass<Real, Operand>& pass, const Real* x) {
        layerNormForward(x, pass.parameter(normWeight), pass.parameter(normBias), n.M, n.D, normed, mean,
                         scale);
        double loss = 0;
        for (int first = 0; first < n.M; first += chunk) {
            const int rows = std::min(chunk, n.M - first);
            loss += forwardRows(pass, first, rows);
            if (pass.gradients)
                backwardRows(pass, first, rows);
        }
        return loss;
    }

    // dx [M,D] is written.
    void backward(Pass<Real, Operand>& pass, const Real* x, Real* dx) {
        layerNormBackward<false>(x, dNormed, pass.parameter(normWeight), n.M, n.D, mean, scale, dx,
                                 pass.gradient(normWeight), pass.gradient(normBias));
    }

private:
    double forwardRows(Pass<Real, Operand>& pass, int first, int rows) {
        const Operand* x = normed + std::size_t(first) * n.D;
        matrixProduct<Real, Operand>({rows, n.V, n.D}, {x, n.D, false}, {pass.operand(head), n.D, true},
                                     logits, n.V, false);
        const TrainingBatch<Real>& batch = pass.batch;
        if (!batch.keptLogits.empty())
            std::memcpy(batch.keptLogits.data() + std::size_t(first) * n.V, logits,
                        std::size_t(rows) * n.V * sizeof(Real));
        const auto rowsOf = [first](auto values) { return values.empty() ? nullptr : values.data() + first; };
        const RowLosses<Real> losses{rowsOf(batch.weights), rowsOf(batch.shortLosses),
                                     rowsOf(batch.keptLosses)};
        return crossEntropy(logits, batch.targets.data() + first, rows, n.V, batch.scale, batch.logitPull,
                            losses, dLogits, std::size_t(stride));
    }

    void backwardRows(Pass<Real, Operand>& pass, int first, int rows) {
        const Operand* x = normed + std::size_t(first) * n.D;
        matrixProduct<Real, Operand>({rows, n.D, n.V}, {dLogits, stride, false},
                                     {pass.operand(head), n.D, false}, dNormed + std::size_t(first) * n.D,
                                     n.D, false);
        if (head.hasGradient)
            matrixProduct<Real, Operand>({n.V, n.D, rows}, {dLogits, stride, true}, {x, n.D, false},
                                         pass.gradient(head.offset), n.D, true);
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
