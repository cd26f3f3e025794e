#include "engine/model/enhancement_names.h"

namespace engine {

std::vector<EnhancementConfig> allEnhancements() {
    using Config = EnhancementConfig;
    std::vector<Config> all{Config{}};
    for (const bool layerNorm : {true, false}) {
        for (const auto shift : {Config::Shift::Identity, Config::Shift::Mlp})
            for (const auto gate : {Config::Gate::Learned, Config::Gate::Fixed})
                all.push_back({.variant = Config::Variant::Adaptive,
                               .shift = shift,
                               .gate = gate,
                               .layerNorm = layerNorm});
        for (const bool hasScales : {false, true})
            for (const bool routesEmbedding : {false, true}) {
                Config routing{.variant = Config::Variant::ConvRouting,
                               .layerNorm = layerNorm,
                               .routesEmbedding = routesEmbedding};
                if (hasScales)
                    useScales(routing);
                all.push_back(routing);
            }
        all.push_back({.variant = Config::Variant::ConvRouting,
                       .layerNorm = layerNorm,
                       .routesEmbedding = true,
                       .routesRows = true});
        all.push_back(
            {.variant = Config::Variant::SourceGates, .layerNorm = layerNorm, .sources = usualSources()});
    }
    return all;
}

Expected<EnhancementConfig> enhancementNamed(const std::string& name) {
    std::string names;
    for (const EnhancementConfig& config : allEnhancements()) {
        if (describe(config) == name)
            return config;
        names += (names.empty() ? "" : ", ") + describe(config);
    }
    return failure(ErrorCode::InvalidArgument, "enhancement \"" + name + "\" is not one of " + names);
}

} // namespace engine
