#include "tests/app/support/small_models.h"

#include "tests/support/model_writer.h"

namespace app {

namespace {

constexpr int kByteVocabulary = 256;

engine::ModelConfig byteConfig(const engine::EnhancementConfig& enhancement) {
    engine::ModelConfig config = support::smallConfig(engine::Architecture::Rwkv6, enhancement);
    config.vocabulary = kByteVocabulary;
    return config;
}

bool write(const engine::EnhancementConfig& enhancement, const QString& path) {
    return support::writeTensors(support::randomTensors(byteConfig(enhancement), 1),
                                 support::enhancementMetadata(enhancement), path.toStdString());
}

} // namespace

bool writeSmallModels(const QString& folder) {
    const engine::EnhancementConfig adaptive{.variant = engine::EnhancementConfig::Variant::Adaptive};
    return write({}, folder + QStringLiteral("/base.safetensors")) &&
           write(adaptive, folder + QStringLiteral("/gated.safetensors"));
}

ModelChoice smallBase(const QString& folder) {
    return {folder + QStringLiteral("/base.safetensors"), QStringLiteral("none")};
}

ModelChoice smallGated(const QString& folder) {
    return {folder + QStringLiteral("/base.safetensors"), QStringLiteral("gated")};
}

} // namespace app
