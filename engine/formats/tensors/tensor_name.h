// tensor_name.h: a tensor's name as its model knows it, and as a sentence may show it.
// Trainers put a model into wrappers, which lengthen the names of all it holds. What is left after these are
// taken off is of one of the conventions that tensor_naming.h knows.
//   DeepSpeed, stage 3    `_forward_module.`
//   torch.compile         `_orig_mod.`, of a part of the model also inside the name
//   FSDP, checkpointing   `_fsdp_wrapped_module.`, `_checkpoint_wrapped_module.`, also inside
//   data parallel         `module.` in front
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace engine {

[[nodiscard]] std::string withoutWrappers(std::string_view nameInFile);

// A name that a damaged file would hardly have: 1 to 1024 bytes, none of them a control character. Models'
// names are plain ASCII, but what else is in a file may be called anything.
[[nodiscard]] bool isPlausibleName(std::string_view nameInFile);
inline constexpr std::string_view kPlausibleName = "a tensor name of 1 to 1024 printable characters";

// A name from a file as it may stand in an error sentence: control characters replaced, long ones cut.
[[nodiscard]] std::string displayName(std::string_view nameInFile);

} // namespace engine
