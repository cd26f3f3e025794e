// routing_sources-inl.h: the sources of routing beside the convolution: means of the past, the embeddings of
// this token and the one before, and rows of a table of the layer's own. Forward and backward.
// Source:  docs/spec/enhanced-rwkv.md section 3a. Letters: pass.h; S means of a layer.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/ops/routing_sources-inl.h"

#include <hwy/highway.h>

#include <cstring>
#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ROUTING_SOURCES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ROUTING_SOURCES_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ROUTING_SOURCES_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ROUTING_SOURCES_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct RoutedMeans {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const EnhancementConfig& config = plan.config().enhancement;
    const int S = config.scales;

    // Tensors.
    const std::size_t weight; // [S,D]

    const std::size_t carried = plan.carry(std::size_t(S) * n.D); // [S,D] of the state: R

    // Kept from forward for backward.
    Real* const starts = plan.kept<Real>(n.B, S, n.D); // [B,S,D] R before the window

    // Scratch.
    Real* const means = plan.shared<Real>("enhance.means", n.T, n.D); // [T,D]
    Real* const dMean = plan.shared<Real>("enhance.dMean", n.D);      // [D]

    RoutedMeans(BlockPlan& blockPlan, const std::string& enhance)
        : plan(blockPlan)
        , weight(plan.vector(enhance + "scale.weight")) {}

    // h, s [M,D].
    void forward(Pass<Real, Operand>& pass, const Real* h, Real* s) {
        for (int q = 0; q < n.B; ++q) {
            const std::size_t window = std::size_t(q) * n.T * n.D;
            Real* const state = pass.carried(q, carried);
            std::memcpy(starts + std::size_t(q) * S * n.D, state, std::size_t(S) * n.D * sizeof(Real));
            for (int m = 0; m < S; ++m)
                meanForward(h + window, pass.parameter(weight) + std::size_t(m) * n.D, decay(m), n.T, n.D,
                            state + std::size_t(m) * n.D, s + window);
        }
    }

    // h [M,D] by sequences that stand `stride` values apart; ds, dh [M,D]. Adds to dh.
    void backward(Pass<Real, Operand>& pass, const Real* h, std::size_t stride, const Real* ds, Real* dh) {
        for (int q = 0; q < n.B; ++q) {
            const std::size_t window = std::size_t(q) * n.T * n.D;
            for (int m = 0; m < S; ++m) {
                const std::size_t row = std::size_t(m) * n.D;
                meanBackward(h + std::size_t(q) * stride, pass.parameter(weight) + row, decay(m),
                             starts + std::size_t(q) * S * n.D + row, ds + window, n.T, n.D, means, dMean,
                             dh + window, pass.gradient(weight) + row);
            }
        }
    }

private:
    Real decay(int m) const { return Real(config.decays[std::size_t(m)]); }
};

// What layers read of the embedding (embedding-inl.h), and what they add to its gradient.
template <class Real> struct SharedEmbedding {
    Real* x0;  // [B,1+T,D]: in each sequence first the row of the token before the window
    Real* dx0; // [M,D]

    explicit SharedEmbedding(BlockPlan& plan)
        : x0(plan.shared<Real>("embedding.x0", plan.sizes().B, 1 + plan.sizes().T, plan.sizes().D))
        , dx0(plan.shared<Real>("embedding.dx0", plan.sizes().M, plan.sizes().D)) {}
};

template <class Real, class Operand> struct RoutedEmbedding {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();

    // Tensors.
    const std::size_t weight; // [2,D]

    // Handed on.
    const SharedEmbedding<Real> embedding{plan};

    RoutedEmbedding(BlockPlan& blockPlan, const std::string& enhance)
        : plan(blockPlan)
        , weight(plan.vector(enhance + "embedding.weight")) {}

    // s [M,D].
    void forward(Pass<Real, Operand>& pass, Real* s) {
        for (int q = 0; q < n.B; ++q)
            embeddingShiftForward(rows(q), pass.parameter(weight), n.T, n.D, s + window(q));
    }

    // ds [M,D]. Adds to the embedding's gradient.
    void backward(Pass<Real, Operand>& pass, const Real* ds) {
        for (int q = 0; q < n.B; ++q)
            embeddingShiftBackward(rows(q), pass.parameter(weight), ds + window(q), n.T, n.D,
                                   embedding.dx0 + window(q), pass.gradient(weight));
    }

private:
    const Real* rows(int q) const { return embedding.x0 + std::size_t(q) * (1 + n.T) * n.D; }
    std::size_t window(int q) const { return std::size_t(q) * n.T * n.D; }
};

// What a table of the layer's own has for this token and for the one before.
template <class Real, class Operand> struct RoutedRows {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();

    // Tensors.
    const std::size_t table; // [V,2D]: what a token adds to its own row, and to the next

    const std::size_t carried =
        plan.carry(std::size_t(n.D)); // [D] of the state: the last token's second half

    RoutedRows(BlockPlan& blockPlan, const std::string& enhance)
        : plan(blockPlan)
        , table(plan.vector(enhance + "rows.weight")) {}

    // s [M,D].
    void forward(Pass<Real, Operand>& pass, Real* s) {
        for (int q = 0; q < n.B; ++q) {
            Real* const state = pass.carried(q, carried);
            const Real* before = state;
            for (int t = 0; t < n.T; ++t, s += n.D) {
                const Real* const current = pass.parameter(entry(pass, q, t));
                for (int i = 0; i < n.D; ++i)
                    s[i] += current[i] + before[i];
                before = current + n.D;
            }
            std::memcpy(state, before, std::size_t(n.D) * sizeof(Real));
        }
    }

    // ds [M,D].
    void backward(Pass<Real, Operand>& pass, const Real* ds) {
        for (int q = 0; q < n.B; ++q)
            for (int t = 0; t < n.T; ++t, ds += n.D) {
                Real* const dRow = pass.gradient(entry(pass, q, t));
                const bool hasNext = t + 1 < n.T; // beyond the window there is no gradient
                for (int i = 0; i < n.D; ++i)
                    dRow[i] += ds[i];
                for (int i = 0; hasNext && i < n.D; ++i)
                    dRow[n.D + i] += ds[n.D + i];
            }
    }

private:
    std::size_t entry(const Pass<Real, Operand>& pass, int q, int t) const {
        return table + std::size_t(pass.batch.inputs[std::size_t(q) * n.T + t]) * 2 * n.D;
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
