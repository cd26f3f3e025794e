// fit_checkpoint.h: where a fit stands, to go on from.
// File:    safetensors with `parameters` and `best` (float32 [trained values]), `moments.first`,
//          `moments.second` (float32 [layout.size()]), `state.<sequence>` (float32), and the metadata key
//          `inkgate.fit_checkpoint`: JSON with `format` 1 and the numbers of FitPoint.
// Threads: free functions on the caller's data.
#pragma once

#include "engine/core/aligned_buffer.h"
#include "engine/core/error.h"
#include "engine/training/adamw.h"
#include "engine/training/training_batch.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace engine {

struct FitPoint {
    std::string identity; // what is fitted to what: a fit goes on only with the same
    std::int64_t step = 0;
    double lossBefore = 0, bestLoss = 0; // nats per token of the held-out text
    std::int64_t bestStep = 0;
    std::int64_t evaluatedStep = 0; // the last after which the held-out text was measured
    int evaluationsSinceBest = 0;
    AlignedBuffer<float> parameters;          // [layout.size()]
    AlignedBuffer<float> best;                // [layout.trainedSize()]
    std::vector<TrainingState<float>> states; // one per sequence
};

[[nodiscard]] Expected<void> saveFit(const std::filesystem::path& path, FitPoint& point, AdamW& optimiser);
// Into a point that has its sizes and identity, and its fixed parameters. Errors: FileNotFound, FileDamaged;
// InvalidArgument if it is a fit of something else.
[[nodiscard]] Expected<void> loadFit(const std::filesystem::path& path, FitPoint& point, AdamW& optimiser);

} // namespace engine
