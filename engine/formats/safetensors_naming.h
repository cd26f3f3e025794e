// safetensors_naming.h: the conventions by which safetensors files name RWKV's tensors, and the official tensor behind each name.
// Source:  spec/formats.md section 2, second table.
// Threads: pure functions.
#pragma once

#include "engine/formats/safetensors_header.h"

#include <span>
#include <string>
#include <string_view>

namespace engine {

enum class TensorNaming {
    Official,    // BlinkDL's names, and everything that is not one of those below
    HuggingFace, // transformers' RWKV-6
    Fla,         // flash-linear-attention's RWKV-7
    WebRwkv5,    // what web-rwkv's converter makes of RWKV-5.2,
    WebRwkv6,    // of RWKV-6,
    WebRwkv7,    // and of RWKV-7
};

struct OfficialTensor {
    std::string name;
    bool isTransposed = false; // the file holds it with its last two dimensions swapped
};

// By names, and where names don't tell by shapes, of all parts of a model together: a part alone may hold nothing telling.
[[nodiscard]] TensorNaming namingOf(std::span<const SafetensorsHeader> parts);

// Names that the convention does not know are kept, so that whoever needs the official one says that it is missing.
[[nodiscard]] OfficialTensor officialTensor(TensorNaming naming, std::string_view nameInFile);

} // namespace engine
