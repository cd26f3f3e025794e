// shape_of_model.h: the sizes of a model that a file holds, for training on it.
// Threads: pure function.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/checkpoint.h"
#include "engine/training/parameters/parameter_layout.h"

namespace engine {

// Whether the trainer has a backward pass for it. Errors: UnsupportedArchitecture.
[[nodiscard]] Expected<void> checkTrainable(const ModelConfig& config);

// `config` is what ModelConfig::detect() found in `model`. Errors: UnsupportedArchitecture (the trainer has
// no backward pass for it, or for heads of that size); FileDamaged (a low-rank factor is missing).
[[nodiscard]] Expected<TrainingShape> trainingShapeOf(const Checkpoint& model, const ModelConfig& config);

} // namespace engine
