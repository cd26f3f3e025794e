// adaptive_shift-inl.h: the adaptive enhancement's shift and gate, forward and backward.
// Source:  docs/spec/enhanced-rwkv.md section 2. Letters: pass.h; R rank of the shift's network.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/enhancement/gated_shift-inl.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/activations-inl.h"

#include <hwy/highway.h>

#include <cstring>
#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ADAPTIVE_SHIFT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ADAPTIVE_SHIFT_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ADAPTIVE_SHIFT_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_ADAPTIVE_SHIFT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// s[t] = h[t-1], or h[t-1] + tanh(h[t-1] A) B.
template <class Real, class Operand> struct AdaptiveShift final : GatedShift<Real, Operand> {
    const PassSizes& n;
    const bool hasNetwork, hasGate;

    // Tensors.
    WeightMatrix down, up, gateWeight; // A [D,R], B [R,D]; [D,D]

    // Kept from forward for backward.
    Operand* shiftInput = nullptr;  // [M,D] h[t-1]
    Operand* shiftHidden = nullptr; // [M,R] tanh(h[t-1] A)
    Operand* gateInput = nullptr;   // [M,D] h[t]

    // Scratch.
    Real* lowRank = nullptr;     // [M,R] before tanh; gradient
    Operand* dLowRank = nullptr; // [M,R]
    Operand* dShift = nullptr;   // [M,D] ds

    // `enhance`: "enhance.l.".
    AdaptiveShift(BlockPlan& plan, const std::string& enhance)
        : GatedShift<Real, Operand>(1)
        , n(plan.sizes())
        , hasNetwork(plan.config().enhancement.shift == EnhancementConfig::Shift::Mlp)
        , hasGate(plan.config().enhancement.gate == EnhancementConfig::Gate::Learned) {
        if (hasNetwork) {
            down = plan.matrix(enhance + "shift.a");
            up = plan.matrix(enhance + "shift.b");
            shiftInput = plan.kept<Operand>(n.M, n.D);
            shiftHidden = plan.kept<Operand>(n.M, up.rows);
            lowRank = plan.shared<Real>("enhance.lowRank", n.M, up.rows);
            dLowRank = plan.shared<Operand>("enhance.dLowRank", n.M, up.rows);
            dShift = plan.shared<Operand>("enhance.dShift", n.M, n.D);
        }
        if (hasGate) {
            gateWeight = plan.matrix(enhance + "gate.weight");
            this->gateBias = plan.vector(enhance + "gate.bias");
            gateInput = plan.kept<Operand>(n.M, n.D);
        }
    }

    void forward(Pass<Real, Operand>& pass, const Real* h, const Real* rows, Real* s, Real* gate) override {
        for (int q = 0; q < n.B; ++q)
            std::memcpy(s + firstRow(q), rows + std::size_t(q) * (n.T + 1) * n.D,
                        std::size_t(n.T) * n.D * sizeof(Real));
        if (hasNetwork) {
            convertToOperand(s, n.plane(), shiftInput);
            factor(pass, down, shiftInput, lowRank);
            tanhForward(lowRank, std::size_t(n.M) * up.rows, shiftHidden);
            factor(pass, up, shiftHidden, s, kAccumulate);
        }
        if (hasGate) {
            convertToOperand(h, n.plane(), gateInput);
            linear(pass, gateWeight, gateInput, gate);
        }
    }

    void backward(Pass<Real, Operand>& pass, const Real*, const Operand* dGate, Real* ds, Real* dh) override {
        if (hasGate)
            linearBackward(pass, gateWeight, gateInput, dGate, dh, kAccumulate);
        if (hasNetwork) {
            convertToOperand(ds, n.plane(), dShift);
            factorBackward(pass, up, shiftHidden, dShift, lowRank);
            tanhBackward(shiftHidden, lowRank, std::size_t(n.M) * up.rows, dLowRank);
            factorBackward(pass, down, shiftInput, dLowRank, ds, kAccumulate);
        }
        for (int q = 0; q < n.B; ++q) // s[t] is of h[t-1]; nothing flows into the carried row
            for (std::size_t i = 0; i < std::size_t(n.T - 1) * n.D; ++i)
                dh[firstRow(q) + i] += ds[firstRow(q) + n.D + i];
    }

private:
    std::size_t firstRow(int sequence) const { return std::size_t(sequence) * n.T * n.D; }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
