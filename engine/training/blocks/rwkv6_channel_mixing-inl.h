// rwkv6_channel_mixing-inl.h: channel mixing of RWKV-6, forward and backward.
// Source:  docs/spec/rwkv-models.md section 2. Letters: pass.h.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/blocks/shifted_norm-inl.h"
#include "engine/training/blocks/squared_relu_network-inl.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/receptance-inl.h"
#include "engine/training/ops/token_shift-inl.h"

#include <hwy/highway.h>

#include <cstring>
#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_CHANNEL_MIXING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_CHANNEL_MIXING_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_CHANNEL_MIXING_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_CHANNEL_MIXING_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct Rwkv6ChannelMixing {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const std::string ffn; // "blocks.l.ffn."

    ShiftedNorm<Real, Operand> norm;           // its p is q of the spec, LN2(x)
    SquaredReluNetwork<Real, Operand> network; // W_v relu(W_k x_k)²

    // Tensors.
    const std::size_t mixKey = plan.vector(ffn + "time_maa_k");             // [D]
    const std::size_t mixReceptance = plan.vector(ffn + "time_maa_r");      // [D]
    const WeightMatrix receptance = plan.matrix(ffn + "receptance.weight"); // [D,D]

    // Kept from forward for backward.
    Operand* const xr = plan.kept<Operand>(n.M, n.D); // [M,D] input of the receptance
    Operand* const xk = plan.kept<Operand>(n.M, n.D); // [M,D] input of the key
    Real* const r = plan.kept<Real>(n.M, n.D);        // [M,D] sigma(W_r x_r)
    Real* const value = plan.kept<Real>(n.M, n.D);    // [M,D] W_v relu(W_k x_k)²

    // Scratch.
    Operand* const dValue = plan.shared<Operand>("ffn.dValue", n.M, n.D);           // [M,D]
    Operand* const dReceptance = plan.shared<Operand>("ffn.dReceptance", n.M, n.D); // [M,D] of W_r x_r
    Real* const dInput = plan.shared<Real>("ffn.dInput", n.M, n.D);                 // [M,D] of x_k, then x_r
    Real* const dq = plan.shared<Real>("ffn.dq", n.M, n.D);                         // [M,D]

    Rwkv6ChannelMixing(BlockPlan& blockPlan, int layer)
        : plan(blockPlan)
        , ffn(blockPrefix(layer) + "ffn.")
        , norm(plan, blockPrefix(layer) + "ln2")
        , network(plan, ffn) {}

    // out [M,D] = x [M,D] + sigma(W_r x_r) W_v relu(W_k x_k)².
    void forward(Pass<Real, Operand>& pass, const Real* x, Real* out) {
        norm.forward(pass, x);
        tokenShiftForward(norm.p, pass.parameter(mixReceptance), n.B, n.T, n.D, xr);
        linear(pass, receptance, xr, r);
        tokenShiftForward(norm.p, pass.parameter(mixKey), n.B, n.T, n.D, xk);
        network.forward(pass, xk, value);
        receptanceForward(x, value, n.plane(), r, out);
    }

    // dx [M,D] is the gradient of `out` and becomes that of x.
    void backward(Pass<Real, Operand>& pass, const Real* x, Real* dx) {
        receptanceBackward(dx, r, value, n.plane(), dReceptance, dValue);
        std::memset(dq, 0, n.plane() * sizeof(Real));
        network.backward(pass, xk, dValue, dInput);
        tokenShiftBackward(norm.p, pass.parameter(mixKey), dInput, n.B, n.T, n.D, dq, pass.gradient(mixKey));
        linearBackward(pass, receptance, xr, dReceptance, dInput);
        tokenShiftBackward(norm.p, pass.parameter(mixReceptance), dInput, n.B, n.T, n.D, dq,
                           pass.gradient(mixReceptance));
        norm.backward(pass, x, dq, dx);
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
