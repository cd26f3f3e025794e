#include "engine/selftest/model_cases.h"

#include "engine/model/model.h"
#include "engine/selftest/model_check.h"

#include <array>
#include <vector>

namespace engine::selftest {

namespace {

constexpr std::array kArchitectures{Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7};

std::vector<EnhancementConfig> enhancements() {
    using Config = EnhancementConfig;
    std::vector<Config> all{Config{}};
    for (const bool layerNorm : {true, false}) {
        for (const auto shift : {Config::Shift::Identity, Config::Shift::Mlp})
            for (const auto gate : {Config::Gate::Learned, Config::Gate::Fixed})
                all.push_back({.variant = Config::Variant::Adaptive,
                               .shift = shift,
                               .gate = gate,
                               .layerNorm = layerNorm,
                               .rank = shift == Config::Shift::Mlp ? 12 : 0});
        all.push_back({.variant = Config::Variant::ConvRouting,
                       .layerNorm = layerNorm,
                       .rank = 20,
                       .kernel = layerNorm ? 4 : 3});
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

std::string nameOf(const ModelConfig& config) {
    const bool isPlain = config.enhancement.variant == EnhancementConfig::Variant::None;
    return std::string(name(config.architecture)) + (isPlain ? "" : " " + describe(config.enhancement));
}

} // namespace

void modelCases(const OpenDevice& open, Results& results) {
    struct Type {
        WeightType type;
        const char* name;
    };
    const std::uint64_t seed = results.options().seed;
    for (const Type& weights :
         {Type{WeightType::Float32, "f32"}, Type{WeightType::Float16, "f16"}, Type{WeightType::Q8, "q8"}})
        for (const Architecture architecture : kArchitectures)
            for (const EnhancementConfig& enhancement : enhancements()) {
                const ModelConfig config = smallConfig(architecture, enhancement);
                const bool isRare = !enhancement.layerNorm || weights.type != WeightType::Float32;
                if (results.options().isQuick && isRare)
                    continue;
                results.group("model", nameOf(config) + ", " + weights.name, [&](Group& group) {
                    checkModel(randomModel(config, weights.type, seed), weights.type, config.layers, open,
                               seed, group);
                });
            }
}

void dividedModelCases(const OpenDevice& open, Results& results) {
    const std::uint64_t seed = results.options().seed;
    for (const Architecture architecture : kArchitectures)
        for (const EnhancementConfig& enhancement : enhancements()) {
            const ModelConfig config = smallConfig(architecture, enhancement);
            for (int layers = 1; layers < config.layers; ++layers) {
                if (results.options().isQuick && (!enhancement.layerNorm || layers > 1))
                    continue;
                results.group("dividedModel",
                              nameOf(config) + ", f32, " + std::to_string(layers) + " of " +
                                  std::to_string(config.layers) + " layers on the device",
                              [&](Group& group) {
                                  checkModel(randomModel(config, WeightType::Float32, seed),
                                             WeightType::Float32, layers, open, seed, group);
                              });
            }
        }
}

void greedyTextCases(const OpenDevice& open, Results& results) {
    const std::uint64_t seed = results.options().seed;
    const std::vector<EnhancementConfig> all = enhancements();
    for (const Architecture architecture : {Architecture::Rwkv6, Architecture::Rwkv7})
        for (const EnhancementConfig& enhancement : {all[0], all[1]}) {
            const ModelConfig config = smallConfig(architecture, enhancement);
            results.group("greedyText", nameOf(config) + ", f32, 200 tokens", [&](Group& group) {
                checkGreedyText(randomModel(config, WeightType::Float32, seed), open, seed, group);
            });
        }
}

} // namespace engine::selftest
