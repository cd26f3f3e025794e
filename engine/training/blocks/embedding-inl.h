// embedding-inl.h: the rows of the embedding, normed: what the first layer reads. Forward and backward.
// Source:  docs/spec/rwkv-models.md section 1. Letters: pass.h.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/ops/normalisation-inl.h"

#include <hwy/highway.h>

#include <cstring>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_EMBEDDING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_EMBEDDING_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_EMBEDDING_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_EMBEDDING_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct Embedding {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();

    // Tensors.
    const std::size_t table = plan.vector("emb.weight");               // [V,D]
    const std::size_t normWeight = plan.vector("blocks.0.ln0.weight"); // [D]
    const std::size_t normBias = plan.vector("blocks.0.ln0.bias");     // [D]

    // Kept from forward for backward.
    Real* const rows = plan.kept<Real>(n.M, n.D); // [M,D] of the table
    Real* const mean = plan.kept<Real>(n.M);      // [M]
    Real* const scale = plan.kept<Real>(n.M);     // [M]

    // Scratch.
    Real* const dRows = plan.kept<Real>(n.M, n.D); // [M,D]

    explicit Embedding(BlockPlan& blockPlan)
        : plan(blockPlan) {}

    // x [M,D] = LN0(emb[token]).
    void forward(Pass<Real, Operand>& pass, Real* x) {
        for (int row = 0; row < n.M; ++row)
            std::memcpy(rows + std::size_t(row) * n.D, pass.parameter(entry(pass, row)), n.D * sizeof(Real));
        layerNormForward(rows, pass.parameter(normWeight), pass.parameter(normBias), n.M, n.D, x, mean,
                         scale);
    }

    void backward(Pass<Real, Operand>& pass, const Real* dx) {
        layerNormBackward<false>(rows, dx, pass.parameter(normWeight), n.M, n.D, mean, scale, dRows,
                                 pass.gradient(normWeight), pass.gradient(normBias));
        for (int row = 0; row < n.M; ++row) {
            Real* to = pass.gradient(entry(pass, row));
            const Real* d = dRows + std::size_t(row) * n.D;
            for (int i = 0; i < n.D; ++i)
                to[i] += d[i];
        }
    }

private:
    // Where the table's row of a token stands.
    std::size_t entry(const Pass<Real, Operand>& pass, int row) const {
        return table + std::size_t(pass.batch.inputs[std::size_t(row)]) * n.D;
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
