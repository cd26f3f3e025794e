// sample_safetensors.h: safetensors files made by hand, so that they can be wrong in every way.
#pragma once

#include "tests/engine/formats/samples/sample_models.h"

#include <optional>
#include <string>
#include <string_view>

namespace samples {

// `claimedLength` in front instead of the header's true length; `dataBytes` bytes 0, 1, 2, ... behind it.
[[nodiscard]] Bytes safetensors(std::string_view header, std::size_t dataBytes,
                                std::optional<std::uint64_t> claimedLength = {});
// A model in float32, with metadata.
[[nodiscard]] Bytes safetensors(const std::vector<Tensor>& model);

} // namespace samples
