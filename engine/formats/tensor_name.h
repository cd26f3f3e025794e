// tensor_name.h: from the names that files use to the official ones of spec/rwkv-models.md section 7.
// This is the one place that knows how trainers and libraries rename tensors. Conventions that only rename belong into
// officialName(); those that also transpose or split tensors belong into the reader of their format.
//   official names        kept
//   DeepSpeed, stage 3    `_forward_module.` in front: stripped
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace engine {

[[nodiscard]] std::string officialName(std::string_view nameInFile);

// A name from a file as it may stand in an error sentence: control characters replaced, long ones cut.
[[nodiscard]] std::string displayName(std::string_view nameInFile);

} // namespace engine
