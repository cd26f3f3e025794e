// trainer.h: trains a model, with or without an enhancement, from a text file, on the CPU.
// Source:  docs/spec/rwkv-models.md sections 11 and 12.
// Data-parallel: each thread has gradients of its own and works through its share of the batch alone; they
// meet once per step. With the same settings and number of threads a run is the same to the bit, also when
// stopped and resumed. Matrix products: bfloat16 operands with float32 accumulation where the processor has
// them, else float32; master weights float32.
// Threads: runs on the calling thread and a pool; callbacks come on the calling thread.
#pragma once

#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/training/training_report.h"
#include "engine/training/training_settings.h"

#include <functional>
#include <stop_token>

namespace engine {

// Fills in what the settings leave open, as train() does before it begins. Errors: those of reading the
// vocabulary; InvalidArgument naming the setting.
[[nodiscard]] Expected<void> completeSettings(TrainingSettings& settings, int poolSize);

// Trains to the end or until `stop`; writes the checkpoint and the model as it stands every few minutes, on
// stopping and at the end. With `resume` and a checkpoint beside the output it goes on from there. Errors:
// those of reading and writing; InvalidArgument.
[[nodiscard]] Expected<TrainingResult> train(TrainingSettings settings, bool resume, ThreadPool& pool,
                                             const std::function<void(const TrainingReport&)>& report,
                                             std::stop_token stop);

} // namespace engine
