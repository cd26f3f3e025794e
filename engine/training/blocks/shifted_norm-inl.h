// shifted_norm-inl.h: the layer norm before a half-block, its rows laid out for the token shift.
// Source:  docs/spec/rwkv-models.md section 1. Letters: pass.h.
#include "engine/training/blocks/block_plan.h"
#include "engine/training/blocks/pass.h"
#include "engine/training/ops/normalisation-inl.h"

#include <hwy/highway.h>

#include <cstring>
#include <string>

#if defined(INKGATE_ENGINE_TRAINING_BLOCKS_SHIFTED_NORM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_BLOCKS_SHIFTED_NORM_INL_H
#undef INKGATE_ENGINE_TRAINING_BLOCKS_SHIFTED_NORM_INL_H
#else
#define INKGATE_ENGINE_TRAINING_BLOCKS_SHIFTED_NORM_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand> struct ShiftedNorm {
    const PassSizes& n;

    // Tensors.
    const std::size_t weight; // [D]
    const std::size_t bias;   // [D]

    const std::size_t carried; // [D] of the state: the last window's last row of p

    // Kept from forward for backward.
    Real* const p;     // [B,T+1,D] LN(x); in front of each sequence the row before it
    Real* const mean;  // [M]
    Real* const scale; // [M] 1 / standard deviation

    // `norm`: the tensors' name without ".weight".
    ShiftedNorm(BlockPlan& plan, const std::string& norm)
        : n(plan.sizes())
        , weight(plan.vector(norm + ".weight"))
        , bias(plan.vector(norm + ".bias"))
        , carried(plan.carry(std::size_t(n.D)))
        , p(plan.kept<Real>(n.B, n.T + 1, n.D))
        , mean(plan.kept<Real>(n.M))
        , scale(plan.kept<Real>(n.M)) {}

    // p from x [M,D]; its last row is carried on.
    void forward(Pass<Real, Operand>& pass, const Real* x) {
        const std::size_t rowBytes = std::size_t(n.D) * sizeof(Real);
        for (int s = 0; s < n.B; ++s) {
            Real* row = pass.carried(s, carried);
            Real* first = p + std::size_t(s) * (n.T + 1) * n.D;
            const std::size_t at = std::size_t(s) * n.T;
            std::memcpy(first, row, rowBytes);
            layerNormForward(x + at * n.D, pass.parameter(weight), pass.parameter(bias), n.T, n.D,
                             first + n.D, mean + at, scale + at);
            std::memcpy(row, first + std::size_t(n.T) * n.D, rowBytes);
        }
    }

    // Adds to dx [M,D] what dp [M,D], the gradient of p's own rows, brings.
    void backward(Pass<Real, Operand>& pass, const Real* x, const Real* dp, Real* dx) {
        layerNormBackward<true>(x, dp, pass.parameter(weight), n.M, n.D, mean, scale, dx,
                                pass.gradient(weight), pass.gradient(bias));
    }
};

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
