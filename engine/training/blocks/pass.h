// pass.h: what one forward and backward pass is given, and the letters that stand in shapes.
// Letters: B sequences, T tokens of a window, M = B T rows (row b T + t is token t of sequence b), D width,
//          H heads of N channels, F width of channel mixing, V vocabulary. Ranks and other sizes that only
//          one half-block knows are named in its file.
// "Operand" arrays feed matrix products; all else is Real.
#pragma once

#include "engine/training/products/frozen_matrices.h"
#include "engine/training/training_batch.h"

#include <cstddef>

namespace engine {

struct PassSizes {
    int B, T, M, D, H, N, F, V;

    [[nodiscard]] std::size_t plane() const { return std::size_t(M) * std::size_t(D); } // values of [M,D]
};

// A weight matrix as it is stored, last index fastest.
struct WeightMatrix {
    std::size_t offset = 0; // in the layout
    int rows = 0, columns = 0;
    bool isFrozen = false;   // its values stand in a base
    bool hasGradient = true; // it is trained

    [[nodiscard]] std::size_t size() const { return std::size_t(rows) * std::size_t(columns); }
    // Matrix j of several that stand one after another in one tensor.
    [[nodiscard]] WeightMatrix at(int j) const {
        return {offset + std::size_t(j) * size(), rows, columns, isFrozen, hasGradient};
    }
};

template <class Real, class Operand> struct Pass {
    const PassSizes& n;
    const Real* parameters;  // [layout.size()]
    const Operand* operands; // the same values, as operands of products
    Real* gradients;         // [layout.size()], added to; null: forward only
    const TrainingBatch<Real>& batch;
    const FrozenMatrices<Real, Operand>* frozen = nullptr; // null: nothing is frozen
    Operand* frozenOperand = nullptr;                      // [largest frozen matrix] scratch
    double skippedMultiplyAdds = 0;                        // with zeros that sparse products left out so far

    // Offsets are those of the layout.
    [[nodiscard]] const Real* parameter(std::size_t offset) const { return parameters + offset; }
    // Of a frozen matrix valid until the next call.
    [[nodiscard]] const Operand* operand(const WeightMatrix& w) const {
        return w.isFrozen ? frozen->operand(w.offset, w.size(), frozenOperand) : operands + w.offset;
    }
    [[nodiscard]] Real* gradient(std::size_t offset) const { return gradients + offset; }

    // What a sequence carries from window to window; offsets are those of BlockPlan::carry().
    [[nodiscard]] Real* carried(int sequence, std::size_t offset) const {
        return batch.states[std::size_t(sequence)].values.data() + offset;
    }
};

} // namespace engine
