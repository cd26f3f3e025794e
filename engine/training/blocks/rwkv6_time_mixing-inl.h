// rwkv6_time_mixing-inl.h: time mixing of RWKV-6, forward and backward.
// Source:  docs/spec/rwkv-models.md section 4; section 10.1 for the recurrence's backward pass.
// Letters: pass.h; R mix rank, R5 = 5 R, Rd decay rank, Rx the larger. Five inputs, ordered w, k, v, r, g.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/head_size.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/blocks/shifted_norm-inl.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/activations-inl.h"
#include "engine/training/ops/decay-inl.h"
#include "engine/training/ops/normalisation-inl.h"
#include "engine/training/ops/token_shift-inl.h"
#include "engine/training/ops/wkv6-inl.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_TIME_MIXING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_TIME_MIXING_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_TIME_MIXING_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_RWKV6_TIME_MIXING_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct Rwkv6TimeMixing {
    enum Input { kW, kK, kV, kR, kG, kInputs };

    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const std::string att; // "blocks.l.att."

    ShiftedNorm<Real, Operand> norm; // p = LN1(x)

    // Tensors.
    const std::size_t mixX = plan.vector(att + "time_maa_x");  // [D]
    const std::size_t mixes = plan.vector(att + "time_maa_w"); // [5,D]: five tensors, alignedSize(D) apart
    const WeightMatrix mixDown = plan.matrix(att + "time_maa_w1");          // [D,5R]
    const WeightMatrix mixUp = plan.matrix(att + "time_maa_w2");            // [5,R,D]
    const std::size_t decayBias = plan.vector(att + "time_decay");          // [D]
    const WeightMatrix decayDown = plan.matrix(att + "time_decay_w1");      // [D,Rd]
    const WeightMatrix decayUp = plan.matrix(att + "time_decay_w2");        // [Rd,D]
    const std::size_t bonus = plan.vector(att + "time_faaaa");              // [H,N] u
    const WeightMatrix receptance = plan.matrix(att + "receptance.weight"); // [D,D]
    const WeightMatrix key = plan.matrix(att + "key.weight");               // [D,D]
    const WeightMatrix value = plan.matrix(att + "value.weight");           // [D,D]
    const WeightMatrix gate = plan.matrix(att + "gate.weight");             // [D,D]
    const WeightMatrix output = plan.matrix(att + "output.weight");         // [D,D]
    const std::size_t groupNormWeight = plan.vector(att + "ln_x.weight");   // [D]
    const std::size_t groupNormBias = plan.vector(att + "ln_x.bias");       // [D]

    const int R = mixUp.rows, R5 = kInputs * R, Rd = decayUp.rows, Rx = std::max(R5, Rd);
    const std::size_t stateSize = std::size_t(n.D) * n.N;   // of [H,N,N]
    const std::size_t carriedState = plan.carry(stateSize); // [H,N,N] ([key][value]) of the sequence's state

    // Kept from forward for backward.
    Operand* const mixInput = plan.kept<Operand>(n.M, n.D);        // [M,D] p + (p⁻ - p) maa_x
    Operand* const mixHidden = plan.kept<Operand>(n.M, R5);        // [M,5R] z
    Operand* const mixed = plan.kept<Operand>(kInputs, n.M, n.D);  // [5,M,D] m_j; backward: gradients
    Operand* const inputs = plan.kept<Operand>(kInputs, n.M, n.D); // [5,M,D] x_j
    Real* const r = plan.kept<Real>(n.M, n.D);                     // [M,D]
    Real* const k = plan.kept<Real>(n.M, n.D);                     // [M,D]
    Real* const v = plan.kept<Real>(n.M, n.D);                     // [M,D]
    Real* const g = plan.kept<Real>(n.M, n.D);                     // [M,D] before its silu
    Operand* const decayHidden = plan.kept<Operand>(n.M, Rd);      // [M,Rd] tanh(x_w w1)
    Real* const logDecay = plan.kept<Real>(n.M, n.D);              // [M,D] ln w
    Real* const decay = plan.kept<Real>(n.M, n.D);                 // [M,D] w
    Real* const startState = plan.kept<Real>(n.B, n.H, n.N, n.N);  // [B,H,N,N] before the window
    Real* const y = plan.kept<Real>(n.M, n.D);                     // [M,D] of the recurrence
    Operand* const gated = plan.kept<Operand>(n.M, n.D);           // [M,D] GN(y) silu(g)

    // Scratch.
    Real* const lowRank = plan.shared<Real>("att.lowRank", n.M, Rx);           // [M,Rx] before tanh; gradient
    Operand* const dLowRank = plan.shared<Operand>("att.dLowRank", n.M, Rx);   // [M,Rx]
    Real* const rows = plan.shared<Real>("att.rows", n.M, n.D);                // [M,D] one m_j; d mixInput
    Operand* const dOperand = plan.shared<Operand>("att.dOperand", n.M, n.D);  // [M,D] a gradient, as operand
    Operand* const dGate = plan.shared<Operand>("att.dGate", n.M, n.D);        // [M,D] of g
    Real* const dy = plan.shared<Real>("att.dy", n.M, n.D);                    // [M,D] of gated, then of y
    Real* const dr = plan.shared<Real>("att.dr", n.M, n.D);                    // [M,D]
    Real* const dk = plan.shared<Real>("att.dk", n.M, n.D);                    // [M,D]
    Real* const dv = plan.shared<Real>("att.dv", n.M, n.D);                    // [M,D]
    Real* const dLog = plan.shared<Real>("att.dLog", n.M, n.D);                // [M,D] of ln w
    Real* const dInputs = plan.shared<Real>("att.dInputs", kInputs, n.M, n.D); // [5,M,D] of x_j
    Real* const dp = plan.shared<Real>("att.dp", n.M, n.D);                    // [M,D]
    Real* const wkvScratch = plan.shared<Real>("att.wkv", 2 * n.N * (n.N + n.T)); // of wkv6BackwardHead

    Rwkv6TimeMixing(BlockPlan& blockPlan, int layer)
        : plan(blockPlan)
        , att(blockPrefix(layer) + "att.")
        , norm(plan, blockPrefix(layer) + "ln1") {
        assert(isHeadSizeSupported(n.N));
    }

    // out [M,D] = x [M,D] + W_o (GN(WKV6(r, k, v, w, u)) silu(g)).
    void forward(Pass<Real, Operand>& pass, const Real* x, Real* out) {
        norm.forward(pass, x);
        forwardInputs(pass);
        linear(pass, receptance, input(kR), r);
        linear(pass, key, input(kK), k);
        linear(pass, value, input(kV), v);
        linear(pass, gate, input(kG), g);
        forwardDecay(pass);
        forwardRecurrence(pass);
        groupNormGateForward(y, g, pass.parameter(groupNormWeight), pass.parameter(groupNormBias), n.M, n.H,
                             n.N, epsilon(), gated);
        std::memcpy(out, x, n.plane() * sizeof(Real));
        linear(pass, output, gated, out, kAccumulate);
    }

    // dx [M,D] is the gradient of `out` and becomes that of x.
    void backward(Pass<Real, Operand>& pass, const Real* x, Real* dx) {
        convertToOperand(dx, n.plane(), dOperand);
        linearBackward(pass, output, gated, dOperand, dy);
        groupNormGateBackward(y, g, pass.parameter(groupNormWeight), pass.parameter(groupNormBias), n.M, n.H,
                              n.N, epsilon(), dy, dGate, pass.gradient(groupNormWeight),
                              pass.gradient(groupNormBias));
        backwardRecurrence(pass);
        backwardDecay(pass);
        linearBackward(pass, gate, input(kG), dGate, dInput(kG));
        backwardProjection(pass, value, dv, kV);
        backwardProjection(pass, key, dk, kK);
        backwardProjection(pass, receptance, dr, kR);
        backwardInputs(pass);
        norm.backward(pass, x, dp, dx);
    }

