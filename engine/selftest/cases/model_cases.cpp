#include "engine/selftest/cases/model_cases.h"

#include "engine/model/enhancement_names.h"
#include "engine/model/model.h"
#include "engine/selftest/model_check.h"

#include <array>
#include <vector>

namespace engine::selftest {

namespace {

constexpr std::array kArchitectures{Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7};

// Every kind, the plain model first; or one of each way in which the past is added.
std::vector<EnhancementConfig> enhancements(bool isQuick) {
    using Config = EnhancementConfig;
    if (isQuick)
        return {Config{},
                {.variant = Config::Variant::Adaptive},
                {.variant = Config::Variant::Adaptive, .shift = Config::Shift::Mlp, .rank = 12},
                {.variant = Config::Variant::ConvRouting, .rank = 20, .kernel = 4},
                {.variant = Config::Variant::SourceGates, .rank = 20, .sources = usualSources()}};
    std::vector<Config> all = allEnhancements();
    for (Config& config : all) { // odd sizes, as small as they can be
        if (config.variant == Config::Variant::Adaptive && config.shift == Config::Shift::Mlp)
            config.rank = 12;
        else if (config.variant == Config::Variant::ConvRouting ||
                 config.variant == Config::Variant::SourceGates)
            config.rank = 20;
        if (config.variant == Config::Variant::ConvRouting)
            config.kernel = config.layerNorm ? 4 : 3;
    }
    return all;
}

// Several heads and layers, and an odd number of logits.
ModelConfig smallConfig(Architecture architecture, const EnhancementConfig& enhancement) {
    ModelConfig config;
    config.architecture = architecture;
    config.layers = 3;
    config.width = 128;
    config.heads = 2;
    config.headSize = 64;
    config.feedForward = 224;
    config.vocabulary = 99;
    config.enhancement = enhancement;
    return config;
}

std::shared_ptr<const Model> randomModel(const ModelConfig& config, WeightType weights, std::uint64_t seed) {
    auto model = Model::random(config, {weights}, seed);
    if (!model)
        throw BackendFailure(model.error());
    return *model;
}

// Sparse blocks among its own, with chunks that a test's text has many of.
ModelConfig smallSparseConfig(const EnhancementConfig& enhancement, bool isHalf) {
    ModelConfig config = smallConfig(Architecture::Rwkv7, enhancement);
    config.layers = 4;
    config.sparse = {.blocks = 2, .chunk = 5, .chunks = 3, .cacheLimit = 20, .isHalf = isHalf};
    return config;
}

std::string nameOf(const ModelConfig& config) {
    const bool isPlain = config.enhancement.variant == EnhancementConfig::Variant::None;
    return std::string(architectureName(config)) + (isPlain ? "" : " " + describe(config.enhancement));
}

} // namespace

void modelCases(const OpenDevice& open, Results& results) {
    struct Type {
        WeightType type;
        const char* name;
    };
    const bool isQuick = results.options().isQuick;
    const std::uint64_t seed = results.options().seed;
    std::vector<Type> types{{WeightType::Float32, "f32"}};
    if (!isQuick)
        types.insert(types.end(), {{WeightType::Float16, "f16"}, {WeightType::Q8, "q8"}});
    for (const Type& weights : types)
        for (const Architecture architecture : kArchitectures)
            for (const EnhancementConfig& enhancement : enhancements(isQuick)) {
                const ModelConfig config = smallConfig(architecture, enhancement);
                results.group("model", nameOf(config) + ", " + weights.name, [&](Group& group) {
                    checkModel(randomModel(config, weights.type, seed), weights.type, config.layers, open,
                               seed, group);
                });
            }
    for (const EnhancementConfig& enhancement : {EnhancementConfig{}, enhancements(true)[3]}) {
        const ModelConfig config = smallSparseConfig(enhancement, false);
        results.group("model", nameOf(config) + ", f32", [&](Group& group) {
            checkModel(randomModel(config, WeightType::Float32, seed), WeightType::Float32, config.layers,
                       open, seed, group);
        });
    }
}

void dividedModelCases(const OpenDevice& open, Results& results) {
    const bool isQuick = results.options().isQuick;
    const std::uint64_t seed = results.options().seed;
    for (const Architecture architecture : kArchitectures)
        for (const EnhancementConfig& enhancement : enhancements(isQuick)) {
            const ModelConfig config = smallConfig(architecture, enhancement);
            for (int layers = 1; layers < (isQuick ? 2 : config.layers); ++layers)
                results.group("dividedModel",
                              nameOf(config) + ", f32, " + std::to_string(layers) + " + " +
                                  std::to_string(config.layers - layers) + " layers",
                              [&](Group& group) {
                                  checkModel(randomModel(config, WeightType::Float32, seed),
                                             WeightType::Float32, layers, open, seed, group);
                              });
        }
    for (const int layers : {1, 2, 3}) {
        const ModelConfig config = smallSparseConfig({}, false);
        results.group("dividedModel",
                      nameOf(config) + ", f32, " + std::to_string(layers) + " + " +
                          std::to_string(config.layers - layers) + " layers",
                      [&](Group& group) {
                          checkModel(randomModel(config, WeightType::Float32, seed), WeightType::Float32,
                                     layers, open, seed, group);
                      });
    }
}

void greedyTextCases(const OpenDevice& open, Results& results) {
    const std::uint64_t seed = results.options().seed;
    const std::vector<EnhancementConfig> kinds{{}, {.variant = EnhancementConfig::Variant::Adaptive}};
    for (const Architecture architecture : {Architecture::Rwkv6, Architecture::Rwkv7})
        for (const EnhancementConfig& enhancement : kinds) {
            const ModelConfig config = smallConfig(architecture, enhancement);
            results.group("greedyText", nameOf(config) + ", f32, 200 tokens", [&](Group& group) {
                checkGreedyText(randomModel(config, WeightType::Float32, seed), open, seed, group);
            });
        }
}

} // namespace engine::selftest
