// embedding-inl.h: the rows of the embedding, normed: what the first layer reads. Forward and backward.
// Source:  docs/spec/rwkv-models.md section 1. Letters: pass.h.
#include "engine/model/enhancement_state.h"
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/enhancement/routing_sources-inl.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/ops/normalisation-inl.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

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
    const WeightMatrix table = plan.matrix("emb.weight");              // [V,D]
    const std::size_t normWeight = plan.vector("blocks.0.ln0.weight"); // [D]
    const std::size_t normBias = plan.vector("blocks.0.ln0.bias");     // [D]

    // Kept from forward for backward.
    Real* const rows = plan.kept<Real>(n.M, n.D); // [M,D] of the table
    Real* const mean = plan.kept<Real>(n.M);      // [M]
    Real* const scale = plan.kept<Real>(n.M);     // [M]

    // For enhancements that route it (section 3a of enhanced-rwkv.md): the last row is carried on.
    const bool isRouted = embeddingRows(plan.config().enhancement) > 0;
    const std::optional<SharedEmbedding<Real>> routed =
        isRouted ? std::optional(SharedEmbedding<Real>(plan)) : std::nullopt;
    const std::size_t carried = isRouted ? plan.carry(std::size_t(n.D)) : 0; // [D] of the state

    // Scratch.
    Real* const dRows = plan.kept<Real>(n.M, n.D); // [M,D]

    explicit Embedding(BlockPlan& blockPlan)
        : plan(blockPlan) {}

    // x [M,D] = LN0(emb[token]).
    void forward(Pass<Real, Operand>& pass, Real* x) {
        for (int row = 0; row < n.M; ++row) {
            Real* const to = rows + std::size_t(row) * n.D;
            if (table.isFrozen)
                pass.frozen->values(entry(pass, row), std::size_t(n.D), to);
            else
                std::memcpy(to, pass.parameter(entry(pass, row)), n.D * sizeof(Real));
        }
        layerNormForward(rows, pass.parameter(normWeight), pass.parameter(normBias), n.M, n.D, x, mean,
                         scale);
        if (isRouted)
            handOn(pass, x);
    }

    // dx [M,D]; what layers have added to routed->dx0 joins it.
    void backward(Pass<Real, Operand>& pass, Real* dx) {
        if (isRouted)
            for (std::size_t i = 0; i < n.plane(); ++i)
                dx[i] += std::exchange(routed->dx0[i], Real(0)); // for the next pass
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
    void handOn(Pass<Real, Operand>& pass, const Real* x) {
        const std::size_t window = std::size_t(n.T) * n.D, row = std::size_t(n.D);
        for (int q = 0; q < n.B; ++q) {
            Real* const rowsOfSequence = routed->x0 + std::size_t(q) * (row + window);
            Real* const state = pass.carried(q, carried);
            std::copy_n(state, row, rowsOfSequence);
            std::copy_n(x + std::size_t(q) * window, window, rowsOfSequence + row);
            std::copy_n(rowsOfSequence + window, row, state);
        }
    }

    // Where the table's row of a token stands.
    std::size_t entry(const Pass<Real, Operand>& pass, int row) const {
        return table.offset + std::size_t(pass.batch.inputs[std::size_t(row)]) * n.D;
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