private:
    const Operand* input(Input j) const { return inputs + j * n.plane(); }
    Real* dInput(Input j) const { return dInputs + j * n.plane(); }
    Real epsilon() const { return Real(plan.config().groupNormEpsilon); }

    // x_j = p + (p⁻ - p) (maa_j + m_j).
    void forwardInputs(Pass<Real, Operand>& pass) {
        tokenShiftForward(norm.p, pass.parameter(mixX), n.B, n.T, n.D, mixInput);
        factor(pass, mixDown, mixInput, lowRank);
        tanhForward(lowRank, std::size_t(n.M) * R5, mixHidden);
        for (int j = 0; j < kInputs; ++j) {
            factorOfColumns(pass, mixUp.at(j), mixHidden + j * R, R5, rows);
            convertToOperand(rows, n.plane(), mixed + j * n.plane());
        }
        dynamicTokenShiftForward(norm.p, pass.parameter(mixes), alignedSize(std::size_t(n.D)), mixed, n.B,
                                 n.T, n.D, inputs);
    }
    void backwardInputs(Pass<Real, Operand>& pass) {
        dynamicTokenShiftBackward(norm.p, pass.parameter(mixes), alignedSize(std::size_t(n.D)), mixed,
                                  dInputs, n.B, n.T, n.D, dp, pass.gradient(mixes));
        for (int j = 0; j < kInputs; ++j)
            factorOfColumnsBackward(pass, mixUp.at(j), mixHidden + j * R, R5, mixed + j * n.plane(),
                                    lowRank + j * R);
        tanhBackward(mixHidden, lowRank, std::size_t(n.M) * R5, dLowRank);
        factorBackward(pass, mixDown, mixInput, dLowRank, rows);
        tokenShiftBackward(norm.p, pass.parameter(mixX), rows, n.B, n.T, n.D, dp, pass.gradient(mixX));
    }

    // Of one of r, k, v, whose gradient is d.
    void backwardProjection(Pass<Real, Operand>& pass, const WeightMatrix& weight, const Real* d, Input j) {
        convertToOperand(d, n.plane(), dOperand);
        linearBackward(pass, weight, input(j), dOperand, dInput(j));
    }

    // ln w = -exp(time_decay + tanh(x_w w1) w2), and w.
    void forwardDecay(Pass<Real, Operand>& pass) {
        factor(pass, decayDown, input(kW), lowRank);
        tanhForward(lowRank, std::size_t(n.M) * Rd, decayHidden);
        factor(pass, decayUp, decayHidden, logDecay);
        decayForward(pass.parameter(decayBias), n.M, n.D, logDecay, decay);
    }
    void backwardDecay(Pass<Real, Operand>& pass) {
        decayBackward(logDecay, dLog, n.M, n.D, dOperand, pass.gradient(decayBias));
        factorBackward(pass, decayUp, decayHidden, dOperand, lowRank);
        tanhBackward(decayHidden, lowRank, std::size_t(n.M) * Rd, dLowRank);
        factorBackward(pass, decayDown, input(kW), dLowRank, dInput(kW));
    }

    // y, head by head; the state moves on to the end of the window.
    void forwardRecurrence(Pass<Real, Operand>& pass) {
        for (int s = 0; s < n.B; ++s) {
            Real* state = pass.carried(s, carriedState);
            std::memcpy(startState + s * stateSize, state, stateSize * sizeof(Real));
            for (int h = 0; h < n.H; ++h) {
                const std::size_t at = firstChannel(s, h);
                const Real* u = pass.parameter(bonus) + h * n.N;
                withHeadSize(n.N, [&](auto size) {
                    wkv6ForwardHead<Real, decltype(size)::value>(r + at, k + at, v + at, decay + at, u, n.T,
                                                                 std::size_t(n.D), state + headState(h),
                                                                 y + at);
                });
            }
        }
    }
    void backwardRecurrence(Pass<Real, Operand>& pass) {
        for (int s = 0; s < n.B; ++s)
            for (int h = 0; h < n.H; ++h) {
                const std::size_t at = firstChannel(s, h);
                const Real* start = startState + s * stateSize + headState(h);
                const Real* u = pass.parameter(bonus) + h * n.N;
                Real* du = pass.gradient(bonus) + h * n.N;
                withHeadSize(n.N, [&](auto size) {
                    wkv6BackwardHead<Real, decltype(size)::value>(
                        r + at, k + at, v + at, decay + at, u, dy + at, n.T, std::size_t(n.D), start, dr + at,
                        dk + at, dv + at, dLog + at, du, wkvScratch);
                });
            }
    }
    // Where a head's channels of a sequence's first token stand in [M,D], and its state in [H,N,N].
    std::size_t firstChannel(int sequence, int head) const {
        return std::size_t(sequence) * n.T * n.D + std::size_t(head) * n.N;
    }
    std::size_t headState(int head) const { return std::size_t(head) * n.N * n.N; }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
