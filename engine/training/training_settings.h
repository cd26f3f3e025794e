// training_settings.h: what a training run is told.
#pragma once

#include "engine/core/error.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/training/adamw.h"
#include "engine/training/batch_schedule.h"
#include "engine/training/muon.h"
#include "engine/training/parameters/parameter_layout.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace engine {

// How each epoch reads the text (batch_order.h).
enum class TextOrder { Segments, Documents };
// AdamW's weight decay: as it is, or in a line to 0 at the end. Muon's always falls.
enum class WeightDecaySchedule { Constant, Linear };

// How sparse blocks begin that `init` lacks: without effect, or as copies of the RWKV blocks before them
// (docs/spec/rwkv-x.md section 6).
enum class SparseStart { Zero, Copied };

[[nodiscard]] std::string_view name(TextOrder order);              // "segments", "documents"
[[nodiscard]] std::string_view name(SparseStart start);            // "zero", "copied"
[[nodiscard]] std::string_view name(WeightDecaySchedule schedule); // "constant", "linear"

// Schedules count in steps of full size: where batches grow, a step of half the sequences is half a step.
struct TrainingSettings {
    std::filesystem::path text;       // UTF-8; documents separated by a line with a form feed
    std::filesystem::path validation; // empty: no validation
    std::filesystem::path vocabulary; // sentencepiece model, World vocabulary, or empty for bytes
    std::filesystem::path init;       // a model to start from with a fresh optimiser; empty: start values
    int firstStep = 0; // steps `init` has behind it in this same run: data and schedule go on there
    // The model; its checkpoint is output + ".checkpoint", its encoded text output + ".tokens".
    std::filesystem::path output;
    std::filesystem::path log; // empty: output + ".csv"

    // vocabulary 0: the tokenizer's size; feedForward 0: RWKV-6 32 * floor(3.5 D / 32), RWKV-7 4 D; ranks 0:
    // by width.
    TrainingShape shape;
    TrainedPart trainedPart = TrainedPart::Model; // SparseBlocks needs `init` to have the rest
    SparseStart sparseStart = SparseStart::Zero;
    int sequences = 16; // per step
    // Smaller steps before those: shares and sequences rise from stage to stage.
    std::vector<BatchStage> batchGrowth;
    int window = 512; // tokens between cuts of the gradient
    // Tokens over which state is carried; a multiple of window, and equal to it for RWKV-X, whose sparse
    // attention carries nothing.
    int segment = 4096;
    TextOrder order = TextOrder::Segments;
    int microBatch = 2; // sequences a thread works on at a time; times threads it must divide each step's
    int threads = 0;    // 0: all processors
    std::int64_t tokens = 0; // to train on, in all
    float learningRate = 1e-3f;
    float finalLearningRate = 1e-4f;
    LearningRateDecay decay = LearningRateDecay::Cosine;
    int warmup = 50; // steps
    AdamWSettings optimiser;
    WeightDecaySchedule weightDecaySchedule = WeightDecaySchedule::Constant;
    MuonSettings muon; // for the matrices, if it is used
    float logitPull = 1e-4f;
    // Below 1: what a token outside of marked text counts for in the loss (TokenDataset says what marks are),
    // and validation is of marked text alone. 1: marks are text as any other.
    float unmarkedWeight = 1;
    int longCeWindow = 0; // LongCE with short contexts of up to so many tokens; 0: without
    // The model becomes the mean of the weights over this last share of the training, if that validates
    // better than the last weights. 0: no mean.
    double averageLast = 0;
    std::uint64_t seed = 1;
    int validateEvery = 250; // steps
    int checkpointSeconds = 180;

    // Switches Muon on or off, with the beta2 that goes with it.
    void useMuon(bool isUsed);

    // Fills in what 0 stands for. Errors: InvalidArgument naming the setting.
    [[nodiscard]] Expected<void> complete(const Tokenizer& tokenizer, int poolSize);
    [[nodiscard]] std::filesystem::path logPath() const; // `log`, or what it stands for
    [[nodiscard]] BatchSchedule batches() const;
    [[nodiscard]] std::int64_t steps() const { return batches().steps(); }
    [[nodiscard]] LearningRateSchedule schedule() const;
    // Of a step, counted from 0.
    [[nodiscard]] float learningRateAt(std::int64_t step) const;
    [[nodiscard]] AdamW::Step adamwStep(std::int64_t step) const;
    [[nodiscard]] Muon::Step muonStep(std::int64_t step) const; // without its clip
    // Whether the weights after `step` steps belong to the mean.
    [[nodiscard]] bool isAveraged(std::int64_t step) const;
};

} // namespace engine
