// tensor_lists.h: the tensors of each part of a model, in the order in which they are laid out.
// The order is part of checkpoints and of the order of sums: tensors may be added at the end of a list.
#pragma once

#include "engine/training/parameters/parameter_layout.h"
#include "engine/training/parameters/tensor_spec.h"

#include <vector>

namespace engine {

// Embedding, head and the norms outside the layers.
[[nodiscard]] std::vector<TensorSpec> modelTensors(const ModelConfig& model);

// A layer's mixing, for the architecture of `shape`: the one place where lists are chosen.
[[nodiscard]] std::vector<TensorSpec> layerTensors(const TrainingShape& shape, int layer);
[[nodiscard]] std::vector<TensorSpec> rwkv6Tensors(const TrainingShape& shape, int layer);
[[nodiscard]] std::vector<TensorSpec> rwkv7Tensors(const TrainingShape& shape, int layer);

// A sparse block of RWKV-X.
[[nodiscard]] std::vector<TensorSpec> sparseBlockTensors(const ModelConfig& model, int index);

// A layer's enhancement; empty without one.
[[nodiscard]] std::vector<TensorSpec> enhancementTensors(const ModelConfig& model, int layer);
// A layer's low-rank adapter; empty without one.
[[nodiscard]] std::vector<TensorSpec> adapterTensors(const TrainingShape& shape, int layer);

} // namespace engine
