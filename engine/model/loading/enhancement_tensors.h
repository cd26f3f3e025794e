// enhancement_tensors.h: which enhancement a checkpoint's tensors belong to.
// Source:  the metadata key `inkgate.enhancement`, else the tensors that are there
//          (docs/spec/enhanced-rwkv.md section 5).
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/checkpoint.h"
#include "engine/model/config.h"

namespace engine {

// Variant None for a plain base model. Errors: FileDamaged, ShapeMismatch.
[[nodiscard]] Expected<EnhancementConfig> detectEnhancement(const Checkpoint& checkpoint);

} // namespace engine
