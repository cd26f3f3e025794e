#include "engine/training/model_gradient.h"

#include "engine/cpu/simd_targets.h"
#include "engine/training/blocks/model_pass.h"

#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/training/model_gradient.cpp"
#include <hwy/foreach_target.h>

#include "engine/training/blocks/model_pass-inl.h"
#include "engine/training/blocks/rwkv6-inl.h"
#include "engine/training/blocks/rwkv7-inl.h"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

// The one place where an architecture's half-blocks are chosen.
template <class Real, class Operand>
std::unique_ptr<ModelPass<Real, Operand>> makePass(const ParameterLayout& layout, int sequences, int tokens,
                                                   const FrozenMatrices<Real, Operand>* frozen) {
    switch (layout.shape().model.architecture) {
    case Architecture::Rwkv6:
        return std::make_unique<LayeredPass<Rwkv6, Real, Operand>>(layout, sequences, tokens, frozen);
    case Architecture::Rwkv7:
        return std::make_unique<LayeredPass<Rwkv7, Real, Operand>>(layout, sequences, tokens, frozen);
    case Architecture::Rwkv5: break;
    }
    return nullptr;
}

// Highway's dispatch tables hold plain functions, so each precision gets one.
// Double is for checks, so it is compiled for the baseline only.
#if HWY_TARGET == HWY_STATIC_TARGET
std::unique_ptr<ModelPass<double, double>> makeDoublePass(const ParameterLayout& layout, int sequences,
                                                          int tokens,
                                                          const FrozenMatrices<double, double>* frozen) {
    return makePass<double, double>(layout, sequences, tokens, frozen);
}
#endif
std::unique_ptr<ModelPass<float, float>> makeFloatPass(const ParameterLayout& layout, int sequences,
                                                       int tokens,
                                                       const FrozenMatrices<float, float>* frozen) {
    return makePass<float, float>(layout, sequences, tokens, frozen);
}
std::unique_ptr<ModelPass<float, BFloat16>> makeBFloat16Pass(const ParameterLayout& layout, int sequences,
                                                             int tokens,
                                                             const FrozenMatrices<float, BFloat16>* frozen) {
    return makePass<float, BFloat16>(layout, sequences, tokens, frozen);
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace engine {

HWY_EXPORT(makeFloatPass);
HWY_EXPORT(makeBFloat16Pass);

namespace {

template <class Real, class Operand>
std::unique_ptr<ModelPass<Real, Operand>> passFor(const ParameterLayout& layout, int sequences, int tokens,
                                                  const FrozenMatrices<Real, Operand>* frozen) {
    if constexpr (std::is_same_v<Real, double>)
        return HWY_STATIC_DISPATCH(makeDoublePass)(layout, sequences, tokens, frozen);
    else if constexpr (std::is_same_v<Operand, BFloat16>)
        return HWY_DYNAMIC_DISPATCH(makeBFloat16Pass)(layout, sequences, tokens, frozen);
    else
        return HWY_DYNAMIC_DISPATCH(makeFloatPass)(layout, sequences, tokens, frozen);
}

} // namespace

template <class Real, class Operand>
ModelGradient<Real, Operand>::ModelGradient(const ParameterLayout& layout, int sequences, int tokens,
                                            const FrozenMatrices<Real, Operand>* frozen)
    : m_sequences(sequences)
    , m_tokens(tokens)
    , m_pass(passFor<Real, Operand>(layout, sequences, tokens, frozen)) {
    assert(m_pass);
}

template <class Real, class Operand> ModelGradient<Real, Operand>::~ModelGradient() = default;

template <class Real, class Operand>
double ModelGradient<Real, Operand>::run(const Real* parameters, const Operand* operands,
                                         const TrainingBatch<Real>& batch, Real* gradients) {
    assert(batch.inputs.size() == static_cast<std::size_t>(m_sequences) * static_cast<std::size_t>(m_tokens));
    return m_pass->run(parameters, operands, batch, gradients);
}

template <class Real, class Operand> TrainingState<Real> ModelGradient<Real, Operand>::freshState() const {
    return TrainingState<Real>(m_pass->stateSize());
}

template <class Real, class Operand> double ModelGradient<Real, Operand>::skippedMultiplyAdds() const {
    return m_pass->skippedMultiplyAdds();
}

template class ModelGradient<double, double>;
template class ModelGradient<float, float>;
template class ModelGradient<float, BFloat16>;

} // namespace engine
#endif
