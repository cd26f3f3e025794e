// model_tokenizer.h: the tokenizer that goes with a model.
// In this order: the vocabulary that the user named, the one inside the model file, the one beside it, byte
// tokens if the model knows 256 of them. One inside that cannot be used gives way to one beside, so that
// there is a way to mend such a model.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"
#include "engine/formats/stored_vocabulary.h"
#include "engine/model/model.h"
#include "engine/model/model_files.h"
#include "engine/tokenizer/tokenizer.h"

#include <memory>
#include <optional>

namespace engine {

// `stored`: Checkpoint::vocabulary() of files.base; `vocabulary`: the model's number of tokens.
// Errors: those of loadTokenizer(); VocabularyMismatch if there is none, or it has more tokens than the
// model; one inside the model file that lists its tokens must have exactly as many.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>>
loadTokenizerOf(const ModelFiles& files, const std::optional<StoredVocabulary>& stored, int vocabulary);

// Of a model loaded from `files`.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> loadTokenizerOf(const ModelFiles& files,
                                                                         const Model& model);

} // namespace engine
