// safetensors_reader.h: reads one safetensors file (spec/formats.md section 2).
// Tensors stay in the mapped file. Names are taken as they stand, apart from tensor_name.h.
#pragma once

#include "engine/core/mapped_file.h"
#include "engine/formats/checkpoint.h"

namespace engine {

// Errors: FileDamaged, UnsupportedType (8-bit floats and later additions). `path` is for messages.
[[nodiscard]] Expected<Checkpoint> readSafetensors(const std::filesystem::path& path, MappedFile file);

} // namespace engine
