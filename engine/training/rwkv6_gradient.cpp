#include "engine/training/rwkv6_gradient.h"

#include "engine/cpu/simd_targets.h"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/training/rwkv6_gradient.cpp"
#include <hwy/foreach_target.h>

#include "engine/training/rwkv6_pass-inl.h"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

template <class Real, class Operand>
double runPass(const ParameterLayout& layout, GradientWorkspace<Real, Operand>& workspace, int sequences,
               int tokens, const Real* parameters, const Operand* operands,
               const typename Rwkv6Gradient<Real, Operand>::Batch& batch, Real* gradients) {
    return Rwkv6Pass<Real, Operand>(layout, workspace, sequences, tokens, parameters, operands, batch,
                                    gradients)
        .run();
}

// Highway's dispatch tables hold plain functions, so each precision gets one.
// Double is for checks, so it is compiled for the baseline only.
#if HWY_TARGET == HWY_STATIC_TARGET
double passDouble(const ParameterLayout& layout, GradientWorkspace<double, double>& workspace, int sequences,
                  int tokens, const double* parameters, const double* operands,
                  const Rwkv6Gradient<double, double>::Batch& batch, double* gradients) {
    return runPass(layout, workspace, sequences, tokens, parameters, operands, batch, gradients);
}
#endif
double passFloat(const ParameterLayout& layout, GradientWorkspace<float, float>& workspace, int sequences,
                 int tokens, const float* parameters, const float* operands,
                 const Rwkv6Gradient<float, float>::Batch& batch, float* gradients) {
    return runPass(layout, workspace, sequences, tokens, parameters, operands, batch, gradients);
}
double passBFloat16(const ParameterLayout& layout, GradientWorkspace<float, BFloat16>& workspace,
                    int sequences, int tokens, const float* parameters, const BFloat16* operands,
                    const Rwkv6Gradient<float, BFloat16>::Batch& batch, float* gradients) {
    return runPass(layout, workspace, sequences, tokens, parameters, operands, batch, gradients);
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace engine {

HWY_EXPORT(passFloat);
HWY_EXPORT(passBFloat16);

namespace {

std::size_t stateSize(const TrainingShape& shape) {
    const ModelConfig& m = shape.model;
    const auto width = static_cast<std::size_t>(m.width);
    return static_cast<std::size_t>(m.layers) *
           (2 * width + width * static_cast<std::size_t>(m.headSize) +
            static_cast<std::size_t>(carriedRows(m.enhancement)) * width);
}

double pass(const ParameterLayout& l, GradientWorkspace<double, double>& ws, int s, int t, const double* p,
            const double* o, const Rwkv6Gradient<double, double>::Batch& b, double* g) {
    return HWY_STATIC_DISPATCH(passDouble)(l, ws, s, t, p, o, b, g);
}
double pass(const ParameterLayout& l, GradientWorkspace<float, float>& ws, int s, int t, const float* p,
            const float* o, const Rwkv6Gradient<float, float>::Batch& b, float* g) {
    return HWY_DYNAMIC_DISPATCH(passFloat)(l, ws, s, t, p, o, b, g);
}
double pass(const ParameterLayout& l, GradientWorkspace<float, BFloat16>& ws, int s, int t, const float* p,
            const BFloat16* o, const Rwkv6Gradient<float, BFloat16>::Batch& b, float* g) {
    return HWY_DYNAMIC_DISPATCH(passBFloat16)(l, ws, s, t, p, o, b, g);
}

} // namespace

int carriedRows(const EnhancementConfig& enhancement) {
    switch (enhancement.variant) {
    case EnhancementConfig::Variant::None: return 0;
    case EnhancementConfig::Variant::Adaptive: return 1;
    case EnhancementConfig::Variant::ConvRouting: return enhancement.kernel;
    }
    return 0;
}

template <class Real>
TrainingState<Real>::TrainingState(const TrainingShape& shape)
    : values(stateSize(shape)) {}

template <class Real> void TrainingState<Real>::reset() {
    values.resize(values.size());
    position = 0;
}

template <class Real, class Operand>
Rwkv6Gradient<Real, Operand>::Rwkv6Gradient(const ParameterLayout& layout, int sequences, int tokens)
    : m_layout(layout)
    , m_sequences(sequences)
    , m_tokens(tokens) {
    const TrainingShape& shape = layout.shape();
    const ModelConfig& m = shape.model;
    const EnhancementConfig& e = m.enhancement;
    assert(m.headSize == 16 || m.headSize == 32 || m.headSize == 64 || m.headSize == 128);
    const auto size = [](auto value) { return static_cast<std::size_t>(value); };
    const std::size_t rows = size(sequences) * size(tokens), width = size(m.width), plane = rows * width;
    const std::size_t shifted = plane + size(sequences) * width;
    const std::size_t rank = size(e.rank), feedForward = size(m.feedForward);
    const bool enhanced = e.variant != EnhancementConfig::Variant::None;
    const bool conv = e.variant == EnhancementConfig::Variant::ConvRouting;
    for (int l = 0; l < m.layers; ++l) {
        LayerActivations<Real, Operand> a;
        for (auto* buffer : {&a.x, &a.r, &a.k, &a.v, &a.gate, &a.logDecay, &a.decay, &a.wkv,
                             &a.afterAttention, &a.receptance, &a.value})
            buffer->resize(plane);
        for (auto* buffer : {&a.p, &a.q})
            buffer->resize(shifted);
        for (auto* buffer : {&a.mean1, &a.scale1, &a.mean2, &a.scale2, &a.mean3, &a.scale3})
            buffer->resize(rows);
        a.startState.resize(size(sequences) * width * size(m.headSize));
        for (auto* buffer : {&a.mixInput, &a.gated, &a.channelKeyInput, &a.channelReceptanceInput})
            buffer->resize(plane);
        a.mixHidden.resize(rows * 5 * size(shape.mixRank));
        a.mixes.resize(5 * plane);
        a.mixed.resize(5 * plane);
        a.decayHidden.resize(rows * size(shape.decayRank));
        a.channelKey.resize(rows * feedForward);
        if constexpr (std::is_same_v<Real, Operand>)
            a.entries.reserve(sequences * tokens, m.feedForward);
        if (enhanced) {
            a.h.resize(plane + size(sequences) * size(carriedRows(e)) * width);
            a.s.resize(plane);
            a.g.resize(plane);
            if (e.layerNorm)
                a.e.resize(plane);
            a.gateInput.resize((conv ? 2 : 1) * plane);
            if (e.shift == EnhancementConfig::Shift::Mlp) {
                a.shiftInput.resize(plane);
                a.shiftHidden.resize(rows * rank);
            }
            if (conv)
                a.routeHidden.resize(rows * rank);
        }
        m_workspace.layers.push_back(std::move(a));
    }
    auto& ws = m_workspace;
    const std::size_t widest =
        std::max({5 * width, feedForward, 5 * size(shape.mixRank), rank, size(shape.decayRank)});
    const std::size_t narrow = std::max({width, 5 * size(shape.mixRank), rank, size(shape.decayRank)});
    const std::size_t headRows = std::min(rows, size(512)), vocabulary = size(m.vocabulary);
    for (auto* buffer : {&ws.embedded, &ws.out, &ws.dx, &ws.dr, &ws.dk, &ws.dv, &ws.dLog})
        buffer->resize(plane);
    for (auto* buffer : {&ws.da, &ws.db})
        buffer->resize(rows * narrow);
    for (auto* buffer : {&ws.mean0, &ws.scale0, &ws.meanOut, &ws.scaleOut})
        buffer->resize(rows);
    // Also the value matrix's gradient turned over.
    ws.wide.resize(std::max(rows * widest, feedForward * width));
    ws.logits.resize(headRows * vocabulary);
    ws.logitGradient.resize(headRows * size(logitGradientStride<Operand>(m.vocabulary)));
    ws.wkvScratch.resize(2 * size(m.headSize) * size(m.headSize) + 2 * size(tokens) * size(m.headSize));
    if constexpr (std::is_same_v<Real, Operand>) {
        ws.packed.resize(std::max(rows, feedForward) * width);
        ws.entryGradient.resize(ws.layers[0].entries.value.size());
    }
    ws.normed.resize(plane);
    ws.operandA.resize(rows * narrow);
    ws.operandB.resize(rows * narrow);
    ws.operandWide.resize(rows * widest);
}

template <class Real, class Operand>
double Rwkv6Gradient<Real, Operand>::run(const Real* parameters, const Operand* operands, const Batch& batch,
                                         Real* gradients) {
    assert(batch.inputs.size() == static_cast<std::size_t>(m_sequences) * static_cast<std::size_t>(m_tokens));
    return pass(m_layout, m_workspace, m_sequences, m_tokens, parameters, operands, batch, gradients);
}

template <class Real, class Operand>
std::span<const Real> Rwkv6Gradient<Real, Operand>::gates(int layer) const {
    return m_workspace.layers[static_cast<std::size_t>(layer)].g.span();
}

template class Rwkv6Gradient<double, double>;
template class Rwkv6Gradient<float, float>;
template class Rwkv6Gradient<float, BFloat16>;
template struct TrainingState<double>;
template struct TrainingState<float>;

} // namespace engine
#endif
