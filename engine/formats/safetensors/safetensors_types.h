// safetensors_types.h: the names safetensors gives to element types (docs/spec/formats.md section 2).
// Threads: pure functions.
#pragma once

#include "engine/core/data_type.h"

#include <optional>
#include <string>
#include <string_view>

namespace engine {

[[nodiscard]] std::optional<DataType> typeFromSafetensors(std::string_view dtype); // "BF16" -> BFloat16
[[nodiscard]] std::optional<std::string_view> safetensorsName(DataType type);      // none for the block types

// safetensors has no block types. A tensor of blocks is a tensor of U8 whose last dimension counts bytes, and
// has its type, such as q8_0, in the metadata under this key followed by the tensor's name.
inline constexpr std::string_view kBlockTypeKey = "inkgate.block_type:";
[[nodiscard]] std::string blockTypeKey(std::string_view tensor);
[[nodiscard]] std::optional<DataType> blockTypeFromName(std::string_view typeName);

} // namespace engine
