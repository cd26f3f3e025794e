#include "engine/training/training_settings.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace engine {

namespace {

using Json = nlohmann::json;

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

} // namespace

Expected<void> TrainingSettings::complete(const Tokenizer& tokenizer, int poolSize) {
    ModelConfig& m = shape.model;
    const auto bad = [](const std::string& what) { return failure(ErrorCode::InvalidArgument, what); };
    if (m.layers < 1 || m.layers > 1024 || m.width < 16 || m.width > 65536)
        return bad("layers must be 1 to 1024 and width 16 to 65536");
    if (m.headSize != 16 && m.headSize != 32 && m.headSize != 64 && m.headSize != 128)
        return bad("the head size must be 16, 32, 64 or 128, not " + std::to_string(m.headSize));
    if (m.width % m.headSize != 0)
        return bad("the width must be a multiple of the head size, " + std::to_string(m.headSize));
    if (m.architecture != Architecture::Rwkv6 && m.architecture != Architecture::Rwkv7)
        return bad("what can be trained is rwkv6 and rwkv7, not " + std::string(name(m.architecture)));
    m.heads = m.width / m.headSize;
    if (m.feedForward == 0)
        m.feedForward = m.architecture == Architecture::Rwkv7 ? 4 * m.width : 7 * m.width / 2 / 32 * 32;
    if (m.architecture == Architecture::Rwkv7 && shape.rateRank == 0)
        setRwkv7Ranks(shape);
    m.vocabulary = tokenizer.vocabularySize();
    if (m.enhancement.variant == EnhancementConfig::Variant::ConvRouting)
        m.enhancement.kernel = 4;
    const bool lowRank = m.enhancement.variant == EnhancementConfig::Variant::ConvRouting ||
                         m.enhancement.shift == EnhancementConfig::Shift::Mlp;
    if (lowRank && m.enhancement.rank == 0)
        m.enhancement.rank = std::max(32, m.width / 16);
    if (threads == 0)
        threads = poolSize;
    if (threads != poolSize)
        return bad("this run needs " + std::to_string(threads) + " threads (--threads " +
                   std::to_string(threads) + "), the pool has " + std::to_string(poolSize));
    if (window < 1 || segment < window || segment % window != 0)
        return bad("the segment must be a multiple of the window");
    if (microBatch < 1 || sequences < 1 || sequences % (threads * microBatch) != 0)
        return bad("sequences (" + std::to_string(sequences) +
                   ") must be a multiple of threads times micro-batch (" +
                   std::to_string(threads * microBatch) + ")");
    if (tokens < 1)
        return bad("say how many tokens to train on (--tokens)");
    if (firstStep != 0 && (init.empty() || firstStep < 0 || firstStep >= steps()))
        return bad("step " + std::to_string(firstStep) +
                   " can't be gone on from: it needs a model and a run of more steps than that");
    if (!(learningRate > 0) || !(finalLearningRate >= 0))
        return bad("learning rates must be above 0; the last one may be 0");
    if (muon.isUsed && !(muon.learningRate > 0))
        return bad("Muon's learning rate must be above 0");
    return {};
}

std::int64_t TrainingSettings::tokensPerStep() const { return static_cast<std::int64_t>(sequences) * window; }

int TrainingSettings::steps() const {
    return static_cast<int>((tokens + tokensPerStep() - 1) / tokensPerStep());
}

LearningRateSchedule TrainingSettings::schedule() const {
    return {learningRate,
            finalLearningRate,
            static_cast<double>(warmup),
            static_cast<double>(steps()),
            static_cast<double>(firstStep),
            decay};
}

Muon::Step TrainingSettings::muonStep(std::int64_t step) const {
    const auto share = [&](double whole) {
        return static_cast<float>(std::min(1.0, static_cast<double>(step) / std::max(1.0, whole)));
    };
    return {.learningRate = muon.learningRate * schedule().at(static_cast<int>(step)) / learningRate,
            .weightDecay = muon.weightDecay * (1 - share(steps())),
            .momentum = std::lerp(muon.firstMomentum, muon.momentum, share(muon.momentumWarmup))};
}

