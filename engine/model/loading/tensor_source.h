// tensor_source.h: where a model's tensors come from, by official name: a checkpoint, or random numbers.
// Threads: one at a time.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/error.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/config.h"
#include "engine/model/model.h"
#include "engine/operations/products/linear/linear.h"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace engine {

class TensorSource {
public:
    virtual ~TensorSource() = default;

    // A linear layer [outputs, inputs]. Errors: FileDamaged (missing), ShapeMismatch, UnsupportedType,
    // OutOfMemory.
    [[nodiscard]] virtual Expected<LinearWeights> linear(const std::string& name, int outputs, int inputs,
                                                         MatrixOrder order) = 0;
    // A matrix of which rows are looked up. Errors as above.
    [[nodiscard]] virtual Expected<LinearWeights> table(const std::string& name, int rows, int columns) = 0;
    // Any other tensor as float32. Errors as above.
    [[nodiscard]] virtual Expected<AlignedBuffer<float>> values(const std::string& name,
                                                                const std::vector<std::int64_t>& shape) = 0;
    // The type in which a low-rank factor with these values is kept once it is used like a linear layer.
    // Where a file's matrices take 16 bits or less, float32 factors that 16 bits hold exactly are kept in 16.
    // Errors as above.
    [[nodiscard]] virtual Expected<DataType> factorType(const std::string& name,
                                                        std::span<const float> values) = 0;
    // Columns of a low-rank factor [inputs, columns]. Errors: FileDamaged, ShapeMismatch.
    [[nodiscard]] virtual Expected<int> factorColumns(const std::string& name) = 0;
};

// Reads a checkpoint; matrices that have the wanted type and order already stay as the checkpoint has read
// them.
[[nodiscard]] std::unique_ptr<TensorSource> checkpointSource(std::shared_ptr<const Checkpoint> checkpoint,
                                                             WeightType type);

// Random tensors with the spreads of a trained RWKV, so that activations and logits stay finite at any size.
// The same seed gives the same model whatever the number of threads.
[[nodiscard]] std::unique_ptr<TensorSource> randomSource(const ModelConfig& config, WeightType type,
                                                         std::uint64_t seed);

} // namespace engine
