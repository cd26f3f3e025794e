// tiny_models.h: a folder of embedded models as the program expects it, with one random byte-level model.
#pragma once

#include <QString>

#include <filesystem>

namespace support {

// Writes <folder>/tiny/base.safetensors (RWKV-6, 2 layers, width 64, 256 tokens) and gated.safetensors, an
// adaptive gate fitted on it. False if that fails.
[[nodiscard]] bool writeTinyModels(const QString& folder);

[[nodiscard]] std::filesystem::path tinyBase(const QString& folder);
[[nodiscard]] std::filesystem::path tinyGate(const QString& folder);

} // namespace support
