// frozen_base.h: the large tensors of a model file as a base that stays as it is: kept as the file stores
// them, and decoded each time a product needs them.
// Decoding costs a few per cent of a product with some hundred rows. Those that fit into a budget are decoded
// once, the head first: it is the largest, and threads would need a copy of it each.
// Source:  docs/spec/enhanced-rwkv.md section 11.
// Threads: immutable once open; reentrant.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/formats/checkpoint.h"
#include "engine/training/parameters/parameter_layout.h"
#include "engine/training/products/frozen_matrices.h"
#include "engine/training/products/operand.h"

#include <memory>
#include <vector>

namespace engine {

template <class Operand> class FrozenBase final : public FrozenMatrices<float, Operand> {
public:
    // Reads every frozen tensor of `layout` from `model`. The head and what else fits into `decodedBytes` is
    // kept as operands. Errors: FileDamaged (missing, or of another shape; named), UnsupportedType,
    // FileUnreadable. Throws std::bad_alloc.
    [[nodiscard]] static Expected<FrozenBase> open(std::shared_ptr<const Checkpoint> model,
                                                   const ParameterLayout& layout, std::size_t decodedBytes,
                                                   ThreadPool& pool);

    [[nodiscard]] const Operand* operand(std::size_t offset, std::size_t count,
                                         Operand* scratch) const override;
    void values(std::size_t offset, std::size_t count, float* out) const override;

private:
    struct Tensor {
        std::size_t offset = 0, size = 0; // in values
        DataType type = DataType::Float32;
        std::span<const std::byte> bytes; // as stored
        AlignedBuffer<Operand> decoded;   // empty: decoded when needed
    };
    FrozenBase() = default;
    [[nodiscard]] const Tensor& at(std::size_t offset) const;

    std::shared_ptr<const Checkpoint> m_model;
    std::vector<Tensor> m_tensors; // by offset
};

// Copies the fixed tensors of `layout` from `model` into `parameters` [layout.size()]. Errors: FileDamaged,
// UnsupportedType, FileUnreadable.
[[nodiscard]] Expected<void> loadFixedParameters(const Checkpoint& model, const ParameterLayout& layout,
                                                 std::span<float> parameters);

extern template class FrozenBase<float>;
extern template class FrozenBase<BFloat16>;

} // namespace engine
