// low_rank_adapter-inl.h: h + (h A) B after a layer, forward and backward: the control that a gate on a base
// which stays as it is gets compared with. No engine runs it; it exists to be measured.
// Source:  docs/spec/enhanced-rwkv.md section 10. Letters: pass.h; R the rank.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/low_rank_map-inl.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/ops/activations-inl.h"

#include <hwy/highway.h>

#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_LOW_RANK_ADAPTER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_LOW_RANK_ADAPTER_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_LOW_RANK_ADAPTER_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_LOW_RANK_ADAPTER_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct LowRankAdapter {
    const PassSizes& n;

    LowRankMap<Real, Operand, Inner::None> map; // "adapter.l.a" [D,R], "adapter.l.b" [R,D]

    // Kept from forward for backward.
    Operand* const input; // [M,D] h

    // Scratch.
    Real* const change;      // [M,D] (h A) B; gradient of h through it
    Operand* const dOperand; // [M,D]

    LowRankAdapter(BlockPlan& plan, int layer)
        : n(plan.sizes())
        , map(plan, "adapter." + std::to_string(layer) + ".a", "adapter." + std::to_string(layer) + ".b")
        , input(plan.kept<Operand>(n.M, n.D))
        , change(plan.shared<Real>("adapter.change", n.M, n.D))
        , dOperand(plan.shared<Operand>("adapter.dOperand", n.M, n.D)) {}

    // out [M,D] = h + (h A) B, h [M,D].
    void forward(Pass<Real, Operand>& pass, const Real* h, Real* out) {
        convertToOperand(h, n.plane(), input);
        map.forward(pass, input, change);
        for (std::size_t i = 0; i < n.plane(); ++i)
            out[i] = h[i] + change[i];
    }

    // dx [M,D] is the gradient of `out` and becomes that of h.
    void backward(Pass<Real, Operand>& pass, Real* dx) {
        convertToOperand(dx, n.plane(), dOperand);
        map.backward(pass, input, dOperand, change);
        for (std::size_t i = 0; i < n.plane(); ++i)
            dx[i] += change[i];
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
