// safetensors_reader.h: reads safetensors files (docs/spec/formats.md section 2).
// Tensors stay in the file, but for factors that the file holds transposed.
#pragma once

#include "engine/core/file_bytes.h"
#include "engine/formats/checkpoint.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace engine {

class CheckpointBuilder;

// The format has no first bytes of its own, only a length of 8 bytes and then a brace.
[[nodiscard]] bool isSafetensors(std::string_view start);

// Errors: FileDamaged. Types that we do not read (8-bit floats and later additions) become unread entries.
// `path` is for messages.
[[nodiscard]] Expected<Checkpoint> readSafetensors(const std::filesystem::path& path, FileBytes file);

// One file's tensors and metadata, of a model in several files. `bytes`: the whole file, which the builder
// holds.
[[nodiscard]] Expected<void> addSafetensors(CheckpointBuilder& builder, std::span<const std::byte> bytes);

} // namespace engine
