// model_writer.h: writes random models and gates as files, so that tests can read them back, damage them and
// change them.
#pragma once

#include "engine/model/config.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace support {

struct FileTensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
    std::optional<engine::DataType> type = {}; // other than the file's
};
using FileTensors = std::map<std::string, FileTensor>;

// All tensors of a random model, by official name. `config` as for Model::random; the enhancement's are
// included.
[[nodiscard]] FileTensors randomTensors(const engine::ModelConfig& config, std::uint64_t seed);

// Writes tensors and metadata as safetensors; false if that fails.
[[nodiscard]] bool writeTensors(const FileTensors& tensors,
                                const std::map<std::string, std::string>& metadata,
                                const std::filesystem::path& path,
                                engine::DataType type = engine::DataType::Float32);

// The metadata that names the enhancement; empty for a plain model.
[[nodiscard]] std::map<std::string, std::string> enhancementMetadata(const engine::EnhancementConfig& config);

// Every kind of enhancement, the plain model first.
[[nodiscard]] std::vector<engine::EnhancementConfig> allEnhancements();

// Small sizes that still have several heads and layers: 3 layers, width 128, 2 heads, 96 tokens in the
// vocabulary.
[[nodiscard]] engine::ModelConfig smallConfig(engine::Architecture architecture,
                                              const engine::EnhancementConfig& enhancement = {});

} // namespace support
