#include "engine/model/config.h"

#include <nlohmann/json.hpp>

namespace engine {

using Variant = EnhancementConfig::Variant;
using Shift = EnhancementConfig::Shift;
using Gate = EnhancementConfig::Gate;

std::string toJson(const EnhancementConfig& config) {
    nlohmann::ordered_json json;
    switch (config.variant) {
    case Variant::None: json["variant"] = "none"; return json.dump();
    case Variant::Adaptive:
        json["variant"] = "adaptive";
        json["shift"] = config.shift == Shift::Mlp ? "mlp" : "identity";
        json["gate"] = config.gate == Gate::Fixed ? "fixed" : "learned";
        break;
    case Variant::ConvRouting: json["variant"] = "conv-routing"; break;
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
                                     : found->dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    };
    EnhancementConfig config;
    const std::string variant = text("variant", "");
    if (variant == "none")
        return config;
    if (variant != "adaptive" && variant != "conv-routing")
        return unknown("variant", variant);
    config.variant = variant == "adaptive" ? Variant::Adaptive : Variant::ConvRouting;
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
    case Variant::ConvRouting: return config.layerNorm ? "conv-routing" : "conv-routing-no-layernorm";
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
