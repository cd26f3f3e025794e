// gguf_file.h: the container of GGUF files, versions 2 and 3: a header, key-values, a list of tensors, then
// their bytes (docs/spec/formats.md section 3.1). Everything as it stands in the file; what the converter did
// to it is undone in gguf_conversion.cpp.
// Threads: a pure function.
#pragma once

#include "engine/formats/gguf/gguf_values.h"
#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_conversion.h"

#include <string_view>
#include <vector>

namespace engine {

inline constexpr std::string_view kGgufMagic = "GGUF";

struct GgufFile {
    GgufValues values;
    std::vector<StoredTensor> tensors; // in the file's order; the file's sizes in reverse order
    std::vector<UnreadEntry> unread;   // tensors of types that we do not read, by the file's names
};

// Reads builder.file(). Errors: FileDamaged, UnsupportedFormat (other versions, big-endian files).
[[nodiscard]] Expected<GgufFile> parseGgufFile(const CheckpointBuilder& builder);

} // namespace engine
