// rwkv7_channel_mixing-inl.h: channel mixing of RWKV-7, forward and backward.
// Source:  docs/spec/rwkv-models.md section 2. Letters: pass.h.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/blocks/shifted_norm-inl.h"
#include "engine/training/blocks/squared_relu_network-inl.h"
#include "engine/training/ops/token_shift-inl.h"

#include <hwy/highway.h>

#include <cstring>
#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_CHANNEL_MIXING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_CHANNEL_MIXING_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_CHANNEL_MIXING_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_CHANNEL_MIXING_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct Rwkv7ChannelMixing {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const std::string ffn; // "blocks.l.ffn." or "moba.m.ffn."

    ShiftedNorm<Real, Operand> norm;           // its p is q of the spec, LN2(x)
    SquaredReluNetwork<Real, Operand> network; // W_v relu(W_k x_k)²

    const std::size_t mixKey = plan.vector(ffn + "x_k"); // [D]

    // Kept from forward for backward.
    Operand* const xk = plan.kept<Operand>(n.M, n.D); // [M,D] input of the key

    // Scratch.
    Operand* const dValue = plan.shared<Operand>("ffn.dValue", n.M, n.D); // [M,D]
    Real* const value = plan.shared<Real>("ffn.value", n.M, n.D);         // [M,D] W_v relu(W_k x_k)²; d x_k
    Real* const dq = plan.shared<Real>("ffn.dq", n.M, n.D);               // [M,D]

    Rwkv7ChannelMixing(BlockPlan& blockPlan, int layer)
        : Rwkv7ChannelMixing(blockPlan, blockPrefix(layer)) {}
    // `block`: the prefix of a block of any kind, as "moba.0.".
    Rwkv7ChannelMixing(BlockPlan& blockPlan, const std::string& block)
        : plan(blockPlan)
        , ffn(block + "ffn.")
        , norm(plan, block + "ln2")
        , network(plan, ffn) {}

    // out [M,D] = x [M,D] + W_v relu(W_k x_k)².
    void forward(Pass<Real, Operand>& pass, const Real* x, Real* out) {
        norm.forward(pass, x);
        tokenShiftForward(norm.p, pass.parameter(mixKey), n.B, n.T, n.D, xk);
        network.forward(pass, xk, value);
#pragma omp simd
        for (std::size_t i = 0; i < n.plane(); ++i)
            out[i] = x[i] + value[i];
    }

    // dx [M,D] is the gradient of `out` and becomes that of x.
    void backward(Pass<Real, Operand>& pass, const Real* x, Real* dx) {
        convertToOperand(dx, n.plane(), dValue);
        network.backward(pass, xk, dValue, value);
        std::memset(dq, 0, n.plane() * sizeof(Real));
        tokenShiftBackward(norm.p, pass.parameter(mixKey), value, n.B, n.T, n.D, dq, pass.gradient(mixKey));
        norm.backward(pass, x, dq, dx);
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
