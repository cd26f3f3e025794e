// sentencepiece_training.h: makes the vocabulary of a new model family from text: unigram pieces, lossless.
// Source:  docs/spec/tokenizers.md section 4, "Training flags for a lossless model".
// Ids:     0 `</s>` (document separator, as in the World vocabulary), 1 `<unk>` (never produced: every byte
//          has a piece), then "\n" and "\n\n", the 256 bytes, and the pieces found in the text.
// Result:  the same file for the same text and options on the same machine; written whole or not at all.
// Threads: one training at a time in a process (sentencepiece keeps global settings).
#pragma once

#include "engine/core/error.h"

#include <cstddef>
#include <filesystem>

namespace engine {

struct SentencePieceTraining {
    int vocabularySize = 8192; // at most; a short text may not hold that many pieces
    // At most so many paragraphs, taken evenly from the whole file. Memory: about 30 times their bytes.
    std::size_t maxSentences = 400'000;
    // Characters that together make up this share of the text get pieces of their own; rarer ones are spelled
    // in bytes. Fiction has a long tail of them (Greek and Hebrew quotations, ligatures, scanning errors):
    // with 1.0 each would take a place from a word.
    double characterCoverage = 0.9999;
    // Rounding in the expectation step depends on the split, so the number is part of the result.
    int threads = 2;
};

// `textFile`: one paragraph a line, read by engine/text; empty lines and lines that hold only a form feed are
// left out.
// Errors: FileNotFound, FileUnreadable, InvalidText (with the place), InvalidArgument (options out of
// range, no text, too little text), WriteFailed.
[[nodiscard]] Expected<void> trainSentencePiece(const std::filesystem::path& textFile,
                                                const std::filesystem::path& modelFile,
                                                const SentencePieceTraining& options);

} // namespace engine
