#include "engine/model/loading/enhancement_tensors.h"

#include "engine/operations/enhancement/convolutional_shift.h"

namespace engine {

namespace {

constexpr std::int64_t kMaxRank = 1 << 20;

}

Expected<EnhancementConfig> detectEnhancement(const Checkpoint& checkpoint) {
    const std::string where = checkpoint.path().string();
    const auto has = [&](std::string_view name) { return checkpoint.find(name) != nullptr; };
    EnhancementConfig config;
    if (const auto found = checkpoint.metadata().find("inkgate.enhancement");
        found != checkpoint.metadata().end()) {
        const auto parsed = enhancementFromJson(found->second);
        if (!parsed)
            return failure(parsed.error(), where);
        config = *parsed;
    } else if (has("enhance.0.source.weight")) {
        return failure(ErrorCode::FileDamaged,
                       where + ": which sources its gates are of must stand in the metadata key "
                               "inkgate.enhancement, which is missing");
    } else if (has("enhance.0.route.w")) {
        config.variant = EnhancementConfig::Variant::ConvRouting;
        config.layerNorm = has("enhance.0.norm.weight");
        config.routesEmbedding = has("enhance.0.embedding.weight");
        config.routesRows = has("enhance.0.rows.weight");
        if (has("enhance.0.scale.weight"))
            useScales(config);
    } else if (has("enhance.0.gate.weight") || has("enhance.0.norm.weight")) {
        config.variant = EnhancementConfig::Variant::Adaptive;
        config.shift =
            has("enhance.0.shift.a") ? EnhancementConfig::Shift::Mlp : EnhancementConfig::Shift::Identity;
        config.gate =
            has("enhance.0.gate.weight") ? EnhancementConfig::Gate::Learned : EnhancementConfig::Gate::Fixed;
        config.layerNorm = has("enhance.0.norm.weight");
    }
    const auto size = [&](const char* name, std::size_t axis) -> Expected<int> {
        const TensorInfo* tensor = checkpoint.find(name);
        if (tensor == nullptr || tensor->shape.size() <= axis || tensor->shape[axis] < 1 ||
            tensor->shape[axis] > kMaxRank)
            return failure(ErrorCode::FileDamaged, where + ": " + describe(config) + " needs a tensor " +
                                                       name + " with sizes above 0");
        return static_cast<int>(tensor->shape[axis]);
    };
    if (config.variant == EnhancementConfig::Variant::ConvRouting) {
        const auto kernel = size("enhance.0.conv.weight", 0);
        const auto rank = size("enhance.0.route.u", 1);
        if (!kernel || !rank)
            return failure(!kernel ? kernel.error() : rank.error());
        if (*kernel > kMaxConvolutionTaps)
            return failure(ErrorCode::ShapeMismatch, where + ", enhance.0.conv.weight: at most " +
                                                         std::to_string(kMaxConvolutionTaps) +
                                                         " taps, found " + std::to_string(*kernel));
        config.kernel = *kernel;
        config.rank = *rank;
    } else if (config.variant == EnhancementConfig::Variant::SourceGates ||
               (config.variant == EnhancementConfig::Variant::Adaptive &&
                config.shift == EnhancementConfig::Shift::Mlp)) {
        const bool isShift = config.variant == EnhancementConfig::Variant::Adaptive;
        const auto rank = size(isShift ? "enhance.0.shift.a" : "enhance.0.route.u", 1);
        if (!rank)
            return failure(rank.error());
        config.rank = *rank;
    }
    return config;
}

} // namespace engine
