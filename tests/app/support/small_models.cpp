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
    support::FileTensors gate = support::randomTensors(byteConfig(adaptive), 1);
    std::erase_if(gate, [](const auto& tensor) { return !tensor.first.starts_with("enhance."); });
    return write({}, folder + QStringLiteral("/base.safetensors")) &&
           write(adaptive, folder + QStringLiteral("/gated.safetensors")) &&
           support::writeTensors(gate, support::enhancementMetadata(adaptive),
                                 (folder + QStringLiteral("/gate.safetensors")).toStdString());
}

bool writeSmallHybrid(const QString& folder) {
    engine::ModelConfig config = support::smallConfig(engine::Architecture::Rwkv7);
    config.layers = 4;
    config.vocabulary = kByteVocabulary;
    config.sparse.blocks = 2;
    config.sparse.chunk = 16;
    return support::writeTensors(support::randomTensors(config, 1),
                                 {{"inkgate.sparse_attention", engine::toJson(config.sparse)}},
                                 (folder + QStringLiteral("/hybrid.safetensors")).toStdString());
}

ModelChoice smallHybrid(const QString& folder) {
    return {folder + QStringLiteral("/hybrid.safetensors"), QStringLiteral("none")};
}

ModelChoice smallBase(const QString& folder) {
    return {folder + QStringLiteral("/base.safetensors"), QStringLiteral("none")};
}

ModelChoice smallGated(const QString& folder) {
    return {folder + QStringLiteral("/base.safetensors"), QStringLiteral("gated")};
}

ModelChoice smallBaseWithGate(const QString& folder) {
    return {folder + QStringLiteral("/base.safetensors"), QStringLiteral("gate")};
}

} // namespace app
