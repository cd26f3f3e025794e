// training_file.h: what training writes: checkpoints it can go on from, and models it has made.
// Checkpoint: a safetensors file with `parameters`, `moments.first`, `moments.second` (all float32
//             [layout.size()]), `average` (the same) where weights are averaged, `state.<slot>` (float32),
//             and the metadata key `inkgate.training`: JSON with `format` 1, the step, the positions of the
//             slots and the settings.
// Model:      official names; matrices bfloat16, everything else float32; metadata as in
//             docs/spec/enhanced-rwkv.md section 5, and `inkgate.training_steps`,
//             `inkgate.training_settings`, `inkgate.training_history`, `inkgate.training_weights`.
// Source:     docs/formats/checkpoint.md.
// Threads: free functions on the caller's data.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/checkpoint.h"
#include "engine/training/adamw.h"
#include "engine/training/parameters/parameter_layout.h"
#include "engine/training/run/weight_average.h"
#include "engine/training/training_batch.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace engine {

struct TrainingProgress {
    std::int64_t step = 0;               // steps done
    std::string settings;                // the trainer's own JSON; must be equal for an exact resume
    std::string history;                 // the trainer's own JSON: losses so far
    std::optional<WeightChoice> weights; // at the end, if weights were averaged
};

// `average`: null if weights are not averaged.
[[nodiscard]] Expected<void> saveTraining(const std::filesystem::path& path, const TrainingProgress& progress,
                                          std::span<const float> parameters, AdamW& optimiser,
                                          std::span<const TrainingState<float>> states,
                                          WeightAverage* average);
// Errors: FileDamaged, ShapeMismatch if it is a checkpoint of a model of other sizes.
[[nodiscard]] Expected<TrainingProgress> loadTraining(const std::filesystem::path& path,
                                                      std::span<float> parameters, AdamW& optimiser,
                                                      std::span<TrainingState<float>> states,
                                                      WeightAverage* average);
// The settings a checkpoint was made with, to build everything else from.
[[nodiscard]] Expected<TrainingProgress> readTrainingProgress(const std::filesystem::path& path);

// The checkpoint that belongs to an output file.
[[nodiscard]] std::filesystem::path checkpointPath(const std::filesystem::path& output);

// The model as it stands, with the record of how it came about.
[[nodiscard]] Expected<void> saveModel(const std::filesystem::path& path, const ParameterLayout& layout,
                                       std::span<const float> parameters, const TrainingProgress& progress);
// That record. Errors: FileDamaged if the file has none.
[[nodiscard]] Expected<TrainingProgress> modelTrainingRecord(const Checkpoint& model);
// Takes every tensor of `model` that the layout has; tensors that only the layout has (a gate put on a base)
// keep their values.
// Errors: ShapeMismatch, FileDamaged if nothing of the base model is there.
[[nodiscard]] Expected<void> loadModelParameters(const Checkpoint& model, const ParameterLayout& layout,
                                                 std::span<float> parameters);

} // namespace engine
