// gguf_vocabulary.h: finds the World vocabulary among the key-values of a GGUF file (docs/spec/tokenizers.md
// section 3).
// Threads: a pure function.
#pragma once

#include "engine/formats/gguf/gguf_values.h"
#include "engine/formats/stored_vocabulary.h"
#include "engine/formats/tensors/checkpoint_builder.h"

#include <optional>

namespace engine {

// Absent if the file has none, or one of another kind. Errors: FileDamaged (not as many types as tokens).
[[nodiscard]] Expected<std::optional<StoredVocabulary>> readGgufVocabulary(const CheckpointBuilder& builder,
                                                                           const GgufValues& values);

} // namespace engine
