#include "engine/training/training_settings.h"

#include "engine/training/parameters/shape_of_model.h"
#include "engine/training/settings_json.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace engine {

namespace {

constexpr float kMuonBeta2 = 0.95f; // docs/spec/training.md

// As RWKV-LM chooses them by width: in steps of 32.
void setRwkv7Ranks(TrainingShape& shape) {
    const auto steps = [](double wanted) {
        return std::max(32, 32 * static_cast<int>(std::lround(wanted / 32)));
    };
    const double root = std::sqrt(static_cast<double>(shape.model.width));
    shape.decayRank = shape.rateRank = steps(1.8 * root);
    shape.valueRank = steps(1.3 * root);
    shape.gateRank = steps(0.6 * std::pow(shape.model.width, 0.8));
}

// Of the training, before `step`.
float shareDone(const BatchSchedule& batches, std::int64_t step) {
    const double whole = std::max(1.0, batches.fullStepsBefore(batches.steps()));
    return static_cast<float>(std::min(1.0, batches.fullStepsBefore(step) / whole));
}

Failure bad(const std::string& what) { return failure(ErrorCode::InvalidArgument, what); }

// The sequences of each stage of growth and of full steps.
Expected<void> checkBatches(const TrainingSettings& s) {
    const std::int64_t multiple = std::int64_t{s.threads} * s.microBatch;
    BatchStage before{0, 0};
    std::vector<BatchStage> stages = s.batchGrowth;
    stages.push_back({1, s.sequences});
    for (const BatchStage& stage : stages) {
        if (stage.sequences < 1 || stage.sequences % multiple != 0)
            return bad("sequences (" + std::to_string(stage.sequences) +
                       ") must be a multiple of threads times micro-batch (" + std::to_string(multiple) +
                       ")");
        if (!(stage.until > before.until) || stage.sequences <= before.sequences)
            return bad("a batch must grow from stage to stage, in shares between 0 and 1 and in sequences up "
                       "to those of a full step (" +
                       std::to_string(s.sequences) + ")");
        before = stage;
    }
    return {};
}

Expected<void> checkModel(const ModelConfig& m) {
    if (auto trainable = checkTrainable(m); !trainable)
        return bad(trainable.error().message);
    if (m.width % m.headSize != 0)
        return bad("the width must be a multiple of the head size, " + std::to_string(m.headSize));
    if (m.sparse.blocks > 0 && m.layers % m.sparse.blocks != 0)
        return bad(std::to_string(m.sparse.blocks) +
                   " sparse-attention blocks cannot stand at equal distances among " +
                   std::to_string(m.layers) + " layers; choose a number that divides these");
    return {};
}

// What only RWKV-X has.
Expected<void> checkSparse(const TrainingSettings& s) {
    const bool isRwkvX = s.shape.model.sparse.blocks > 0;
    if (isRwkvX && s.segment != s.window)
        return bad("sparse attention carries nothing from window to window; give a segment as long as the "
                   "window (" +
                   std::to_string(s.window) + ")");
    if (s.trainedPart == TrainedPart::SparseBlocks && (!isRwkvX || s.init.empty()))
        return bad(
            "to train sparse-attention blocks alone, give their number (--sparse-blocks) and a model to "
            "put them on (--init)");
    if (s.sparseStart == SparseStart::Copied && (!isRwkvX || s.init.empty()))
        return bad(
            "sparse-attention blocks can start as copies only with a model to copy from (--init) and a "
            "number of blocks (--sparse-blocks)");
    return {};
}

Expected<void> checkLoss(const TrainingSettings& s) {
    if (s.longCeWindow != 0 && (s.longCeWindow % 2 != 0 || s.longCeWindow + s.longCeWindow / 2 >= s.window))
        return bad("LongCE compares with short contexts: their window must be even, and one and a half of it "
                   "shorter than the training's window (" +
                   std::to_string(s.window) + ")");
    return {};
}

// What does not depend on each other is checkRanges()'s.
Expected<void> checkRun(const TrainingSettings& s) {
    if (s.segment < s.window || s.segment % s.window != 0)
        return bad("the segment must be a multiple of the window");
    if (s.tokens < 1)
        return bad("say how many tokens to train on (--tokens)");
    if (auto checked = checkBatches(s); !checked)
        return checked;
    if (auto checked = checkSparse(s); !checked)
        return checked;
    if (auto checked = checkLoss(s); !checked)
        return checked;
    if (s.steps() > std::numeric_limits<int>::max())
        return bad("more than 2147483647 steps are needed for that many tokens");
    if (s.firstStep != 0 && (s.init.empty() || s.firstStep >= s.steps()))
        return bad("step " + std::to_string(s.firstStep) +
                   " can't be gone on from: it needs a model and a run of more steps than that");
    if (s.averageLast > 0 && s.validation.empty())
        return bad("weights are averaged only where a validation text can say whether that helps "
                   "(--validation)");
    return {};
}

} // namespace

