// gguf_reader.h: reads GGUF files of RWKV-6 and RWKV-7 models (docs/spec/formats.md section 3) and undoes
// what their converter did, so that tensors have their official names, shapes, orientations and values.
// Matrices stay as they are in the file, quantised or not, but for those that were stored divided by a power
// of two: they are multiplied back (tensor_scaling.h). Low-rank factors are transposed into memory of the
// Checkpoint's own.
#pragma once

#include "engine/core/file_bytes.h"
#include "engine/formats/checkpoint.h"

namespace engine {

// Errors: FileDamaged (also tensors that are missing), UnsupportedType, UnsupportedFormat,
// UnsupportedArchitecture (named). `path` is for messages.
[[nodiscard]] Expected<Checkpoint> readGguf(const std::filesystem::path& path, FileBytes file);

} // namespace engine
