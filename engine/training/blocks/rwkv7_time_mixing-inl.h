// rwkv7_time_mixing-inl.h: time mixing of RWKV-7, forward and backward.
// Source:  docs/spec/rwkv-models.md section 5; sections 10.2 and 10.3 for the backward pass.
// Letters: pass.h; C = ceil(T / kWkv7Chunk) states kept per sequence and head.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/head_size.h"
#include "engine/training/blocks/low_rank_map-inl.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/blocks/shifted_norm-inl.h"
#include "engine/training/blocks/weight_products.h"
#include "engine/training/ops/activations-inl.h"
#include "engine/training/ops/rwkv7_mixing-inl.h"
#include "engine/training/ops/token_shift-inl.h"
#include "engine/training/ops/wkv7-inl.h"

#include <hwy/highway.h>

#include <cassert>
#include <cstring>
#include <optional>
#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_TIME_MIXING_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_TIME_MIXING_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_TIME_MIXING_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_RWKV7_TIME_MIXING_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct Rwkv7TimeMixing {
    BlockPlan& plan;
    const PassSizes& n = plan.sizes();
    const int layer;
    const std::string att; // "blocks.l.att."

    ShiftedNorm<Real, Operand> norm; // p = LN1(x)

    // Tensors.
    const std::size_t mixR = plan.vector(att + "x_r"), mixW = plan.vector(att + "x_w"), // [D] each
        mixK = plan.vector(att + "x_k"), mixV = plan.vector(att + "x_v"), mixA = plan.vector(att + "x_a"),
                      mixG = plan.vector(att + "x_g");
    const std::size_t decayBias = plan.vector(att + "w0");                  // [D]
    const std::size_t rateBias = plan.vector(att + "a0");                   // [D]
    const std::size_t removalScale = plan.vector(att + "k_k");              // [D]
    const std::size_t rateScale = plan.vector(att + "k_a");                 // [D]
    const std::size_t bonusScale = plan.vector(att + "r_k");                // [H,N]
    const WeightMatrix receptance = plan.matrix(att + "receptance.weight"); // [D,D]
    const WeightMatrix key = plan.matrix(att + "key.weight");               // [D,D]
    const WeightMatrix value = plan.matrix(att + "value.weight");           // [D,D]
    const WeightMatrix output = plan.matrix(att + "output.weight");         // [D,D]
    const std::size_t groupNormWeight = plan.vector(att + "ln_x.weight");   // [D]
    const std::size_t groupNormBias = plan.vector(att + "ln_x.bias");       // [D]

    LowRankMap<Real, Operand, Inner::Tanh> decayMap{plan, att + "w1", att + "w2"};
    LowRankMap<Real, Operand, Inner::None> rateMap{plan, att + "a1", att + "a2"};
    LowRankMap<Real, Operand, Inner::Sigmoid> gateMap{plan, att + "g1", att + "g2"};
    // How much of layer 0's value joins; not in layer 0 itself.
    struct FirstValue {
        std::size_t bias; // [D]
        LowRankMap<Real, Operand, Inner::None> map;
        Real* const share; // [M,D] kept for backward
        Real* const own;   // [M,D] the layer's value before, kept for backward
    };
    std::optional<FirstValue> firstValue;

    const std::size_t stateSize = std::size_t(n.D) * n.N;   // of [H,N,N]
    const std::size_t carriedState = plan.carry(stateSize); // [H,N,N] ([key][value]) of the sequence's state
    const int C = (n.T + kWkv7Chunk - 1) / kWkv7Chunk;

    // Kept from forward for backward.
    Operand* const xr = plan.kept<Operand>(n.M, n.D);            // [M,D] inputs of the products
    Operand* const xw = plan.kept<Operand>(n.M, n.D);            // [M,D]
    Operand* const xk = plan.kept<Operand>(n.M, n.D);            // [M,D]
    Operand* const xv = plan.kept<Operand>(n.M, n.D);            // [M,D]
    Operand* const xa = plan.kept<Operand>(n.M, n.D);            // [M,D]
    Operand* const xg = plan.kept<Operand>(n.M, n.D);            // [M,D]
    Real* const r = plan.kept<Real>(n.M, n.D);                   // [M,D]
    Real* const k = plan.kept<Real>(n.M, n.D);                   // [M,D] W_k x_k
    Real* const v = plan.kept<Real>(n.M, n.D);                   // [M,D] that enters the state
    Real* const decayShare = plan.kept<Real>(n.M, n.D);          // [M,D] sigmoid(omega)
    Real* const decay = plan.kept<Real>(n.M, n.D);               // [M,D] w
    Real* const rate = plan.kept<Real>(n.M, n.D);                // [M,D] in-context rate
    Real* const g = plan.kept<Real>(n.M, n.D);                   // [M,D]
    Real* const a = plan.kept<Real>(n.M, n.D);                   // [M,D] minus the normalised key
    Real* const b = plan.kept<Real>(n.M, n.D);                   // [M,D] the normalised key times the rate
    Real* const replaced = plan.kept<Real>(n.M, n.D);            // [M,D] the key that enters the state
    Real* const removed = plan.kept<Real>(n.M, n.D);             // [M,D] S a, per value channel
    Real* const starts = plan.kept<Real>(n.B, C, n.H, n.N* n.N); // [B,C,H,N,N] states before chunks
    Real* const y = plan.kept<Real>(n.M, n.D);                   // [M,D] of the recurrence
    Operand* const gated = plan.kept<Operand>(n.M, n.D);         // [M,D] (GN(y) + bonus v) g

    // Handed from layer to layer.
    Real* const layer0Value = plan.shared<Real>("att.layer0Value", n.M, n.D);   // [M,D]
    Real* const dLayer0Value = plan.shared<Real>("att.dLayer0Value", n.M, n.D); // [M,D]

    // Scratch.
    Operand* const dOperand = plan.shared<Operand>("att.dOperand", n.M, n.D); // [M,D] a gradient, as operand
    Operand* const dGate = plan.shared<Operand>("att.dGate", n.M, n.D);       // [M,D] of g
    Real* const dy = plan.shared<Real>("att.dy", n.M, n.D);                   // [M,D] of gated, then of y
    Real* const dr = plan.shared<Real>("att.dr", n.M, n.D);                   // [M,D]
    Real* const dReplaced = plan.shared<Real>("att.dReplaced", n.M, n.D);     // [M,D]
    Real* const dk = plan.shared<Real>("att.dk", n.M, n.D);                   // [M,D] of W_k x_k
    Real* const dv = plan.shared<Real>("att.dv", n.M, n.D);                   // [M,D]
    Real* const da = plan.shared<Real>("att.da", n.M, n.D);                   // [M,D]
    Real* const db = plan.shared<Real>("att.db", n.M, n.D);                   // [M,D]
    Real* const dLog = plan.shared<Real>("att.dLog", n.M, n.D);               // [M,D] of ln w
    Real* const dShare = plan.shared<Real>("att.dShare", n.M, n.D);           // [M,D] of rate, then of share
    Real* const dInput = plan.shared<Real>("att.dInput", n.M, n.D);           // [M,D] of one product's input
    Real* const dp = plan.shared<Real>("att.dp", n.M, n.D);                   // [M,D]
    Real* const wkvScratch = plan.shared<Real>("att.wkv", wkv7ScratchSize(n.N));

    Rwkv7TimeMixing(BlockPlan& blockPlan, int index)
        : plan(blockPlan)
        , layer(index)
        , att(blockPrefix(index) + "att.")
        , norm(plan, blockPrefix(index) + "ln1") {
        assert(isHeadSizeSupported(n.N));
        if (index > 0)
            firstValue.emplace(FirstValue{plan.vector(att + "v0"),
                                          {plan, att + "v1", att + "v2"},
                                          plan.kept<Real>(n.M, n.D),
                                          plan.kept<Real>(n.M, n.D)});
    }

    // out [M,D] = x [M,D] + W_o ((GN(WKV7(r, w, k~, v, a, b)) + bonus v) g).
    void forward(Pass<Real, Operand>& pass, const Real* x, Real* out) {
        norm.forward(pass, x);
        shift(pass, mixR, xr);
        linear(pass, receptance, xr, r);
        forwardDecay(pass);
        shift(pass, mixK, xk);
        linear(pass, key, xk, k);
        forwardValue(pass);
        shift(pass, mixA, xa);
        rateMap.forward(pass, xa, rate);
        biasedSigmoidForward(pass.parameter(rateBias), n.M, n.D, rate);
        shift(pass, mixG, xg);
        gateMap.forward(pass, xg, g);
        removalKeysForward(k, rate, pass.parameter(removalScale), pass.parameter(rateScale), n.M, n.H, n.N, a,
                           b, replaced);
        forwardRecurrence(pass);
        groupNormBonusForward(y, r, replaced, v, g, pass.parameter(groupNormWeight),
                              pass.parameter(groupNormBias), pass.parameter(bonusScale), n.M, n.H, n.N,
                              epsilon(), gated);
        std::memcpy(out, x, n.plane() * sizeof(Real));
        linear(pass, output, gated, out, kAccumulate);
    }

    // dx [M,D] is the gradient of `out` and becomes that of x.
    void backward(Pass<Real, Operand>& pass, const Real* x, Real* dx) {
        convertToOperand(dx, n.plane(), dOperand);
        linearBackward(pass, output, gated, dOperand, dy);
        groupNormBonusBackward(y, r, replaced, v, g, pass.parameter(groupNormWeight),
                               pass.parameter(groupNormBias), pass.parameter(bonusScale), n.M, n.H, n.N,
                               epsilon(), dy, dGate, dr, dReplaced, dv, pass.gradient(groupNormWeight),
                               pass.gradient(groupNormBias), pass.gradient(bonusScale));
        backwardRecurrence();
        removalKeysBackward(k, rate, pass.parameter(removalScale), pass.parameter(rateScale), a, da, db,
                            dReplaced, n.M, n.H, n.N, dk, dShare, pass.gradient(removalScale),
                            pass.gradient(rateScale));
        std::memset(dp, 0, n.plane() * sizeof(Real));
        gateMap.backward(pass, xg, dGate, dInput);
        shiftBackward(pass, mixG);
        biasedSigmoidBackward(rate, dShare, n.M, n.D, Real(1), dOperand, pass.gradient(rateBias));
        rateMap.backward(pass, xa, dOperand, dInput);
        shiftBackward(pass, mixA);
        backwardValue(pass);
        projectionBackward(pass, key, dk, xk);
        shiftBackward(pass, mixK);
        backwardDecay(pass);
        projectionBackward(pass, receptance, dr, xr);
        shiftBackward(pass, mixR);
        norm.backward(pass, x, dp, dx);
    }

