// train_command.cpp: `inkgate-cli train` trains an RWKV-6 or RWKV-7 model, with or without an enhancement,
// from a text file.
#include "engine/backend/measured_limits.h"
#include "engine/cli/commands/commands.h"
#include "engine/cli/options/seed_option.h"
#include "engine/cli/options/text_input.h"
#include "engine/cli/output/json_output.h"
#include "engine/core/stopwatch.h"
#include "engine/model/enhancement_names.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/training/settings_json.h"
#include "engine/training/trainer.h"
#include "engine/training/training_file.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace engine {

namespace {

// Of the time that training takes, to measure beside it what oneDNN reaches.
constexpr double kMeasuringShare = 0.005;

struct TrainOptions {
    TrainingSettings settings; // but for the seed
    Seed seed;
    std::string text, validation, vocabulary, init, output, architecture = "rwkv6", gate = "none",
                                                            decay = "cosine", optimiser = "adamw";
    bool resume = false, goOn = false;
};

std::string duration(double seconds) {
    const long minutes = std::lround(seconds / 60);
    char text[32];
    std::snprintf(text, sizeof text, "%ld h %02ld min", minutes / 60, minutes % 60);
    return text;
}

void show(const TrainingReport& r, double matrixRate) {
    char line[256];
    if (r.step > 0) {
        std::snprintf(line, sizeof line,
                      "step %lld of %lld, %.1f M tokens, loss %.4f, gradient %.2f, rate %.2e, %.0f tokens/s, "
                      "%.0f GFLOP/s (%.0f %% of oneDNN), %s left",
                      static_cast<long long>(r.step), static_cast<long long>(r.steps),
                      static_cast<double>(r.tokens) / 1e6, r.loss, r.gradientNorm, r.learningRate,
                      r.tokensPerSecond, r.gflops, 100 * r.gflops / matrixRate,
                      duration(r.secondsLeft).c_str());
        std::cerr << line;
        if (r.validationBitsPerByte) {
            std::snprintf(line, sizeof line, ", validation %.4f bits per byte", *r.validationBitsPerByte);
            std::cerr << line;
        }
    }
    std::cerr << (r.step > 0 && !r.note.empty() ? "; " : "") << r.note << std::endl;
}

Expected<void> runTraining(const TrainOptions& options, const CommandContext& context) {
    TrainingSettings settings = options.settings;
    settings.output = options.output;
    if (options.resume && std::filesystem::exists(checkpointPath(settings.output))) {
        // A run goes on with what it was started with.
        auto progress = readTrainingProgress(checkpointPath(settings.output));
        if (!progress)
            return failure(progress.error());
        auto saved = trainingSettingsFromJson(progress->settings);
        if (!saved)
            return failure(saved.error());
        settings = std::move(*saved);
        settings.output = options.output; // the folder may have been moved
    } else {
        if (options.text.empty())
            return failure(ErrorCode::InvalidArgument, "there is nothing to train on: give --text FILE");
        if (options.decay == name(LearningRateDecay::Linear))
            settings.decay = LearningRateDecay::Linear;
        if (options.optimiser == "muon") {
            settings.muon.isUsed = true;
            settings.optimiser.beta2 = 0.95f; // docs/spec/training.md
        }
        auto enhancement = enhancementNamed(options.gate);
        if (!enhancement)
            return failure(enhancement.error());
        settings.text = options.text;
        noteEncoding(options.text);
        settings.validation = options.validation;
        settings.vocabulary = options.vocabulary;
        settings.init = options.init;
        settings.shape.model.enhancement = *enhancement;
        settings.shape.model.architecture =
            options.architecture == name(Architecture::Rwkv7) ? Architecture::Rwkv7 : Architecture::Rwkv6;
        settings.threads = context.threads;
        settings.seed = options.seed.value;
        tellRandomSeed(options.seed);
        if (options.goOn) {
            auto model = Checkpoint::open(settings.init);
            if (!model)
                return failure(model.error());
            auto record = modelTrainingRecord(*model);
            if (!record)
                return failure(record.error());
            settings.firstStep = static_cast<int>(record->step);
        }
    }
    CommandContext granted = context;
    granted.threads = settings.threads; // of a resumed run, as it was started
    const auto threads = granted.makePool();
    ThreadPool& pool = *threads;
    auto matrixRate =
        MatrixRate::measure(hasBfloat16Products() ? DataType::BFloat16 : DataType::Float32, pool);
    if (!matrixRate)
        return failure(matrixRate.error());
    Stopwatch sinceMeasured;
    const auto report = [&](const TrainingReport& r) {
        if (r.step > 0 && sinceMeasured.seconds() * kMeasuringShare > matrixRate->seconds() &&
            matrixRate->measureAgain().has_value())
            sinceMeasured.restart();
        show(r, matrixRate->best());
    };
    const auto result = train(settings, options.resume, pool, report, context.stop);
    if (!result)
        return failure(result.error());
    if (context.json)
        printJson({{"output", settings.output.string()},
                   {"complete", result->isComplete},
                   {"steps", result->step},
                   {"tokens", result->tokens},
                   {"parameters", result->parameters},
                   {"seconds", result->seconds},
                   {"matrix_gflops", matrixRate->best()},
                   {"history", Json::parse(result->historyJson)}});
    else if (result->isComplete)
        std::cout << settings.output.string() << ": " << result->parameters << " parameters, "
                  << result->tokens << " tokens\n";
    else
        std::cout << "Stopped after step " << result->step << "; go on with --resume --out "
                  << settings.output.string() << "\n";
    return {};
}

} // namespace

void addTrainCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<TrainOptions>();
    TrainingSettings& s = options->settings;
    ModelConfig& m = s.shape.model;
    m.layers = 6;
    m.width = 256;
    m.headSize = 64;
    CLI::App* command = addSubcommand(app, context, "train", "Train an RWKV-6 or RWKV-7 model from a text");
    const auto option = [&](const char* name, auto& value, const char* description) {
        command->add_option(name, value, description)->capture_default_str();
    };
    option("--out", options->output, "The model to write; its checkpoint stands beside it");
    command->get_option("--out")->required();
    option("--text", options->text,
           "The text (plain or zstd); documents are separated by a line with a form feed");
    option("--validation", options->validation, "Text to validate on");
    option("--vocab", options->vocabulary, "sentencepiece model or World vocabulary; bytes if left out");
    option("--init", options->init, "A model to start from, with a fresh optimiser");
    command
        ->add_flag("--go-on", options->goOn,
                   "With --init: go on in data and schedule at the step that model was trained to")
        ->needs("--init");
    command->add_flag("--resume", options->resume,
                      "Go on from the checkpoint beside --out, with its settings");
    option("--architecture", options->architecture, "rwkv6 or rwkv7");
    command->get_option("--architecture")->check(CLI::IsMember({"rwkv6", "rwkv7"}));
    option(
        "--gate", options->gate,
        "none, adaptive, adaptive-mlp, conv-routing, multi-scale, embedding-routing, full-routing, or one of "
        "these without a part, such as no-layernorm, fixed-gate");
    option("--tokens", s.tokens, "Tokens to train on, in all");
    option("--layers", m.layers, "Layers");
    option("--width", m.width, "Width");
    option("--head-size", m.headSize, "Head size: 16, 32, 64 or 128");
    option("--feed-forward", m.feedForward,
           "Feed-forward width; 0: 3.5 times the width, in multiples of 32, or 4 times for rwkv7");
    option("--sequences", s.sequences, "Sequences per step");
    option("--window", s.window, "Tokens between cuts of the gradient");
    option("--segment", s.segment, "Tokens over which state is carried");
    option("--micro-batch", s.microBatch, "Sequences that a thread works on at a time");
    option("--learning-rate", s.learningRate, "Learning rate after warm-up");
    option("--final-learning-rate", s.finalLearningRate, "Learning rate at the end");
    option("--learning-rate-decay", options->decay,
           "How the learning rate falls: cosine, over all steps, or linear, over the second half");
    command->get_option("--learning-rate-decay")->check(CLI::IsMember({"cosine", "linear"}));
    option("--warmup", s.warmup, "Steps of warm-up");
    option("--weight-decay", s.optimiser.weightDecay, "Weight decay of the matrices");
    option("--optimiser", options->optimiser,
           "adamw, or muon for the matrices of the layers and adamw for the rest");
    command->get_option("--optimiser")->check(CLI::IsMember({"adamw", "muon"}));
    option("--muon-learning-rate", s.muon.learningRate, "Muon's learning rate after warm-up");
    option("--muon-weight-decay", s.muon.weightDecay, "Muon's weight decay at the start; it falls to 0");
    options->seed.value = s.seed;
    addSeedOption(*command, options->seed, "Seed of start values and order");
    option("--validate-every", s.validateEvery, "Steps between validations");
    option("--checkpoint-seconds", s.checkpointSeconds, "Seconds between checkpoints");
    command->callback([options, &context] {
        context.action = [options, &context] { return runTraining(*options, context); };
    });
}

} // namespace engine
