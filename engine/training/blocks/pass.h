// pass.h: what one forward and backward pass is given, and the letters that stand in shapes.
// Letters: B sequences, T tokens of a window, M = B T rows (row b T + t is token t of sequence b), D width,
//          H heads of N channels, F width of channel mixing, V vocabulary. Ranks and other sizes that only
//          one half-block knows are named in its file.
// "Operand" arrays feed matrix products; all else is Real.
#pragma once

#include "engine/training/training_batch.h"

#include <cstddef>

namespace engine {

struct PassSizes {
    int B, T, M, D, H, N, F, V;

    [[nodiscard]] std::size_t plane() const { return std::size_t(M) * std::size_t(D); } // values of [M,D]
};

template <class Real, class Operand> struct Pass {
    const PassSizes& n;
    const Real* parameters;  // [layout.size()]
    const Operand* operands; // the same values, as operands of products
    Real* gradients;         // [layout.size()], added to; null: forward only
    const TrainingBatch<Real>& batch;
    double skippedMultiplyAdds = 0; // with zeros that sparse products left out so far

    // Offsets are those of the layout.
    [[nodiscard]] const Real* parameter(std::size_t offset) const { return parameters + offset; }
    [[nodiscard]] const Operand* operand(std::size_t offset) const { return operands + offset; }
    [[nodiscard]] Real* gradient(std::size_t offset) const { return gradients + offset; }

    // What a sequence carries from window to window; offsets are those of BlockPlan::carry().
    [[nodiscard]] Real* carried(int sequence, std::size_t offset) const {
        return batch.states[std::size_t(sequence)].values.data() + offset;
    }
};

} // namespace engine
