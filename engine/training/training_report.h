// training_report.h: what a training run says on its way and at its end.
#pragma once

#include "engine/training/run/weight_average.h"

#include <cstdint>
#include <optional>
#include <string>

namespace engine {

struct TrainingReport {
    std::int64_t step = 0, steps = 0, tokens = 0;
    double loss = 0;         // mean nats per token since the last report
    double gradientNorm = 0; // of the last step, before clipping
    double learningRate = 0;
    double tokensPerSecond = 0; // since the last report
    double gflops = 0;          // of matrix products: 6 * multiply-adds per token, less what zeros saved
    double seconds = 0;         // of this part of the training
    double secondsLeft = 0;
    std::optional<double> validationBitsPerByte;
    std::string note; // what else to say: a checkpoint was saved, training resumed, a step was left out
};

struct TrainingResult {
    std::int64_t step = 0, tokens = 0, parameters = 0;
    double seconds = 0;                  // of this run
    bool isComplete = false;             // false: stopped; the checkpoint is saved
    std::optional<WeightChoice> weights; // if weights were averaged and validated
    std::string historyJson; // {"train": [[step, nats per token]...], "valid": [[step, bits per byte]...]}
};

} // namespace engine
