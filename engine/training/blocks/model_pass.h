// model_pass.h: a forward and backward pass through a whole model, whatever its architecture and the
// instruction set it was compiled for.
#pragma once

#include "engine/training/blocks/pass.h"

#include <cstddef>

namespace engine {

template <class Real, class Operand> class ModelPass {
public:
    virtual ~ModelPass() = default;

    // See ModelGradient::run().
    virtual double run(const Real* parameters, const Operand* operands, const TrainingBatch<Real>& batch,
                       Real* gradients) = 0;
    [[nodiscard]] virtual double skippedMultiplyAdds() const = 0; // in the last run
    [[nodiscard]] virtual std::size_t stateSize() const = 0;      // values that a sequence carries
};

} // namespace engine
