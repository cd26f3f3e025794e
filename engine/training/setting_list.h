// setting_list.h: every setting of a training with its name in JSON and its range, listed once: reading,
// writing and checking (settings_json.h) are visitors of this list.
// Threads: pure functions.
#pragma once

#include "engine/training/training_settings.h"

#include <array>
#include <limits>
#include <tuple>

namespace engine {

// What a number may be.
struct SettingRange {
    double least = 0, largest = 0;
    bool excludesLeast = false; // it must be above `least`
};

inline constexpr std::array kTrainedArchitectures{Architecture::Rwkv6, Architecture::Rwkv7};
inline constexpr std::array kTrainedParts{TrainedPart::Model, TrainedPart::SparseBlocks};
inline constexpr std::array kSparseStarts{SparseStart::Zero, SparseStart::Copied};
inline constexpr std::array kTextOrders{TextOrder::Segments, TextOrder::Documents};
inline constexpr std::array kLearningRateDecays{LearningRateDecay::Cosine, LearningRateDecay::Linear};
inline constexpr std::array kWeightDecaySchedules{WeightDecaySchedule::Constant, WeightDecaySchedule::Linear};

// Calls visit(name, value) for texts, switches and what is no number, visit(name, value, range) for numbers
// and pairs of them, visit(name, value, values) for one of several named values. `Settings` is
// TrainingSettings or const TrainingSettings.
template <class Settings, class Visit> void visitSettings(Settings& s, Visit& visit) {
    using Range = SettingRange;
    constexpr double kMost = std::numeric_limits<int>::max();
    constexpr Range kCount{1, kMost}, kAny{0, kMost}, kRank{0, 65536}, kShare{0, 1}, kBelowOne{0, 0.999999};
    constexpr Range kRate{0, 100, true}, kWeight{0, 100};
    auto& model = s.shape.model;
    visit("text", s.text);
    visit("validation", s.validation);
    visit("vocabulary", s.vocabulary);
    visit("init", s.init);
    visit("first_step", s.firstStep, kAny);
    visit("output", s.output);
    visit("log", s.log);

    visit("architecture", model.architecture, kTrainedArchitectures);
    visit("layers", model.layers, Range{1, 1024});
    visit("width", model.width, Range{16, 65536});
    visit("head_size", model.headSize, Range{16, 128});
    visit("feed_forward", model.feedForward, Range{0, 1 << 20});
    visit("mix_rank", s.shape.mixRank, kRank);
    visit("decay_rank", s.shape.decayRank, kRank);
    visit("rate_rank", s.shape.rateRank, kRank);
    visit("value_rank", s.shape.valueRank, kRank);
    visit("gate_rank", s.shape.gateRank, kRank);
    visit("sparse_blocks", model.sparse.blocks, Range{0, 1024});
    visit("chunk", model.sparse.chunk, Range{1, kLargestChunk});
    visit("chunks", model.sparse.chunks, Range{1, kMostChosenChunks});
    visit("sparse_start", s.sparseStart, kSparseStarts);
    visit("train_part", s.trainedPart, kTrainedParts);
    visit("enhancement", model.enhancement);
    visit("enhancement_rank", model.enhancement.rank, kRank);

    visit("tokens", s.tokens, Range{0, 1e15});
    visit("sequences", s.sequences, kCount);
    visit("batch_growth", s.batchGrowth);
    visit("window", s.window, kCount);
    visit("segment", s.segment, kCount);
    visit("order", s.order, kTextOrders);
    visit("micro_batch", s.microBatch, kCount);
    visit("threads", s.threads, Range{0, 1024});
    visit("seed", s.seed);

    visit("learning_rate", s.learningRate, kRate);
    visit("final_learning_rate", s.finalLearningRate, kWeight);
    visit("learning_rate_decay", s.decay, kLearningRateDecays);
    visit("warmup", s.warmup, kAny);
    visit("weight_decay", s.optimiser.weightDecay, kWeight);
    visit("weight_decay_schedule", s.weightDecaySchedule, kWeightDecaySchedules);
    visit("beta1", s.optimiser.beta1, kBelowOne);
    visit("beta2", s.optimiser.beta2, kBelowOne);
    visit("epsilon", s.optimiser.epsilon, Range{0, 1, true});
    visit("clip", s.optimiser.clip, Range{0, 1e9, true});
    visit("enhancement_learning_rate_scale", s.optimiser.enhancementScale, Range{0, 1e6});
    visit("muon", s.muon.isUsed);
    visit("muon_learning_rate", s.muon.learningRate, kRate);
    visit("muon_weight_decay", s.muon.weightDecay, kWeight);
    visit("muon_momentum", std::tie(s.muon.firstMomentum, s.muon.momentum), kBelowOne);
    visit("muon_momentum_warmup", s.muon.momentumWarmup, kAny);
    visit("logit_pull", s.logitPull, kWeight);
    visit("unmarked_weight", s.unmarkedWeight, kShare);
    visit("long_ce_window", s.longCeWindow, kAny);
    visit("average_last", s.averageLast, kShare);

    visit("validate_every", s.validateEvery, kCount);
    visit("checkpoint_seconds", s.checkpointSeconds, kAny);
}

} // namespace engine