std::string toJson(const TrainingSettings& s) {
    const ModelConfig& m = s.shape.model;
    return Json{{"text", s.text.string()},
                {"validation", s.validation.string()},
                {"vocabulary", s.vocabulary.string()},
                {"init", s.init.string()},
                {"first_step", s.firstStep},
                {"output", s.output.string()},
                {"layers", m.layers},
                {"width", m.width},
                {"head_size", m.headSize},
                {"feed_forward", m.feedForward},
                {"architecture", name(m.architecture)},
                {"mix_rank", s.shape.mixRank},
                {"decay_rank", s.shape.decayRank},
                {"rate_rank", s.shape.rateRank},
                {"value_rank", s.shape.valueRank},
                {"gate_rank", s.shape.gateRank},
                {"enhancement", toJson(m.enhancement)},
                {"enhancement_rank", m.enhancement.rank},
                {"sequences", s.sequences},
                {"window", s.window},
                {"segment", s.segment},
                {"micro_batch", s.microBatch},
                {"threads", s.threads},
                {"tokens", s.tokens},
                {"learning_rate", s.learningRate},
                {"final_learning_rate", s.finalLearningRate},
                {"decay", name(s.decay)},
                {"warmup", s.warmup},
                {"weight_decay", s.optimiser.weightDecay},
                {"beta1", s.optimiser.beta1},
                {"beta2", s.optimiser.beta2},
                {"epsilon", s.optimiser.epsilon},
                {"clip", s.optimiser.clip},
                {"muon", s.muon.isUsed},
                {"muon_learning_rate", s.muon.learningRate},
                {"muon_weight_decay", s.muon.weightDecay},
                {"muon_momentum", {s.muon.firstMomentum, s.muon.momentum}},
                {"muon_momentum_warmup", s.muon.momentumWarmup},
                {"logit_pull", s.logitPull},
                {"seed", s.seed},
                {"validate_every", s.validateEvery},
                {"checkpoint_seconds", s.checkpointSeconds}}
        .dump();
}

Expected<TrainingSettings> trainingSettingsFromJson(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        return failure(ErrorCode::FileDamaged, "the settings in the checkpoint are not JSON");
    TrainingSettings s;
    try { // nlohmann reports a value of the wrong kind by throwing
        ModelConfig& m = s.shape.model;
        s.text = json.at("text").get<std::string>();
        s.validation = json.at("validation").get<std::string>();
        s.vocabulary = json.at("vocabulary").get<std::string>();
        s.init = json.at("init").get<std::string>();
        s.firstStep = json.value("first_step", 0);
        s.output = json.at("output").get<std::string>();
        m.layers = json.at("layers");
        m.width = json.at("width");
        m.headSize = json.at("head_size");
        m.feedForward = json.at("feed_forward");
        s.shape.mixRank = json.at("mix_rank");
        s.shape.decayRank = json.at("decay_rank");
        // Checkpoints of before are of RWKV-6.
        if (json.value("architecture", "rwkv6") == name(Architecture::Rwkv7))
            m.architecture = Architecture::Rwkv7;
        s.shape.rateRank = json.value("rate_rank", 0);
        s.shape.valueRank = json.value("value_rank", 0);
        s.shape.gateRank = json.value("gate_rank", 0);
        auto enhancement = enhancementFromJson(json.at("enhancement").get<std::string>());
        if (!enhancement)
            return failure(enhancement.error());
        m.enhancement = *enhancement;
        m.enhancement.rank = json.at("enhancement_rank");
        s.sequences = json.at("sequences");
        s.window = json.at("window");
        s.segment = json.at("segment");
        s.microBatch = json.at("micro_batch");
        s.threads = json.at("threads");
        s.tokens = json.at("tokens");
        s.learningRate = json.at("learning_rate");
        s.finalLearningRate = json.at("final_learning_rate");
        if (json.value("decay", "cosine") == name(LearningRateDecay::Linear)) // absent in earlier checkpoints
            s.decay = LearningRateDecay::Linear;
        s.warmup = json.at("warmup");
        s.optimiser.weightDecay = json.at("weight_decay");
        s.optimiser.beta1 = json.at("beta1");
        s.optimiser.beta2 = json.at("beta2");
        s.optimiser.epsilon = json.at("epsilon");
        s.optimiser.clip = json.at("clip");
        if (json.value("muon", false)) { // absent in earlier checkpoints
            s.muon.isUsed = true;
            s.muon.learningRate = json.at("muon_learning_rate");
            s.muon.weightDecay = json.at("muon_weight_decay");
            s.muon.firstMomentum = json.at("muon_momentum").at(0);
            s.muon.momentum = json.at("muon_momentum").at(1);
            s.muon.momentumWarmup = json.at("muon_momentum_warmup");
        }
        s.logitPull = json.at("logit_pull");
        s.seed = json.at("seed");
        s.validateEvery = json.at("validate_every");
        s.checkpointSeconds = json.at("checkpoint_seconds");
    } catch (const Json::exception& problem) {
        return failure(ErrorCode::FileDamaged,
                       std::string("the settings in the checkpoint are incomplete: ") + problem.what());
    }
    return s;
}

} // namespace engine
