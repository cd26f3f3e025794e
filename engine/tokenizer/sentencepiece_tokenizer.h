// sentencepiece_tokenizer.h: a sentencepiece model behind the Tokenizer interface. Internal to this folder;
// callers use loadSentencePiece() in tokenizer.h.
// Lossless: what the model would change after all (and U+2581, which sentencepiece uses for the space) is
//           spelled in byte pieces.
// Time:     linear. Encoding goes word by word: where no piece of the vocabulary reaches across a word's
//           beginning, the result is that of the whole text, without the rounding of scores added up over
//           a long text.
#pragma once

#include "engine/core/error.h"
#include "engine/tokenizer/tokenizer.h"

#include <memory>
#include <string_view>

namespace engine {

// `model`: the bytes of a model file. Errors: FileDamaged, VocabularyMismatch.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> makeSentencePieceTokenizer(std::string_view model);

} // namespace engine
