// rwkv_cpp_conversion.h: what rwkv.cpp's converter did to a tensor, and back (docs/spec/formats.md section 4,
// second table).
// Threads: pure functions.
#pragma once

#include "engine/formats/tensors/checkpoint_builder.h"
#include "engine/formats/tensors/tensor_conversion.h"

#include <string_view>

namespace engine {

enum class RwkvCppVersion { Older, V5_2, V6, V7 }; // Older: RWKV-4, 5.0 and 5.1, which nobody here runs

// "att.time_decay" of "blocks.3.att.time_decay"; the whole name if it is of no block.
[[nodiscard]] std::string_view nameInBlock(std::string_view name);

// Adds `tensor` to the checkpoint as the official model has it; stacked mixes become several tensors.
// Errors: FileDamaged (a shape that the converter does not write, a decay outside of 0..1).
[[nodiscard]] Expected<void> addOfficialTensors(CheckpointBuilder& builder, const StoredTensor& tensor,
                                                RwkvCppVersion version);

} // namespace engine
