// trainer.h: trains an RWKV-6 model, with or without an enhancement, from a text file, on the CPU.
// Source:  docs/spec/rwkv-models.md sections 11 and 12.
// Data-parallel: each thread has gradients of its own and works through its share of the batch alone; they
// meet once per step. With the same settings and number of threads a run is the same to the bit, also when
// stopped and resumed. Matrix products: bfloat16 operands with float32 accumulation where the processor has
// them, else float32; master weights float32.
// Threads: runs on the calling thread and a pool; callbacks come on the calling thread.
#pragma once

#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/training/adamw.h"
#include "engine/training/parameters/parameter_layout.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace engine {

struct TrainingSettings {
    std::filesystem::path text;       // UTF-8; documents separated by a line with a form feed
    std::filesystem::path validation; // empty: no validation
    std::filesystem::path vocabulary; // sentencepiece model, World vocabulary, or empty for bytes
    std::filesystem::path init;       // a model to start from with a fresh optimiser; empty: start values
    int firstStep = 0; // steps `init` has behind it in this same run: data and schedule go on there
    std::filesystem::path
        output; // the model; its checkpoint is output + ".checkpoint", encoded text output + ".tokens"

    TrainingShape shape; // vocabulary 0: the tokenizer's size; feedForward 0: 32 * floor(3.5 D / 32)
    int sequences = 16;  // per step
    int window = 512;    // tokens between cuts of the gradient
    int segment = 4096;  // tokens over which state is carried; a multiple of window
    int microBatch =
        2; // sequences a thread works on at a time; sequences must be a multiple of threads * microBatch
    int threads = 0;         // 0: all processors
    std::int64_t tokens = 0; // to train on, in all
    float learningRate = 1e-3f;
    float finalLearningRate = 1e-4f;
    int warmup = 50; // steps
    AdamWSettings optimiser;
    float logitPull = 1e-4f;
    std::uint64_t seed = 1;
    int validateEvery = 250; // steps
    int checkpointSeconds = 180;

    // Fills in what 0 stands for. Errors: InvalidArgument naming the setting.
    [[nodiscard]] Expected<void> complete(const Tokenizer& tokenizer, int poolSize);
    [[nodiscard]] int steps() const; // whole batches that hold `tokens`
};

[[nodiscard]] std::string toJson(const TrainingSettings& settings);
[[nodiscard]] Expected<TrainingSettings> trainingSettingsFromJson(const std::string& json);

struct TrainingReport {
    std::int64_t step = 0, steps = 0, tokens = 0;
    double loss = 0;         // mean nats per token since the last report
    double gradientNorm = 0; // of the last step, before clipping
    double learningRate = 0;
    double tokensPerSecond = 0; // since the last report
    double gflops = 0;          // of matrix products: 6 * multiply-adds per token, less what zeros saved
    double secondsLeft = 0;
    std::optional<double> validationBitsPerByte;
    std::string
        note; // something worth saying: a checkpoint was written, training resumed, a step was skipped
};

struct TrainingResult {
    std::int64_t step = 0, tokens = 0, parameters = 0;
    double seconds = 0;      // of this run
    bool isComplete = false; // false: stopped; the checkpoint is saved
    std::string historyJson; // {"train": [[step, nats per token]...], "valid": [[step, bits per byte]...]}
};

// Trains to the end or until `stop`; writes the checkpoint and the model as it stands every few minutes, on
// stopping and at the end. With `resume` and a checkpoint beside the output it goes on from there. Errors:
// those of reading and writing; InvalidArgument.
[[nodiscard]] Expected<TrainingResult> train(TrainingSettings settings, bool resume, ThreadPool& pool,
                                             const std::function<void(const TrainingReport&)>& report,
                                             std::stop_token stop);

// The checkpoint that belongs to an output file.
[[nodiscard]] std::filesystem::path checkpointPath(const std::filesystem::path& output);

} // namespace engine
