// frozen_matrices.h: what a pass asks of a base whose large tensors stay as they are stored.
// Shapes:  offsets are those of the layout (TensorUse::Frozen), counts whole matrices or rows.
// Threads: reentrant.
#pragma once

#include <cstddef>

namespace engine {

template <class Real, class Operand> class FrozenMatrices {
public:
    virtual ~FrozenMatrices() = default;

    // `count` values from `offset` on, as an operand of products: in `scratch`, which has room for them, or
    // where they are kept as operands.
    [[nodiscard]] virtual const Operand* operand(std::size_t offset, std::size_t count,
                                                 Operand* scratch) const = 0;
    // The same as values, into `out`.
    virtual void values(std::size_t offset, std::size_t count, Real* out) const = 0;
};

} // namespace engine
