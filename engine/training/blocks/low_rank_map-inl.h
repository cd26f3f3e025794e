// low_rank_map-inl.h: act(x A) B, forward and backward.
// Letters: pass.h; R the rank.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/activations-inl.h"

#include <hwy/highway.h>

#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_LOW_RANK_MAP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_LOW_RANK_MAP_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_LOW_RANK_MAP_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_LOW_RANK_MAP_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

enum class Inner { None, Tanh, Sigmoid }; // what stands between the factors

template <class Real, class Operand, Inner kInner> struct LowRankMap {
    const PassSizes& n;

    // Tensors.
    const WeightMatrix down; // [D,R]
    const WeightMatrix up;   // [R,D]
    const int R = down.columns;

    // Kept from forward for backward.
    Operand* const hidden; // [M,R] act(x A)

    // Scratch.
    Real* const lowRank;     // [M,R] before act; its gradient
    Operand* const dLowRank; // [M,R]

    LowRankMap(BlockPlan& plan, const std::string& downName, const std::string& upName)
        : n(plan.sizes())
        , down(plan.matrix(downName))
        , up(plan.matrix(upName))
        , hidden(plan.kept<Operand>(n.M, R))
        , lowRank(plan.shared<Real>("lowRank." + std::to_string(R), n.M, R))
        , dLowRank(plan.shared<Operand>("dLowRank." + std::to_string(R), n.M, R)) {}

    // out [M,D], x [M,D].
    void forward(Pass<Real, Operand>& pass, const Operand* x, Real* out) {
        factor(pass, down, x, lowRank);
        const std::size_t count = std::size_t(n.M) * R;
        if constexpr (kInner == Inner::Tanh)
            tanhForward(lowRank, count, hidden);
        else if constexpr (kInner == Inner::Sigmoid)
            sigmoidForward(lowRank, count, hidden);
        else
            convertToOperand(lowRank, count, hidden);
        factor(pass, up, hidden, out);
    }

    // From d [M,D], the gradient of `out`: dx [M,D], written, or added to if so wished.
    void backward(Pass<Real, Operand>& pass, const Operand* x, const Operand* d, Real* dx,
                  bool accumulate = false) {
        factorBackward(pass, up, hidden, d, lowRank);
        const std::size_t count = std::size_t(n.M) * R;
        if constexpr (kInner == Inner::Tanh)
            tanhBackward(hidden, lowRank, count, dLowRank);
        else if constexpr (kInner == Inner::Sigmoid)
            sigmoidBackward(hidden, lowRank, count, dLowRank);
        else
            convertToOperand(lowRank, count, dLowRank);
        factorBackward(pass, down, x, dLowRank, dx, accumulate);
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
