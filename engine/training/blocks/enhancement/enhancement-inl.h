// enhancement-inl.h: the enhancement after a layer, of any kind, forward and backward.
// Source:  docs/spec/enhanced-rwkv.md sections 1 to 3a. Letters: pass.h; E carried rows of a sequence.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/enhancement/adaptive_shift-inl.h"
#include "engine/training/blocks/enhancement/conv_routing-inl.h"
#include "engine/training/blocks/enhancement/gated_shift-inl.h"
#include "engine/training/blocks/enhancement/source_gates-inl.h"
#include "engine/training/ops/enhancement-inl.h"
#include "engine/training/ops/normalisation-inl.h"

#include <hwy/highway.h>

#include <cstring>
#include <memory>
#include <span>
#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ENHANCEMENT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ENHANCEMENT_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ENHANCEMENT_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ENHANCEMENT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// Where kinds of enhancement are chosen. `enhance`: "enhance.l.".
template <class Real, class Operand>
std::unique_ptr<GatedShift<Real, Operand>> makeGatedShift(BlockPlan& plan, const std::string& enhance) {
    switch (plan.config().enhancement.variant) {
    case EnhancementConfig::Variant::None: break;
    case EnhancementConfig::Variant::Adaptive:
        return std::make_unique<AdaptiveShift<Real, Operand>>(plan, enhance);
    case EnhancementConfig::Variant::ConvRouting:
        return std::make_unique<ConvRouting<Real, Operand>>(plan, enhance);
    case EnhancementConfig::Variant::SourceGates:
        return std::make_unique<SourceGating<Real, Operand>>(plan, enhance);
    }
    return nullptr;
}

template <class Real, class Operand> struct Enhancement {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const std::string enhance; // "enhance.l."
    const bool hasNorm = plan.config().enhancement.layerNorm;

    std::unique_ptr<GatedShift<Real, Operand>> shift = makeGatedShift<Real, Operand>(plan, enhance);
    const int E = shift->carriedRows;

    // Tensors.
    const std::size_t normWeight = hasNorm ? plan.vector(enhance + "norm.weight") : 0; // [D]
    const std::size_t normBias = hasNorm ? plan.vector(enhance + "norm.bias") : 0;     // [D]

    const std::size_t carried = plan.carry(std::size_t(E) * n.D); // [E,D] of the state, oldest first

    // Kept from forward for backward.
    Real* const rows = plan.kept<Real>(n.B, E + n.T, n.D);         // [B,E+T,D] h behind carried rows
    Real* const s = plan.kept<Real>(n.M, n.D);                     // [M,D] shifted state
    Real* const gate = plan.kept<Real>(n.M, n.D);                  // [M,D] g
    Real* const e = hasNorm ? plan.kept<Real>(n.M, n.D) : nullptr; // [M,D] h + g s
    Real* const mean = plan.kept<Real>(n.M);                       // [M]
    Real* const scale = plan.kept<Real>(n.M);                      // [M]

    // Scratch.
    Real* const de = plan.shared<Real>("enhance.de", n.M, n.D); // [M,D]
    Real* const ds = plan.shared<Real>("enhance.ds", n.M, n.D); // [M,D]
    Operand* const dGate =
        plan.shared<Operand>("enhance.dGate", n.M, n.D); // [M,D] of the gate before its sigma

    Enhancement(BlockPlan& blockPlan, int layer)
        : plan(blockPlan)
        , enhance("enhance." + std::to_string(layer) + ".") {}

    // The gates of the pass: [M,D], or those that the kind applied itself.
    std::span<const Real> gates() const {
        return shift->ownGates.empty() ? std::span<const Real>(gate, n.plane()) : shift->ownGates;
    }

    // out [M,D] = LN(h + g s), h [M,D].
    void forward(Pass<Real, Operand>& pass, const Real* h, Real* out) {
        carryRows(pass, h);
        shift->forward(pass, h, rows, s, gate);
        const Real* bias = shift->gateBias ? pass.parameter(*shift->gateBias) : nullptr;
        gateForward(h, s, bias, n.M, n.D, gate, hasNorm ? e : out);
        if (hasNorm)
            layerNormForward(e, pass.parameter(normWeight), pass.parameter(normBias), n.M, n.D, out, mean,
                             scale);
    }

    // dx [M,D] is the gradient of `out` and becomes that of h, which reaches e = h + g s directly.
    void backward(Pass<Real, Operand>& pass, Real* dx) {
        if (hasNorm) {
            layerNormBackward<false>(e, dx, pass.parameter(normWeight), n.M, n.D, mean, scale, de,
                                     pass.gradient(normWeight), pass.gradient(normBias));
            std::memcpy(dx, de, n.plane() * sizeof(Real));
        }
        Real* dBias = shift->gateBias ? pass.gradient(*shift->gateBias) : nullptr;
        gateBackward(dx, s, gate, n.M, n.D, ds, dGate, dBias);
        shift->backward(pass, rows, dGate, ds, dx);
    }

private:
    // Puts h behind each sequence's carried rows and carries the last ones on.
    void carryRows(Pass<Real, Operand>& pass, const Real* h) {
        const std::size_t before = std::size_t(E) * n.D, window = std::size_t(n.T) * n.D;
        for (int q = 0; q < n.B; ++q) {
            Real* first = rows + std::size_t(q) * (before + window);
            Real* state = pass.carried(q, carried);
            std::memcpy(first, state, before * sizeof(Real));
            std::memcpy(first + before, h + std::size_t(q) * window, window * sizeof(Real));
            std::memcpy(state, first + window, before * sizeof(Real));
        }
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
