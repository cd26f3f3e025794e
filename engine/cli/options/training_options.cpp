#include "engine/cli/options/training_options.h"

#include "engine/formats/checkpoint.h"
#include "engine/model/enhancement_names.h"
#include "engine/training/setting_list.h"
#include "engine/training/settings_json.h"
#include "engine/training/training_file.h"

#include <charconv>
#include <functional>
#include <memory>
#include <string_view>

namespace engine {

namespace {

constexpr const char* kRwkvX = "rwkvx";
constexpr int kBlocksByLayers = -1; // until the number of layers is known

// One per three or four layers, if that divides them.
int usualSparseBlocks(int layers) {
    for (const int interval : {4, 3, 2, 1})
        if (layers % interval == 0)
            return layers / interval;
    return 1;
}

TrainingSettings defaultSettings() {
    TrainingSettings settings;
    ModelConfig& model = settings.shape.model;
    model.layers = 6;
    model.width = 256;
    model.headSize = 64;
    return settings;
}

template <class Number> bool read(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

// "8:0.25,16:0.5"
bool readGrowth(std::string_view text, std::vector<BatchStage>& growth) {
    growth.clear();
    for (bool isLast = false; !isLast;) {
        const std::size_t comma = text.find(',');
        isLast = comma == std::string_view::npos;
        const std::string_view stage = text.substr(0, comma);
        const std::size_t colon = stage.find(':');
        BatchStage read;
        if (colon == std::string_view::npos || !engine::read(stage.substr(0, colon), read.sequences) ||
            !engine::read(stage.substr(colon + 1), read.until))
            return false;
        growth.push_back(read);
        if (!isLast)
            text.remove_prefix(comma + 1);
    }
    return true;
}

} // namespace

template <class Field>
void TrainingOptions::add(CLI::App& command, const char* name, Field field, const char* description) {
    auto& value = std::invoke(field, m_settings);
    CLI::Option* option = command.add_option(name, value, description)->capture_default_str();
    m_given.push_back({option, [&value, field](TrainingSettings& settings) -> Expected<void> {
                           std::invoke(field, settings) = value;
                           return {};
                       }});
}

CLI::Option*
TrainingOptions::addText(CLI::App& command, const char* name, const char* description, std::string shown,
                         std::function<Expected<void>(TrainingSettings&, const std::string&)> apply) {
    auto text = std::make_shared<std::string>(std::move(shown));
    CLI::Option* option = command
                              .add_option_function<std::string>(
                                  name, [text](const std::string& given) { *text = given; }, description)
                              ->default_str(*text);
    m_given.push_back({option, [text, apply = std::move(apply)](TrainingSettings& settings) {
                           return apply(settings, *text);
                       }});
    return option;
}

template <class Value, std::size_t N>
void TrainingOptions::addChoice(CLI::App& command, const char* option, Value TrainingSettings::*setting,
                                const std::array<Value, N>& values, const char* description) {
    std::vector<std::string> names;
    for (const Value value : values)
        names.emplace_back(name(value));
    addText(command, option, description, std::string(name(m_defaults.*setting)),
            [values, setting](TrainingSettings& settings, const std::string& given) -> Expected<void> {
                for (const Value value : values)
                    if (name(value) == given)
                        settings.*setting = value;
                return {};
            })
        ->check(CLI::IsMember(names));
}

void TrainingOptions::addFiles(CLI::App& command) {
    command.add_option("--recipe", m_recipe,
                       "A JSON file of settings; options given beside it win (see --print-recipe)");
    const auto file = [&](const char* name, std::filesystem::path TrainingSettings::*setting,
                          const char* description) {
        addText(command, name, description, "",
                [setting](TrainingSettings& settings, const std::string& path) -> Expected<void> {
                    settings.*setting = path;
                    return {};
                });
    };
    file("--text", &TrainingSettings::text,
         "The text (plain or zstd); documents are separated by a line with a form feed");
    file("--validation", &TrainingSettings::validation, "Text to validate on");
    file("--vocab", &TrainingSettings::vocabulary,
         "sentencepiece model or World vocabulary; bytes if left out");
    file("--init", &TrainingSettings::init, "A model to start from, with a fresh optimiser");
    command.add_flag("--go-on", m_goOn,
                     "With --init: go on in data and schedule at the step that model was trained to");
    command.add_flag("--resume", m_resume,
                     "Go on from the checkpoint beside --out, with its settings; without one, begin");
    command.add_option("--log", m_log, "The log to write as CSV, a row per report; <out>.csv if left out");
}

void TrainingOptions::addModel(CLI::App& command) {
    addText(command, "--architecture", "rwkv6, rwkv7, or rwkvx: rwkv7 with sparse-attention blocks",
            std::string(name(Architecture::Rwkv6)),
            [](TrainingSettings& settings, const std::string& given) -> Expected<void> {
                ModelConfig& model = settings.shape.model;
                model.architecture =
                    given == name(Architecture::Rwkv6) ? Architecture::Rwkv6 : Architecture::Rwkv7;
                if (given != kRwkvX)
                    model.sparse.blocks = 0;
                else if (model.sparse.blocks == 0)
                    model.sparse.blocks = kBlocksByLayers;
                return {};
            })
        ->check(CLI::IsMember({"rwkv6", "rwkv7", kRwkvX}));
    addText(command, "--gate",
            "none, adaptive, adaptive-mlp, conv-routing, multi-scale, embedding-routing, full-routing, "
            "row-routing, source-gates, or one of these without a part, such as no-layernorm, fixed-gate",
            "none", [](TrainingSettings& settings, const std::string& given) -> Expected<void> {
                auto enhancement = enhancementNamed(given);
                if (!enhancement)
                    return failure(enhancement.error());
                settings.shape.model.enhancement = *enhancement;
                return {};
            });
    const auto number = [&](const char* name, int ModelConfig::*size, const char* description) {
        add(
            command, name, [size](TrainingSettings& s) -> int& { return s.shape.model.*size; }, description);
    };
    number("--layers", &ModelConfig::layers, "Layers");
    number("--width", &ModelConfig::width, "Width");
    number("--head-size", &ModelConfig::headSize, "Head size: 16, 32, 64 or 128");
    number("--feed-forward", &ModelConfig::feedForward,
           "Feed-forward width; 0: 3.5 times the width, in multiples of 32, or 4 times for rwkv7");
}

void TrainingOptions::addSparseAttention(CLI::App& command) {
    const auto number = [&](const char* name, int SparseAttentionConfig::*size, const char* description) {
        add(
            command, name, [size](TrainingSettings& s) -> int& { return s.shape.model.sparse.*size; },
            description);
    };
    number(
        "--sparse-blocks", &SparseAttentionConfig::blocks,
        "Sparse-attention blocks of rwkvx, at equal distances; one after every three to four layers if left "
        "out");
    number("--chunk", &SparseAttentionConfig::chunk, "Tokens of a chunk that sparse attention reads as one");
    number("--chunks", &SparseAttentionConfig::chunks,
           "Chunks that a token reads: its own and the best others");
    addChoice(command, "--sparse-start", &TrainingSettings::sparseStart, kSparseStarts,
              "How sparse-attention blocks begin that --init lacks: zero, without effect, or copied from the "
              "layers before them");
    addChoice(command, "--train-part", &TrainingSettings::trainedPart, kTrainedParts,
              "What learns: model, or sparse: the sparse-attention blocks alone");
    add(command, "--long-ce", &TrainingSettings::longCeWindow,
        "LongCE: tokens that long contexts help with count more; the window of the short contexts to compare "
        "with, 0: without");
}

void TrainingOptions::addBatches(CLI::App& command) {
    const auto number = [&](const char* name, auto field, const char* description) {
        add(command, name, field, description);
    };
    number("--tokens", &TrainingSettings::tokens, "Tokens to train on, in all");
    number("--sequences", &TrainingSettings::sequences, "Sequences per step");
    addText(
        command, "--batch-growth",
        "Smaller steps at first: 8:0.25,16:0.5 for 8 sequences until a quarter of the tokens, 16 until half",
        "",
        [](TrainingSettings& settings, const std::string& given) -> Expected<void> {
            (void)readGrowth(given, settings.batchGrowth); // checked below
            return {};
        })
        ->check(CLI::Validator(
            [](std::string& given) {
                std::vector<BatchStage> growth;
                return readGrowth(given, growth)
                           ? std::string()
                           : "expected SEQUENCES:SHARE, with commas between several, found \"" + given + "\"";
            },
            ""));
    number("--window", &TrainingSettings::window, "Tokens between cuts of the gradient");
    number("--segment", &TrainingSettings::segment, "Tokens over which state is carried");
    addChoice(
        command, "--order", &TrainingSettings::order, kTextOrders,
        "What each epoch shuffles: segments of the text as it stands, or documents, joined and cut anew");
    number("--micro-batch", &TrainingSettings::microBatch, "Sequences that a thread works on at a time");
    number("--validate-every", &TrainingSettings::validateEvery, "Steps between validations");
    number("--checkpoint-seconds", &TrainingSettings::checkpointSeconds, "Seconds between checkpoints");
    m_seed.value = m_defaults.seed;
    addSeedOption(command, m_seed, "Seed of start values and order");
    m_given.push_back({command.get_option("--seed"), [this](TrainingSettings& settings) -> Expected<void> {
                           settings.seed = m_seed.value;
                           return {};
                       }});
    m_given.push_back({command.get_option("--threads"), [&command](TrainingSettings& s) -> Expected<void> {
                           s.threads = command.get_option("--threads")->as<int>();
                           return {};
                       }});
}

void TrainingOptions::addOptimiser(CLI::App& command) {
    const auto number = [&](const char* name, auto field, const char* description) {
        add(command, name, field, description);
    };
    number("--learning-rate", &TrainingSettings::learningRate, "Learning rate after warm-up");
    number("--final-learning-rate", &TrainingSettings::finalLearningRate, "Learning rate at the end");
    addChoice(command, "--learning-rate-decay", &TrainingSettings::decay, kLearningRateDecays,
              "How the learning rate falls: cosine, over all steps, or linear, over the second half");
    number("--warmup", &TrainingSettings::warmup, "Steps of warm-up");
    number(
        "--weight-decay", [](TrainingSettings& s) -> float& { return s.optimiser.weightDecay; },
        "Weight decay of the matrices");
    addChoice(command, "--weight-decay-schedule", &TrainingSettings::weightDecaySchedule,
              kWeightDecaySchedules, "constant, or linear: in a line to 0 at the end");
    number(
        "--enhancement-learning-rate-scale",
        [](TrainingSettings& s) -> float& { return s.optimiser.enhancementScale; },
        "What the learning rate is multiplied by for the gates' tensors; more than 1 on a trained base");
    addText(command, "--optimiser", "adamw, or muon for the matrices of the layers and adamw for the rest",
            "adamw",
            [](TrainingSettings& settings, const std::string& given) -> Expected<void> {
                settings.useMuon(given == "muon");
                return {};
            })
        ->check(CLI::IsMember({"adamw", "muon"}));
    number(
        "--muon-learning-rate", [](TrainingSettings& s) -> float& { return s.muon.learningRate; },
        "Muon's learning rate after warm-up");
    number(
        "--muon-weight-decay", [](TrainingSettings& s) -> float& { return s.muon.weightDecay; },
        "Muon's weight decay at the start; it falls to 0");
    number("--unmarked-weight", &TrainingSettings::unmarkedWeight,
           "Below 1: what counts of the loss outside of marked text (U+0002 before it, U+0003 behind it)");
    number("--average-last", &TrainingSettings::averageLast,
           "Keep the mean of the weights over this last share of the training if it validates better");
}

TrainingOptions::TrainingOptions()
    : m_settings(defaultSettings())
    , m_defaults(m_settings) {}

void TrainingOptions::addTo(CLI::App& command) {
    addFiles(command);
    addModel(command);
    addSparseAttention(command);
    addBatches(command);
    addOptimiser(command);
}

Expected<TrainingSettings> TrainingOptions::settings() const {
    TrainingSettings settings = m_defaults;
    if (!m_recipe.empty()) {
        auto recipe = readRecipe(m_recipe, m_defaults);
        if (!recipe)
            return failure(recipe.error());
        settings = std::move(*recipe);
    }
    for (const Given& given : m_given)
        if (given.option->count() > 0)
            if (auto applied = given.apply(settings); !applied)
                return failure(applied.error());
    SparseAttentionConfig& sparse = settings.shape.model.sparse;
    if (sparse.blocks == kBlocksByLayers)
        sparse.blocks = usualSparseBlocks(settings.shape.model.layers);
    settings.log = m_log;
    tellRandomSeed(m_seed);
    if (m_goOn) {
        if (settings.init.empty())
            return failure(ErrorCode::InvalidArgument, "--go-on needs the model to go on from: give --init");
        auto model = Checkpoint::open(settings.init);
        if (!model)
            return failure(model.error());
        auto record = modelTrainingRecord(*model);
        if (!record)
            return failure(record.error());
        settings.firstStep = static_cast<int>(record->step);
    }
    return settings;
}

} // namespace engine
