// conv_routing-inl.h: the convolutional shift, other sources, and their routing gate, forward and backward.
// Source:  docs/spec/enhanced-rwkv.md sections 3 and 3a. Letters: pass.h; K taps, J position features, R
//          rank.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/enhancement/gated_shift-inl.h"
#include "engine/training/blocks/enhancement/routing_sources-inl.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/activations-inl.h"
#include "engine/training/ops/enhancement-inl.h"

#include <hwy/highway.h>

#include <optional>
#include <string>
#include <vector>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_CONV_ROUTING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_CONV_ROUTING_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_CONV_ROUTING_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_CONV_ROUTING_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// s[t] = sum_k c[k,t] h[t-k] + what the other sources add; gate = tanh([h, s] U) W_r.
template <class Real, class Operand> struct ConvRouting final : GatedShift<Real, Operand> {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const std::string enhance; // "enhance.l."
    const int K = this->carriedRows;

    // Tensors.
    const std::size_t convWeight = plan.vector(enhance + "conv.weight");     // [K,D] C
    const std::size_t convPosition = plan.vector(enhance + "conv.position"); // [K,J,D] P
    const WeightMatrix routeDown = plan.matrix(enhance + "route.u");         // [2D,R]
    const WeightMatrix routeUp = plan.matrix(enhance + "route.w");           // [R,D]
    const int R = routeUp.rows;

    // Sources that this enhancement may have.
    std::optional<RoutedMeans<Real, Operand>> means;
    std::optional<RoutedEmbedding<Real, Operand>> embedding;
    std::optional<RoutedRows<Real, Operand>> tokenRows;

    // Kept from forward for backward.
    Operand* const routeInput = plan.kept<Operand>(n.M, 2 * n.D); // [M,2D] [h, s]
    Operand* const routeHidden = plan.kept<Operand>(n.M, R);      // [M,R] u

    // Scratch.
    Real* const coefficients = plan.shared<Real>("enhance.coefficients", n.D);  // [D] c of one k and t
    Real* const lowRank = plan.shared<Real>("enhance.lowRank", n.M, R);         // [M,R] before tanh; gradient
    Operand* const dLowRank = plan.shared<Operand>("enhance.dLowRank", n.M, R); // [M,R]
    Real* const dRouteInput = plan.shared<Real>("enhance.dRouteInput", n.M, 2 * n.D); // [M,2D]

    ConvRouting(BlockPlan& blockPlan, const std::string& prefix)
        : GatedShift<Real, Operand>(blockPlan.config().enhancement.kernel)
        , plan(blockPlan)
        , enhance(prefix) {
        this->gateBias = plan.vector(enhance + "route.bias");
        if (plan.config().enhancement.scales > 0)
            means.emplace(plan, enhance);
        if (plan.config().enhancement.routesEmbedding)
            embedding.emplace(plan, enhance);
        if (plan.config().enhancement.routesRows)
            tokenRows.emplace(plan, enhance);
    }

    void forward(Pass<Real, Operand>& pass, const Real* h, const Real* rows, Real* s, Real* gate) override {
        convShiftForward(rows, pass.parameter(convWeight), pass.parameter(convPosition),
                         positions(pass).data(), K, n.B, n.T, n.D, coefficients, s);
        if (means)
            means->forward(pass, h, s);
        if (embedding)
            embedding->forward(pass, s);
        if (tokenRows)
            tokenRows->forward(pass, s);
        for (int row = 0; row < n.M; ++row) {
            const std::size_t at = std::size_t(row) * n.D;
            convertToOperand(h + at, std::size_t(n.D), routeInput + 2 * at);
            convertToOperand(s + at, std::size_t(n.D), routeInput + 2 * at + n.D);
        }
        factor(pass, routeDown, routeInput, lowRank);
        tanhForward(lowRank, std::size_t(n.M) * R, routeHidden);
        factor(pass, routeUp, routeHidden, gate);
    }

    void backward(Pass<Real, Operand>& pass, const Real* rows, const Operand* dGate, Real* ds,
                  Real* dh) override {
        factorBackward(pass, routeUp, routeHidden, dGate, lowRank);
        tanhBackward(routeHidden, lowRank, std::size_t(n.M) * R, dLowRank);
        factorBackward(pass, routeDown, routeInput, dLowRank, dRouteInput);
        for (int row = 0; row < n.M; ++row)
            for (int i = 0; i < n.D; ++i) {
                const std::size_t at = std::size_t(row) * n.D + i, from = std::size_t(row) * 2 * n.D + i;
                dh[at] += dRouteInput[from];
                ds[at] += dRouteInput[from + n.D];
            }
        convShiftBackward(rows, pass.parameter(convWeight), pass.parameter(convPosition),
                          positions(pass).data(), K, ds, n.B, n.T, n.D, coefficients, dh,
                          pass.gradient(convWeight), pass.gradient(convPosition));
        if (means)
            means->backward(pass, rows + std::size_t(K) * n.D, std::size_t(K + n.T) * n.D, ds, dh);
        if (embedding)
            embedding->backward(pass, ds);
        if (tokenRows)
            tokenRows->backward(pass, ds);
    }

private:
    // Of each sequence's first token in the window; positions move on after the pass.
    static std::vector<std::int64_t> positions(const Pass<Real, Operand>& pass) {
        std::vector<std::int64_t> start;
        for (const auto& state : pass.batch.states)
            start.push_back(state.position);
        return start;
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