std::string_view name(TextOrder order) {
    switch (order) {
    case TextOrder::Segments: return "segments";
    case TextOrder::Documents: return "documents";
    }
    return "unknown";
}

std::string_view name(WeightDecaySchedule schedule) {
    switch (schedule) {
    case WeightDecaySchedule::Constant: return "constant";
    case WeightDecaySchedule::Linear: return "linear";
    }
    return "unknown";
}

std::string_view name(SparseStart start) {
    switch (start) {
    case SparseStart::Zero: return "zero";
    case SparseStart::Copied: return "copied";
    }
    return "unknown";
}

void TrainingSettings::useMuon(bool isUsed) {
    if (muon.isUsed != isUsed)
        optimiser.beta2 = isUsed ? kMuonBeta2 : AdamWSettings().beta2;
    muon.isUsed = isUsed;
}

Expected<void> TrainingSettings::complete(const Tokenizer& tokenizer, int poolSize) {
    ModelConfig& m = shape.model;
    if (auto checked = checkRanges(*this); !checked)
        return checked;
    if (auto checked = checkModel(m); !checked)
        return checked;
    m.heads = m.width / m.headSize;
    if (m.feedForward == 0)
        m.feedForward = m.architecture == Architecture::Rwkv7 ? 4 * m.width : 7 * m.width / 2 / 32 * 32;
    if (m.architecture == Architecture::Rwkv7 && shape.rateRank == 0)
        setRwkv7Ranks(shape);
    m.vocabulary = tokenizer.vocabularySize();
    chooseEnhancementSizes(m.enhancement, m.width);
    if (threads == 0)
        threads = poolSize;
    if (threads != poolSize)
        return bad("this run needs " + std::to_string(threads) + " threads (--threads " +
                   std::to_string(threads) + "), the pool has " + std::to_string(poolSize));
    return checkRun(*this);
}

std::filesystem::path TrainingSettings::logPath() const {
    if (!log.empty())
        return log;
    auto path = output;
    path += ".csv";
    return path;
}

BatchSchedule TrainingSettings::batches() const { return {batchGrowth, sequences, window, tokens}; }

LearningRateSchedule TrainingSettings::schedule() const {
    const BatchSchedule all = batches();
    return {learningRate,
            finalLearningRate,
            static_cast<double>(warmup),
            all.fullStepsBefore(all.steps()),
            all.fullStepsBefore(firstStep),
            decay};
}

float TrainingSettings::learningRateAt(std::int64_t step) const {
    return schedule().at(batches().fullStepsBefore(step));
}

AdamW::Step TrainingSettings::adamwStep(std::int64_t step) const {
    const bool falls = weightDecaySchedule == WeightDecaySchedule::Linear;
    return {.learningRate = learningRateAt(step),
            .weightDecayShare = falls ? 1 - shareDone(batches(), step) : 1};
}

Muon::Step TrainingSettings::muonStep(std::int64_t step) const {
    const BatchSchedule all = batches();
    const double warm = all.fullStepsBefore(step) / std::max(1.0, static_cast<double>(muon.momentumWarmup));
    return {.learningRate = muon.learningRate * learningRateAt(step) / learningRate,
            .weightDecay = muon.weightDecay * (1 - shareDone(all, step)),
            .momentum =
                std::lerp(muon.firstMomentum, muon.momentum, static_cast<float>(std::min(1.0, warm)))};
}

bool TrainingSettings::isAveraged(std::int64_t step) const {
    const BatchSchedule all = batches();
    const auto whole = static_cast<double>(all.tokensBefore(all.steps()));
    return averageLast > 0 && all.tokensBefore(step) > std::llround((1 - averageLast) * whole);
}

} // namespace engine
