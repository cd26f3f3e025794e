// torch_reader.h: reads PyTorch's `.pth` files (docs/spec/formats.md section 1): a zip archive of raw values,
// and a pickle that says which of them are which tensor.
// Contiguous tensors stay in the file; transposed and otherwise strided views are gathered into memory. The
// names are those of the dict at the root or of the model's own dict somewhere inside. What stands beside the
// tensors there, and tensors of types that we do not read, become unread entries.
#pragma once

#include "engine/core/file_bytes.h"
#include "engine/formats/checkpoint.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace engine {

class CheckpointBuilder;

inline constexpr std::string_view kZipMagic = "PK\x03\x04";
// Before version 1.6 PyTorch wrote no archive but a row of pickles, the first a number of 10 bytes. We do not
// read those.
inline constexpr std::string_view kOldTorchMagic = "\x80\x02\x8a\x0a";

// Errors: FileDamaged, UnsupportedFormat (a zip archive of something else, compressed or encrypted members,
// big-endian values, pickles of an object instead of a dict, files that ChatRWKV has converted). `path` is
// for messages.
[[nodiscard]] Expected<Checkpoint> readTorch(const std::filesystem::path& path, FileBytes file);

// One file's tensors, of a model in several files. `bytes`: the whole file, which the builder holds.
[[nodiscard]] Expected<void> addTorch(CheckpointBuilder& builder, std::span<const std::byte> bytes);

} // namespace engine
