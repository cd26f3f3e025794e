// sharded_model.h: a model in several files, as large ones are published: safetensors or PyTorch files that
// are numbered, "model-00001-of-00003.safetensors", and mostly an index that says which of them holds which
// tensor (docs/spec/formats.md section 2).
#pragma once

#include "engine/core/file_bytes.h"
#include "engine/formats/checkpoint.h"

#include <filesystem>
#include <string>
#include <vector>

namespace engine {

// All files of the model that `path` is one of by its name, in their order; empty if it is a file of its own.
// Errors: FileNotFound, with the names of those that do not lie beside it.
[[nodiscard]] Expected<std::vector<std::filesystem::path>> partsOfModel(const std::filesystem::path& path);

// The same for all files of one model: "model-*-of-00003.safetensors"; of a file of its own its name.
[[nodiscard]] std::string nameOfParts(const std::filesystem::path& path);

// `path`: the part that was asked for, open as `file`; it is one of `parts`.
// Errors: those of the formats' readers; FileNotFound, FileUnreadable.
[[nodiscard]] Expected<Checkpoint> readParts(const std::filesystem::path& path, FileBytes file,
                                             const std::vector<std::filesystem::path>& parts);

// `index`: the JSON text that names each tensor's file; the files lie beside it.
// Errors: as above; FileDamaged if it names files elsewhere, FileNotFound with the name of a part that is not
//         there.
[[nodiscard]] Expected<Checkpoint> readModelIndex(const std::filesystem::path& path, FileBytes index);

} // namespace engine
