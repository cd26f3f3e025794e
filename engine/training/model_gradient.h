// model_gradient.h: loss and gradient of a model, with any enhancement, over a window of tokens of a few
// sequences. Hand-written backward passes, one file per half-block in blocks/.
// Source:  docs/spec/rwkv-models.md sections 2, 4, 10, 12; docs/spec/enhanced-rwkv.md sections 2 and 3.
// Precisions: <double, double> for finite differences, <float, float> for exact comparison, <float, BFloat16>
//             for training.
// Threads: one object per thread; parameters and operands are only read, each thread adds to gradients of its
//          own.
#pragma once

#include "engine/training/parameters/parameter_layout.h"
#include "engine/training/products/frozen_matrices.h"
#include "engine/training/products/operand.h"
#include "engine/training/training_batch.h"

#include <memory>

namespace engine {

template <class Real, class Operand> class ModelPass;

template <class Real, class Operand> class ModelGradient {
public:
    // Room for `sequences` windows of `tokens` tokens. The architecture must be one that trains and the head
    // size 16, 32, 64 or 128 (asserted). Keeps a reference to `layout`. Throws std::bad_alloc.
    // `frozen`: where the layout's frozen tensors are, if it has any; must outlive this object.
    ModelGradient(const ParameterLayout& layout, int sequences, int tokens,
                  const FrozenMatrices<Real, Operand>* frozen = nullptr);
    ~ModelGradient();

    // Returns the sum (not scaled, but weighted) of -ln p(target). Adds the gradient of the scaled loss to
    // `gradients` [layout.size()]; null: forward only. `operands` holds every parameter as an operand, at the
    // same offsets. What stands behind layout.trainedSize() in `gradients` means nothing.
    double run(const Real* parameters, const Operand* operands, const TrainingBatch<Real>& batch,
               Real* gradients);

    // The state of a sequence before its first token.
    [[nodiscard]] TrainingState<Real> freshState() const;

    // Multiply-adds with zeros that products of the last run left out.
    [[nodiscard]] double skippedMultiplyAdds() const;

private:
    int m_sequences, m_tokens;
    std::unique_ptr<ModelPass<Real, Operand>> m_pass;
};

extern template class ModelGradient<double, double>;
extern template class ModelGradient<float, float>;
extern template class ModelGradient<float, BFloat16>;

} // namespace engine
