// model_pass-inl.h: the pass of an architecture made of layers: embedding, layers, head, and back.
// A layer: time mixing, channel mixing, and the enhancement if the model has one; behind some layers of
// RWKV-X, a sparse block.
// Letters: pass.h.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/embedding-inl.h"
#include "engine/training/blocks/enhancement/enhancement-inl.h"
#include "engine/training/blocks/head-inl.h"
#include "engine/training/blocks/low_rank_adapter-inl.h"
#include "engine/training/blocks/model_pass.h"
#include "engine/training/blocks/sparse_block-inl.h"

#include <hwy/highway.h>

#include <deque>
#include <optional>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_MODEL_PASS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_MODEL_PASS_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_MODEL_PASS_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_MODEL_PASS_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Architecture, class Real, class Operand> struct Layer {
    using TimeMixing = typename Architecture::template TimeMixing<Real, Operand>;
    using ChannelMixing = typename Architecture::template ChannelMixing<Real, Operand>;

    // The residual stream, kept from forward for backward.
    Real* const x;     // [M,D] that the layer reads
    Real* const mixed; // [M,D] after time mixing
    // Scratch.
    Real* h = nullptr; // [M,D] after channel mixing, before what is added to the layer

    TimeMixing timeMixing;
    ChannelMixing channelMixing;
    // What may be added to a layer: one of these, or nothing.
    std::optional<Enhancement<Real, Operand>> enhancement;
    std::optional<LowRankAdapter<Real, Operand>> adapter;
    // What may follow it.
    std::optional<SparseBlock<Real, Operand>> sparse;

    Layer(BlockPlan& plan, int layer)
        : x(plan.kept<Real>(plan.sizes().M, plan.sizes().D))
        , mixed(plan.kept<Real>(plan.sizes().M, plan.sizes().D))
        , timeMixing(plan, layer)
        , channelMixing(plan, layer) {
        if (plan.config().enhancement.variant != EnhancementConfig::Variant::None)
            enhancement.emplace(plan, layer);
        else if (plan.layout().shape().adapterRank > 0)
            adapter.emplace(plan, layer);
        if (enhancement || adapter)
            h = plan.shared<Real>("layer.h", plan.sizes().M, plan.sizes().D);
        const int interval = plan.config().sparseInterval();
        if (interval > 0 && (layer + 1) % interval == 0)
            sparse.emplace(plan, layer / interval);
    }

    // out [M,D] from x.
    void forward(Pass<Real, Operand>& pass, Real* out) {
        Real* const end = sparse ? sparse->x : out;
        timeMixing.forward(pass, x, mixed);
        channelMixing.forward(pass, mixed, h ? h : end);
        if (enhancement)
            enhancement->forward(pass, h, end);
        if (adapter)
            adapter->forward(pass, h, end);
        if (sparse)
            sparse->forward(pass, out);
    }

    // dx [M,D] is the gradient of `out` and becomes that of x.
    void backward(Pass<Real, Operand>& pass, Real* dx) {
        backwardAdded(pass, dx);
        channelMixing.backward(pass, mixed, dx);
        timeMixing.backward(pass, x, dx);
    }
    // Of what is added to the layer, and follows it, alone.
    void backwardAdded(Pass<Real, Operand>& pass, Real* dx) {
        if (sparse)
            sparse->backward(pass, dx);
        if (enhancement)
            enhancement->backward(pass, dx);
        if (adapter)
            adapter->backward(pass, dx);
    }
};

template <class Architecture, class Real, class Operand> struct LayeredPass final : ModelPass<Real, Operand> {
    BlockPlan plan;
    const PassSizes& n = plan.sizes();

    Embedding<Real, Operand> embedding{plan};
    std::deque<Layer<Architecture, Real, Operand>> layers; // which stay where they are
    Head<Real, Operand> head{plan};

    Real* const out = plan.kept<Real>(n.M, n.D); // [M,D] the residual stream after the last layer
    Real* const dx = plan.kept<Real>(n.M, n.D);  // [M,D] its gradient, layer by layer
    double skipped = 0;

    const FrozenMatrices<Real, Operand>* const frozen;
    Operand* frozenOperand = nullptr; // [largest frozen matrix] scratch

    LayeredPass(const ParameterLayout& layout, int sequences, int tokens,
                const FrozenMatrices<Real, Operand>* base = nullptr)
        : plan(layout, sequences, tokens)
        , frozen(base) {
        if (frozen)
            frozenOperand = plan.kept<Operand>(layout.largestFrozen());
        for (int l = 0; l < plan.config().layers; ++l)
            layers.emplace_back(plan, l);
    }

    double run(const Real* parameters, const Operand* operands, const TrainingBatch<Real>& batch,
               Real* gradients) override {
        Pass<Real, Operand> pass{n, parameters, operands, gradients, batch, frozen, frozenOperand};
        const double loss = forward(pass);
        if (gradients)
            backward(pass);
        for (auto& state : batch.states)
            state.position += n.T;
        skipped = pass.skippedMultiplyAdds;
        return loss;
    }
    double skippedMultiplyAdds() const override { return skipped; }
    std::size_t stateSize() const override { return plan.carriedValues(); }

    double forward(Pass<Real, Operand>& pass) {
        embedding.forward(pass, layers.front().x);
        for (std::size_t l = 0; l < layers.size(); ++l)
            layers[l].forward(pass, l + 1 < layers.size() ? layers[l + 1].x : out);
        return head.forward(pass, out);
    }

    void backward(Pass<Real, Operand>& pass) {
        head.backward(pass, out, dx);
        const std::size_t last = lastBackwards();
        for (std::size_t l = layers.size(); l-- > last;)
            if (l == last && isBaseFixed())
                return layers[l].backwardAdded(pass, dx); // nothing that learns is before it
            else
                layers[l].backward(pass, dx);
        embedding.backward(pass, dx);
    }
    bool isBaseFixed() const { return plan.layout().trainedPart() != TrainedPart::Model; }
    // The first layer with something that learns.
    std::size_t lastBackwards() const {
        return plan.layout().trainedPart() == TrainedPart::SparseBlocks
                   ? std::size_t(plan.config().sparseInterval()) - 1
                   : 0;
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
