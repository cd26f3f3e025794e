// sparse_block-inl.h: what RWKV-X has between its RWKV blocks: sparse attention and channel mixing. Forward
// and backward.
// Source:  docs/spec/rwkv-x.md section 1. Letters: pass.h.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/blocks/rwkv7_channel_mixing-inl.h"
#include "engine/training/blocks/sparse_attention-inl.h"

#include <hwy/highway.h>

#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_SPARSE_BLOCK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_SPARSE_BLOCK_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_SPARSE_BLOCK_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_SPARSE_BLOCK_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct SparseBlock {
    // Kept from forward for backward.
    Real* const x;     // [M,D] that the block reads
    Real* const mixed; // [M,D] after attention

    SparseBlockAttention<Real, Operand> attention;
    Rwkv7ChannelMixing<Real, Operand> channelMixing;

    // `index`: which of the sparse blocks.
    SparseBlock(BlockPlan& plan, int index)
        : x(plan.kept<Real>(plan.sizes().M, plan.sizes().D))
        , mixed(plan.kept<Real>(plan.sizes().M, plan.sizes().D))
        , attention(plan, sparseBlockPrefix(index))
        , channelMixing(plan, sparseBlockPrefix(index)) {}

    // out [M,D] from x.
    void forward(Pass<Real, Operand>& pass, Real* out) {
        attention.forward(pass, x, mixed);
        channelMixing.forward(pass, mixed, out);
    }

    // dx [M,D] is the gradient of `out` and becomes that of x.
    void backward(Pass<Real, Operand>& pass, Real* dx) {
        channelMixing.backward(pass, mixed, dx);
        attention.backward(pass, x, dx);
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
