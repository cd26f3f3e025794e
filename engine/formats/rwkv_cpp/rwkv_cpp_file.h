// rwkv_cpp_file.h: the container of rwkv.cpp's `.bin` files: a header, then tensors one after the other until
// the file ends (docs/spec/formats.md section 4). Everything as it stands in the file; what the converter did
// to it is undone in rwkv_cpp_reader.cpp.
// Threads: a pure function.
#pragma once

#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_conversion.h"

#include <cstdint>
#include <vector>

namespace engine {

struct RwkvCppFile {
    std::int64_t vocabulary = 0;
    std::int64_t width = 0;
    std::int64_t layers = 0;
    std::vector<StoredTensor> tensors; // in the file's order; the file's sizes in reverse order
};

// Reads builder.file(). Errors: FileDamaged, UnsupportedType, UnsupportedFormat (a version of the format we
// do not know).
[[nodiscard]] Expected<RwkvCppFile> parseRwkvCppFile(const CheckpointBuilder& builder);

} // namespace engine
