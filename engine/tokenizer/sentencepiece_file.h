// sentencepiece_file.h: a look into a sentencepiece model file (a protobuf) before sentencepiece gets it:
// whether it is whole and leaves text as it is. Internal to this folder.
// Source:  sentencepiece_model.proto, messages ModelProto and NormalizerSpec.
// Threads: reentrant.
#pragma once

#include "engine/core/error.h"

#include <string_view>

namespace engine {

// Errors: FileDamaged if the bytes are no such file or end early; VocabularyMismatch if the model changes
// text before or after encoding (rules, dummy prefix, removed spaces). A model that passes hands
// sentencepiece no table that it would use unchecked.
[[nodiscard]] Expected<void> checkSentencePieceFile(std::string_view model);

} // namespace engine
