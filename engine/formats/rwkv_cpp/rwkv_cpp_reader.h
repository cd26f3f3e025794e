// rwkv_cpp_reader.h: reads rwkv.cpp's `.bin` files (docs/spec/formats.md section 4) and undoes what its
// converter did, so that tensors have their official shapes, orientations and values.
// Quantised matrices stay quantised in the file; quantised low-rank factors become float32, because blocks
// cannot be transposed. The format has no list of its tensors, so the reader knows which ones a model of each
// version must have.
#pragma once

#include "engine/core/file_bytes.h"
#include "engine/formats/checkpoint.h"

#include <string_view>

namespace engine {

inline constexpr std::string_view kRwkvCppMagic = "fmgg"; // 0x67676d66, little-endian

// Errors: FileDamaged (also tensors missing at the end of a file that was cut short), UnsupportedType,
// UnsupportedFormat. `path` is for messages. RWKV-4, 5.0 and 5.1 are read as they stand, so that model
// detection can name and refuse them.
[[nodiscard]] Expected<Checkpoint> readRwkvCpp(const std::filesystem::path& path, FileBytes file);

} // namespace engine
