// tiny_models.h: a folder of embedded models as the program expects it, with one random byte-level model.
#pragma once

#include <QString>

#include <filesystem>

namespace support {

// Writes <folder>/tiny/base.safetensors (RWKV-6, 2 layers, width 64, 256 tokens) and gated.safetensors, an
// adaptive gate fitted on it. False if that fails.
[[nodiscard]] bool writeTinyModels(const QString& folder);
// Beside them sources.safetensors, with gates of h-1, a mean and x0.
[[nodiscard]] bool writeTinySourceGates(const QString& folder);

// <folder>/hybrid/base.safetensors: RWKV-X, 4 layers of width 128, 2 sparse blocks, 3 chunks of 16 tokens.
[[nodiscard]] bool writeTinyHybrid(const QString& folder);

[[nodiscard]] std::filesystem::path tinyHybrid(const QString& folder);
[[nodiscard]] std::filesystem::path tinyBase(const QString& folder);
[[nodiscard]] std::filesystem::path tinyGate(const QString& folder, const QString& name = "gated");

} // namespace support