private:
    Real epsilon() const { return Real(plan.config().groupNormEpsilon); }

    void shift(Pass<Real, Operand>& pass, std::size_t mix, Operand* out) {
        tokenShiftForward(norm.p, pass.parameter(mix), n.B, n.T, n.D, out);
    }
    // dInput is the gradient of that use's input.
    void shiftBackward(Pass<Real, Operand>& pass, std::size_t mix) {
        tokenShiftBackward(norm.p, pass.parameter(mix), dInput, n.B, n.T, n.D, dp, pass.gradient(mix));
    }
    void projectionBackward(Pass<Real, Operand>& pass, const WeightMatrix& weight, const Real* d,
                            const Operand* input) {
        convertToOperand(d, n.plane(), dOperand);
        linearBackward(pass, weight, input, dOperand, dInput);
    }

    // ln w = -e^(-1/2) sigmoid(w0 + tanh(x_w w1) w2).
    void forwardDecay(Pass<Real, Operand>& pass) {
        shift(pass, mixW, xw);
        decayMap.forward(pass, xw, decayShare);
        biasedSigmoidForward(pass.parameter(decayBias), n.M, n.D, decayShare);
        decayOfSigmoid(decayShare, n.plane(), decay);
    }
    void backwardDecay(Pass<Real, Operand>& pass) {
        biasedSigmoidBackward(decayShare, dLog, n.M, n.D, Real(kLogDecayScale), dOperand,
                              pass.gradient(decayBias));
        decayMap.backward(pass, xw, dOperand, dInput);
        shiftBackward(pass, mixW);
    }

    // v = W_v x_v, in later layers blended with layer 0's.
    void forwardValue(Pass<Real, Operand>& pass) {
        shift(pass, mixV, xv);
        linear(pass, value, xv, firstValue ? firstValue->own : v);
        if (!firstValue) {
            std::memcpy(layer0Value, v, n.plane() * sizeof(Real));
            return;
        }
        firstValue->map.forward(pass, xv, firstValue->share);
        biasedSigmoidForward(pass.parameter(firstValue->bias), n.M, n.D, firstValue->share);
        firstValueForward(firstValue->own, layer0Value, firstValue->share, n.plane(), v);
    }
    void backwardValue(Pass<Real, Operand>& pass) {
        if (layer + 1 == plan.config().layers) // the first to come
            std::memset(dLayer0Value, 0, n.plane() * sizeof(Real));
        if (!firstValue) {
#pragma omp simd
            for (std::size_t i = 0; i < n.plane(); ++i)
                dv[i] += dLayer0Value[i];
            projectionBackward(pass, value, dv, xv);
        } else {
            firstValueBackward(firstValue->own, layer0Value, firstValue->share, n.plane(), dv, dLayer0Value,
                               dShare);
            projectionBackward(pass, value, dv, xv);
            biasedSigmoidBackward(firstValue->share, dShare, n.M, n.D, Real(1), dOperand,
                                  pass.gradient(firstValue->bias));
            firstValue->map.backward(pass, xv, dOperand, dInput, kAccumulate);
        }
        shiftBackward(pass, mixV);
    }

    // y, head by head; the state moves on to the end of the window.
    void forwardRecurrence(Pass<Real, Operand>& pass) {
        for (int s = 0; s < n.B; ++s)
            for (int h = 0; h < n.H; ++h) {
                const std::size_t at = firstChannel(s, h);
                Real* const state = pass.carried(s, carriedState) + headState(h);
                withHeadSize(n.N, [&](auto size) {
                    wkv7ForwardHead<Real, decltype(size)::value>(
                        r + at, decay + at, replaced + at, v + at, a + at, b + at, n.T, std::size_t(n.D),
                        state, y + at, removed + at, firstStart(s, h), stateSize);
                });
            }
    }
    void backwardRecurrence() {
        for (int s = 0; s < n.B; ++s)
            for (int h = 0; h < n.H; ++h) {
                const std::size_t at = firstChannel(s, h);
                withHeadSize(n.N, [&](auto size) {
                    wkv7BackwardHead<Real, decltype(size)::value>(
                        r + at, decay + at, replaced + at, v + at, a + at, b + at, removed + at, dy + at, n.T,
                        std::size_t(n.D), firstStart(s, h), stateSize, dr + at, dReplaced + at, dv + at,
                        da + at, db + at, dLog + at, wkvScratch);
                });
            }
    }
    // Where a head's channels of a sequence's first token stand in [M,D], its state in [H,N,N], and the first
    // of its kept states.
    std::size_t firstChannel(int sequence, int head) const {
        return std::size_t(sequence) * n.T * n.D + std::size_t(head) * n.N;
    }
    std::size_t headState(int head) const { return std::size_t(head) * n.N * n.N; }
    Real* firstStart(int sequence, int head) const {
        return starts + std::size_t(sequence) * C * stateSize + headState(head);
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
