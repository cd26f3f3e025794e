// safetensors_reader.h: reads a model from one safetensors file, or from several and the index that lists them
// (spec/formats.md section 2), under any of the names of safetensors_naming.h.
// Tensors stay in the files, but for factors that the file holds transposed.
#pragma once

#include "engine/core/file_bytes.h"
#include "engine/formats/checkpoint.h"

namespace engine {

// Errors: FileDamaged, UnsupportedType (8-bit floats and later additions). `path` is for messages.
[[nodiscard]] Expected<Checkpoint> readSafetensors(const std::filesystem::path& path, FileBytes file);

// `index` is the JSON text that names each tensor's file; the files lie beside it.
// Errors: as above; FileDamaged if it names files elsewhere, FileNotFound with the name of a part that is not there.
[[nodiscard]] Expected<Checkpoint> readSafetensorsIndex(const std::filesystem::path& path, FileBytes index);

} // namespace engine
