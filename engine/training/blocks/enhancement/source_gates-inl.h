// source_gates-inl.h: a gate for every source, forward and backward. Its gates are applied here, so that what
// the enhancement adds to h is the shifted state as it is.
// Source:  docs/spec/enhanced-rwkv.md section 3a, "one gate for every source". Letters: pass.h; E carried
//          rows of a sequence, R rank, S sources of which Q are means, G = D / kGateGroup gates of a source.
#include "engine/model/enhancement_state.h"
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/enhancement/gated_shift-inl.h"
#include "engine/training/blocks/enhancement/routing_sources-inl.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/activations-inl.h"
#include "engine/training/ops/source_gates-inl.h"

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_SOURCE_GATES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_SOURCE_GATES_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_SOURCE_GATES_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_SOURCE_GATES_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// s = sum_i g_i w_i source_i; g = sigma(tanh([h[t], h[t-1]] U) W_r + b_r).
template <class Real, class Operand> struct SourceGating final : GatedShift<Real, Operand> {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const std::vector<GateSource>& sources = plan.config().enhancement.sources;
    const std::string enhance; // "enhance.l."
    const int E = this->carriedRows;
    const int S = static_cast<int>(sources.size()), Q = countMeans(sources), G = n.D / kGateGroup;

    // Tensors.
    const std::size_t sourceWeight = plan.vector(enhance + "source.weight"); // [S,D] w
    const WeightMatrix routeDown = plan.matrix(enhance + "route.u");         // [2D,R]
    const WeightMatrix routeUp = plan.matrix(enhance + "route.w");           // [R,S G]
    const std::size_t routeBias = plan.vector(enhance + "route.bias");       // [S G]
    const int R = routeUp.rows;

    const std::size_t carried = plan.carry(std::size_t(Q) * n.D); // [Q,D] of the state: the means

    // Handed on.
    std::optional<SharedEmbedding<Real>> embedding;

    // Kept from forward for backward.
    Operand* const routeInput = plan.kept<Operand>(n.M, 2 * n.D); // [M,2D] [h[t], h[t-1]]
    Operand* const routeHidden = plan.kept<Operand>(n.M, R);      // [M,R] u
    Real* const gates = plan.kept<Real>(n.M, S* G);               // [M,S G]
    Real* const starts = plan.kept<Real>(n.B, Q, n.D);            // [B,Q,D] means before the window

    // Scratch.
    Real* const lowRank = plan.shared<Real>("enhance.lowRank", n.M, R);         // [M,R] before tanh; gradient
    Operand* const dLowRank = plan.shared<Operand>("enhance.dLowRank", n.M, R); // [M,R]
    Real* const dRouteInput = plan.shared<Real>("enhance.dRouteInput", n.M, 2 * n.D); // [M,2D]
    Real* const dGates = plan.shared<Real>("enhance.dGates", n.M, S* G);              // [M,S G]
    Operand* const dLogits = plan.shared<Operand>("enhance.dGateLogits", n.M, S* G);  // [M,S G]
    Real* const means = plan.shared<Real>("enhance.means", n.T, n.D);                 // [T,D]
    Real* const dMeans = plan.shared<Real>("enhance.dMeans", n.T, n.D);               // [T,D]
    Real* const mean = plan.shared<Real>("enhance.dMean", n.D);                       // [D]

    SourceGating(BlockPlan& blockPlan, const std::string& prefix)
        : GatedShift<Real, Operand>(enhancementRows(blockPlan.config().enhancement))
        , plan(blockPlan)
        , enhance(prefix) {
        this->ownGates = {gates, std::size_t(n.M) * std::size_t(S) * std::size_t(G)};
        if (hasEmbedding(sources))
            embedding.emplace(plan);
    }

    void forward(Pass<Real, Operand>& pass, const Real* h, const Real* rows, Real* s, Real*) override {
        for (int q = 0; q < n.B; ++q)
            for (int t = 0; t < n.T; ++t) {
                Operand* const to = routeInput + 2 * (window(q) + std::size_t(t) * n.D);
                convertToOperand(h + window(q) + std::size_t(t) * n.D, std::size_t(n.D), to);
                convertToOperand(earlier(rows, q, 1) + std::size_t(t) * n.D, std::size_t(n.D), to + n.D);
            }
        factor(pass, routeDown, routeInput, lowRank);
        tanhForward(lowRank, std::size_t(n.M) * R, routeHidden);
        factor(pass, routeUp, routeHidden, gates);
        biasedSigmoidForward(pass.parameter(routeBias), n.M, S * G, gates);
        std::fill_n(s, n.plane(), Real(0));
        for (int q = 0; q < n.B; ++q) {
            Real* const state = pass.carried(q, carried);
            std::copy_n(state, std::size_t(Q) * n.D, startOf(q, 0));
            forEachSource([&](int i, int m) {
                if (m >= 0)
                    meanRowsForward(h + window(q), decay(i), n.T, n.D, state + std::size_t(m) * n.D, means);
                gatedSourceForward(rowsOf(i, rows, q), gatesOf(gates, q, i), S * G, weightOf(pass, i), n.T,
                                   n.D, s + window(q));
            });
        }
    }

    void backward(Pass<Real, Operand>& pass, const Real* rows, const Operand*, Real* ds, Real* dh) override {
        for (int q = 0; q < n.B; ++q)
            forEachSource([&](int i, int m) {
                if (m >= 0) {
                    std::copy_n(startOf(q, m), n.D, mean);
                    meanRowsForward(earlier(rows, q, 0), decay(i), n.T, n.D, mean, means);
                    std::fill_n(dMeans, std::size_t(n.T) * n.D, Real(0));
                }
                const Gradient to = gradientOf(i, q, dh);
                gatedSourceBackward(rowsOf(i, rows, q), gatesOf(gates, q, i), S * G, weightOf(pass, i),
                                    ds + window(q), n.T, n.D, to.first, gatesOf(dGates, q, i),
                                    pass.gradient(sourceWeight) + std::size_t(i) * n.D, to.rows);
                if (m >= 0)
                    meanRowsBackward(dMeans, decay(i), n.T, n.D, mean, dh + window(q));
            });
        biasedSigmoidBackward(gates, dGates, n.M, S * G, Real(1), dLogits, pass.gradient(routeBias));
        factorBackward(pass, routeUp, routeHidden, dLogits, lowRank);
        tanhBackward(routeHidden, lowRank, std::size_t(n.M) * R, dLowRank);
        factorBackward(pass, routeDown, routeInput, dLowRank, dRouteInput);
        for (int q = 0; q < n.B; ++q)
            for (int t = 0; t < n.T; ++t)
                for (int i = 0; i < n.D; ++i) {
                    const std::size_t at = window(q) + std::size_t(t) * n.D + i;
                    const Real* const d = dRouteInput + 2 * (at - i) + i;
                    dh[at] += d[0];
                    if (t > 0) // else that row was carried in
                        dh[at - n.D] += d[n.D];
                }
    }

private:
    struct Gradient {
        Real* rows; // [T,D]
        int first;  // the token from which on what is read has one
    };

    // visit(number of the source, number of the mean, or -1)
    template <class Visit> void forEachSource(Visit visit) const {
        int m = 0;
        for (int i = 0; i < S; ++i)
            visit(i, sourceAt(i).kind == RowSource::Kind::Mean ? m++ : -1);
    }
    const GateSource& sourceAt(int i) const { return sources[std::size_t(i)]; }
    Real decay(int i) const { return Real(sourceAt(i).decay); }
    std::size_t window(int q) const { return std::size_t(q) * n.T * n.D; }
    Real* startOf(int q, int m) const { return starts + (std::size_t(q) * Q + m) * n.D; }
    Real* gatesOf(Real* all, int q, int i) const {
        return all + std::size_t(q) * n.T * S * G + std::size_t(i) * G;
    }
    const Real* weightOf(const Pass<Real, Operand>& pass, int i) const {
        return pass.parameter(sourceWeight) + std::size_t(i) * n.D;
    }
    // h[t-k] of the tokens of a sequence.
    const Real* earlier(const Real* rows, int q, int k) const {
        return rows + (std::size_t(q) * (E + n.T) + E - k) * n.D;
    }
    const Real* rowsOf(int i, const Real* rows, int q) const {
        switch (sourceAt(i).kind) {
        case RowSource::Kind::Earlier: break;
        case RowSource::Kind::Mean: return means;
        case RowSource::Kind::Embedding: return x0(q) + n.D;
        case RowSource::Kind::PreviousEmbedding: return x0(q);
        }
        return earlier(rows, q, sourceAt(i).distance);
    }
    Gradient gradientOf(int i, int q, Real* dh) const {
        const int k = sourceAt(i).distance;
        switch (sourceAt(i).kind) {
        case RowSource::Kind::Earlier: break;
        case RowSource::Kind::Mean: return {dMeans, 0};
        case RowSource::Kind::Embedding: return {embedding->dx0 + window(q), 0};
        case RowSource::Kind::PreviousEmbedding: return {shifted(embedding->dx0 + window(q), 1), 1};
        }
        return {shifted(dh + window(q), k), k};
    }
    // Where the rows begin of which row t is row t - k of `values`; the first k are not touched.
    Real* shifted(Real* values, int k) const { return values - std::ptrdiff_t(k) * n.D; }
    const Real* x0(int q) const { return embedding->x0 + std::size_t(q) * (1 + n.T) * n.D; }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
