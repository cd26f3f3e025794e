#include "tests/engine/cli/tiny_models.h"

#include "engine/formats/checkpoint.h"
#include "tests/support/model_writer.h"

namespace support {

using namespace engine;

std::filesystem::path tinyBase(const QString& folder) {
    return (folder + "/tiny/base.safetensors").toStdString();
}
std::filesystem::path tinyGate(const QString& folder) {
    return (folder + "/tiny/gated.safetensors").toStdString();
}

bool writeTinyModels(const QString& folder) {
    ModelConfig config = smallConfig(Architecture::Rwkv6);
    config.layers = 2;
    config.width = 64;
    config.heads = 1;
    config.vocabulary = 256;
    config.enhancement.variant = EnhancementConfig::Variant::Adaptive;
    FileTensors base, gate;
    for (auto& [name, tensor] : randomTensors(config, 7))
        (name.starts_with("enhance.") ? gate : base)[name] = tensor;
    std::filesystem::create_directories(tinyBase(folder).parent_path());
    if (base.empty() || !writeTensors(base, {}, tinyBase(folder)))
        return false;
    const auto written = Checkpoint::open(tinyBase(folder));
    if (!written)
        return false;
    auto metadata = enhancementMetadata(config.enhancement);
    metadata["inkgate.base_fingerprint"] = *written->fingerprint();
    return writeTensors(gate, metadata, tinyGate(folder));
}

} // namespace support
