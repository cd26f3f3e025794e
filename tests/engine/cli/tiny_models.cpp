#include "tests/engine/cli/tiny_models.h"

#include "engine/formats/checkpoint.h"
#include "tests/support/model_writer.h"

#include <array>
#include <string>

namespace support {

using namespace engine;

std::filesystem::path tinyBase(const QString& folder) {
    return (folder + "/tiny/base.safetensors").toStdString();
}
std::filesystem::path tinyGate(const QString& folder, const QString& name) {
    return (folder + "/tiny/" + name + ".safetensors").toStdString();
}

std::filesystem::path tinyHybrid(const QString& folder) {
    return (folder + "/hybrid/base.safetensors").toStdString();
}

namespace {

ModelConfig tinyConfig(const EnhancementConfig& enhancement) {
    ModelConfig config = smallConfig(Architecture::Rwkv6, enhancement);
    config.layers = 2;
    config.width = 64;
    config.heads = 1;
    config.vocabulary = 256;
    return config;
}

// Beside the base, which is written.
bool writeGate(const QString& folder, const FileTensors& gate, const EnhancementConfig& enhancement,
               const QString& name) {
    const auto written = Checkpoint::open(tinyBase(folder));
    if (!written)
        return false;
    auto metadata = enhancementMetadata(enhancement);
    metadata["inkgate.base_fingerprint"] = *written->fingerprint();
    return writeTensors(gate, metadata, tinyGate(folder, name));
}

} // namespace

bool writeTinyModels(const QString& folder) {
    const ModelConfig config = tinyConfig({.variant = EnhancementConfig::Variant::Adaptive});
    FileTensors base, gate;
    for (auto& [name, tensor] : randomTensors(config, 7))
        (name.starts_with("enhance.") ? gate : base)[name] = tensor;
    std::filesystem::create_directories(tinyBase(folder).parent_path());
    if (base.empty() || !writeTensors(base, {}, tinyBase(folder)))
        return false;
    return writeGate(folder, gate, config.enhancement, "gated");
}

bool writeTinySourceGates(const QString& folder) {
    EnhancementConfig enhancement{.variant = EnhancementConfig::Variant::SourceGates, .rank = 12};
    enhancement.sources = *sourcesNamed(std::array<std::string, 3>{"h-1", "mean:0.9", "x0"});
    FileTensors gate;
    for (auto& [name, tensor] : randomTensors(tinyConfig(enhancement), 8))
        if (name.starts_with("enhance."))
            gate[name] = tensor;
    return !gate.empty() && writeGate(folder, gate, enhancement, "sources");
}

bool writeTinyHybrid(const QString& folder) {
    ModelConfig config = smallConfig(Architecture::Rwkv7);
    config.layers = 4;
    config.vocabulary = 256;
    config.sparse.blocks = 2;
    config.sparse.chunk = 16;
    std::filesystem::create_directories(tinyHybrid(folder).parent_path());
    return writeTensors(randomTensors(config, 9), {{"inkgate.sparse_attention", toJson(config.sparse)}},
                        tinyHybrid(folder));
}

} // namespace support
