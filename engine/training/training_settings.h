// training_settings.h: what a training run is told.
#pragma once

#include "engine/core/error.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/training/adamw.h"
#include "engine/training/muon.h"
#include "engine/training/parameters/parameter_layout.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace engine {

struct TrainingSettings {
    std::filesystem::path text;       // UTF-8; documents separated by a line with a form feed
    std::filesystem::path validation; // empty: no validation
    std::filesystem::path vocabulary; // sentencepiece model, World vocabulary, or empty for bytes
    std::filesystem::path init;       // a model to start from with a fresh optimiser; empty: start values
    int firstStep = 0; // steps `init` has behind it in this same run: data and schedule go on there
    // The model; its checkpoint is output + ".checkpoint", its encoded text output + ".tokens".
    std::filesystem::path output;

    // vocabulary 0: the tokenizer's size; feedForward 0: RWKV-6 32 * floor(3.5 D / 32), RWKV-7 4 D; ranks 0:
    // by width.
    TrainingShape shape;
    int sequences = 16; // per step
    int window = 512;   // tokens between cuts of the gradient
    int segment = 4096; // tokens over which state is carried; a multiple of window
    int microBatch = 2; // sequences a thread works on at a time; times threads it must divide `sequences`
    int threads = 0;    // 0: all processors
    std::int64_t tokens = 0; // to train on, in all
    float learningRate = 1e-3f;
    float finalLearningRate = 1e-4f;
    LearningRateDecay decay = LearningRateDecay::Cosine;
    int warmup = 50; // steps
    AdamWSettings optimiser;
    MuonSettings muon; // for the matrices, if it is used
    float logitPull = 1e-4f;
    std::uint64_t seed = 1;
    int validateEvery = 250; // steps
    int checkpointSeconds = 180;

    // Fills in what 0 stands for. Errors: InvalidArgument naming the setting.
    [[nodiscard]] Expected<void> complete(const Tokenizer& tokenizer, int poolSize);
    [[nodiscard]] std::int64_t tokensPerStep() const;
    [[nodiscard]] int steps() const; // whole batches that hold `tokens`
    [[nodiscard]] LearningRateSchedule schedule() const;
    [[nodiscard]] Muon::Step muonStep(std::int64_t step) const; // without its clip
};

[[nodiscard]] std::string toJson(const TrainingSettings& settings);
[[nodiscard]] Expected<TrainingSettings> trainingSettingsFromJson(const std::string& json);

} // namespace engine
