#include "engine/model/config.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace engine {

using Variant = EnhancementConfig::Variant;
using Shift = EnhancementConfig::Shift;
using Gate = EnhancementConfig::Gate;

namespace {

constexpr std::string_view kSourceGates = "source-gates", kRowRouting = "row-routing";

std::string_view routingName(const EnhancementConfig& config) {
    if (config.routesRows)
        return kRowRouting;
    if (config.scales > 0)
        return config.routesEmbedding ? "full-routing" : "multi-scale";
    return config.routesEmbedding ? "embedding-routing" : "conv-routing";
}

// 0.9, not 0.8999999761581421: the shortest that reads back as the same float32.
double shortest(float value) {
    std::array<char, 32> text{};
    const char* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    double result = 0;
    std::from_chars(text.data(), end, result);
    return result;
}

std::string dumped(const nlohmann::json& json) {
    return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

// Absent: the usual ones.
Expected<void> readDecays(const nlohmann::json& json, EnhancementConfig& config) {
    useScales(config);
    const auto found = json.find("decays");
    if (found == json.end())
        return {};
    const auto isSound = [](const nlohmann::json& decay) {
        return decay.is_number() && decay.get<float>() > 0 && decay.get<float>() < 1;
    };
    if (!found->is_array() || found->empty() || found->size() > std::size_t{kMostMeans} ||
        !std::ranges::all_of(*found, isSound))
        return failure(ErrorCode::FileDamaged, "inkgate.enhancement: decays must be 1 to " +
                                                   std::to_string(kMostMeans) + " numbers between 0 and 1");
    config.decays = {};
    config.scales = static_cast<int>(found->size());
    std::ranges::transform(*found, config.decays.begin(),
                           [](const nlohmann::json& decay) { return decay.get<float>(); });
    return {};
}

Expected<void> readSources(const nlohmann::json& json, EnhancementConfig& config) {
    const auto list = json.find("sources");
    const auto isText = [](const nlohmann::json& source) { return source.is_string(); };
    if (list == json.end() || !list->is_array() || !std::ranges::all_of(*list, isText))
        return failure(ErrorCode::FileDamaged,
                       R"(inkgate.enhancement: source-gates need a list of sources, such as ["h-1", "x0"])");
    auto sources = sourcesNamed(list->get<std::vector<std::string>>());
    if (!sources)
        return failure(sources.error());
    config.sources = std::move(*sources);
    if (const auto group = json.find("group"); group != json.end() && *group != kGateGroup)
        return failure(ErrorCode::FileDamaged, "inkgate.enhancement: a gate must be of a group of " +
                                                   std::to_string(kGateGroup) + " channels, not of " +
                                                   dumped(*group));
    return {};
}

} // namespace

void chooseEnhancementSizes(EnhancementConfig& config, int width) {
    const bool routes = config.variant == Variant::ConvRouting;
    const bool isLowRank = routes || config.variant == Variant::SourceGates ||
                           (config.variant == Variant::Adaptive && config.shift == Shift::Mlp);
    if (isLowRank && config.rank == 0)
        config.rank = std::max(32, width / 16);
    if (routes && config.kernel == 0)
        config.kernel = 4;
}

void useScales(EnhancementConfig& config) {
    config.scales = static_cast<int>(kUsualDecays.size());
    std::ranges::copy(kUsualDecays, config.decays.begin());
}

std::string toJson(const EnhancementConfig& config) {
    nlohmann::ordered_json json;
    switch (config.variant) {
    case Variant::None: json["variant"] = "none"; return json.dump();
    case Variant::Adaptive:
        json["variant"] = "adaptive";
        json["shift"] = config.shift == Shift::Mlp ? "mlp" : "identity";
        json["gate"] = config.gate == Gate::Fixed ? "fixed" : "learned";
        break;
    case Variant::ConvRouting:
        json["variant"] = routingName(config);
        for (int m = 0; m < config.scales; ++m)
            json["decays"].push_back(shortest(config.decays[static_cast<std::size_t>(m)]));
        break;
    case Variant::SourceGates:
        json["variant"] = kSourceGates;
        for (const GateSource& source : config.sources)
            json["sources"].push_back(name(source));
        json["group"] = kGateGroup;
        break;
    }
    json["layernorm"] = config.layerNorm;
    return json.dump();
}

namespace {

Failure unknown(const std::string& key, const std::string& value) {
    return failure(ErrorCode::FileDamaged, "inkgate.enhancement: unknown " + key + " \"" + value + "\"");
}

} // namespace

Expected<EnhancementConfig> enhancementFromJson(std::string_view json) {
    const auto parsed = nlohmann::json::parse(json, nullptr, false);
    if (!parsed.is_object())
        return failure(ErrorCode::FileDamaged, "inkgate.enhancement: not a JSON object");
    const auto text = [&](const char* key, const char* fallback) {
        const auto found = parsed.find(key);
        return found == parsed.end() ? std::string(fallback)
               : found->is_string()  ? found->get<std::string>()
                                     : dumped(*found);
    };
    EnhancementConfig config;
    const std::string variant = text("variant", "");
    if (variant == "none")
        return config;
    constexpr std::array<std::string_view, 5> kRoutings{"conv-routing", "multi-scale", "embedding-routing",
                                                        "full-routing", kRowRouting};
    if (variant == "adaptive")
        config.variant = Variant::Adaptive;
    else if (variant == kSourceGates)
        config.variant = Variant::SourceGates;
    else if (std::ranges::find(kRoutings, variant) != kRoutings.end())
        config.variant = Variant::ConvRouting;
    else
        return unknown("variant", variant);
    config.routesRows = variant == kRowRouting;
    config.routesEmbedding = config.routesRows || variant == "embedding-routing" || variant == "full-routing";
    if (variant == "multi-scale" || variant == "full-routing")
        if (const auto read = readDecays(parsed, config); !read)
            return failure(read.error());
    if (config.variant == Variant::SourceGates)
        if (const auto read = readSources(parsed, config); !read)
            return failure(read.error());
    if (config.variant == Variant::Adaptive) {
        const std::string shift = text("shift", "identity");
        if (shift != "identity" && shift != "mlp")
            return unknown("shift", shift);
        config.shift = shift == "mlp" ? Shift::Mlp : Shift::Identity;
        const std::string gate = text("gate", "learned");
        if (gate != "learned" && gate != "fixed")
            return unknown("gate", gate);
        config.gate = gate == "fixed" ? Gate::Fixed : Gate::Learned;
    }
    if (const auto layerNorm = parsed.find("layernorm"); layerNorm != parsed.end()) {
        if (!layerNorm->is_boolean())
            return failure(ErrorCode::FileDamaged, "inkgate.enhancement: layernorm must be true or false");
        config.layerNorm = layerNorm->get<bool>();
    }
    return config;
}

std::string describe(const EnhancementConfig& config) {
    std::string text;
    switch (config.variant) {
    case Variant::None: return "none";
    case Variant::ConvRouting:
        return std::string(routingName(config)) + (config.layerNorm ? "" : "-no-layernorm");
    case Variant::SourceGates: return std::string(kSourceGates) + (config.layerNorm ? "" : "-no-layernorm");
    case Variant::Adaptive: break;
    }
    if (config.gate == Gate::Fixed)
        text += "fixed-gate";
    if (config.shift == Shift::Mlp)
        text += text.empty() ? "adaptive-mlp" : "-mlp";
    if (!config.layerNorm)
        text += text.empty() ? "no-layernorm" : "-no-layernorm";
    return text.empty() ? "adaptive" : text;
}

} // namespace engine
