// safetensors_types.h: the names safetensors gives to element types (spec/formats.md section 2).
// Threads: pure functions.
#pragma once

#include "engine/core/data_type.h"

#include <optional>
#include <string_view>

namespace engine {

[[nodiscard]] std::optional<DataType> typeFromSafetensors(std::string_view dtype); // "BF16" -> BFloat16
[[nodiscard]] std::optional<std::string_view> safetensorsName(DataType type);      // none for the block types

} // namespace engine
