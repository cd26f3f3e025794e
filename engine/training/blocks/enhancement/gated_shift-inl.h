// gated_shift-inl.h: what a kind of enhancement adds: the shifted state s and the gate before its sigma.
// Source:  docs/spec/enhanced-rwkv.md sections 2 to 3a. Letters: pass.h; E carried rows of a sequence.
#include "engine/training/blocks/pass.h"

#include <hwy/highway.h>

#include <cstddef>
#include <optional>
#include <span>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_GATED_SHIFT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_GATED_SHIFT_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_GATED_SHIFT_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_ENHANCEMENT_GATED_SHIFT_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct GatedShift {
    const int carriedRows; // E: of h, that s needs of the tokens before the window
    // The gate's bias [D]; none: the gate is 1.
    std::optional<std::size_t> gateBias;
    // Gates of a kind that applies them itself, so that the gate of s is 1; empty of all others.
    std::span<const Real> ownGates;

    explicit GatedShift(int rows)
        : carriedRows(rows) {}
    virtual ~GatedShift() = default;

    // h [M,D], and `rows` [B,E+T,D]: the same with carried rows. Writes s [M,D] and, if there is a gate to
    // learn, `gate` [M,D] without bias.
    virtual void forward(Pass<Real, Operand>& pass, const Real* h, const Real* rows, Real* s, Real* gate) = 0;

    // dGate [M,D] is the gradient of `gate`, unset where there is none to learn. ds [M,D] is that of s and
    // may be used up. Adds to dh [M,D].
    virtual void backward(Pass<Real, Operand>& pass, const Real* rows, const Operand* dGate, Real* ds,
                          Real* dh) = 0;
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
