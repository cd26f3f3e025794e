// dynamic_shift.h (reference): docs/spec/rwkv-models.md section 4.
#pragma once

#include "engine/operations/rows/dynamic_shift.h"
#include "tests/support/reference/matrix.h"

namespace reference {

inline void dynamicShift(const engine::DynamicShift& op) {
    const std::size_t width = size(op.width), rank = size(op.rank), uses = op.uses.size();
    const Tensor factors = values(op.factors); // [uses rank, width]
    for (std::size_t j = 0; j < uses; ++j)
        for (std::size_t t = 0; t < size(op.tokens); ++t)
            for (std::size_t c = 0; c < width; ++c) {
                double mix = op.uses[j].mix[c];
                for (std::size_t r = 0; r < rank; ++r)
                    mix += std::tanh(double{op.mixHidden[(t * uses + j) * rank + r]}) *
                           factors[(j * rank + r) * width + c];
                const double before = op.normalised[t * width + c];
                const double current = op.normalised[(t + 1) * width + c];
                op.uses[j].output[t * width + c] = static_cast<float>(current + (before - current) * mix);
            }
}

} // namespace reference
