// tokenizer.h: text to tokens and back; one interface for all vocabularies. Source: docs/spec/tokenizers.md.
// Lossless: decode(encode(x)) = x for every valid UTF-8 x, spaces, newlines and U+2581 included.
// Threads: immutable after loading; any number of callers.
#pragma once

#include "engine/core/error.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    // Tokens of `text`, no document separator added. Errors: InvalidText (with the byte offset) if `text` is
    // not valid UTF-8 (lone surrogates, overlong forms and cut characters included).
    [[nodiscard]] virtual Expected<std::vector<int>> encode(std::string_view text) const = 0;

    // True: between these two bytes of a text tokenisation restarts: no token holds both, and none depends on
    // what stands on the other side. So where a ends with `before` and b begins with `after`, the tokens of
    // a + b are those of a and those of b. False also means that nobody knows.
    [[nodiscard]] virtual bool restartsBetween(unsigned char before, unsigned char after) const {
        (void)before, (void)after;
        return false;
    }

    // The bytes a token stands for: possibly part of a character, empty for control tokens and ids without
    // text. `token` must be in [0, vocabularySize()).
    [[nodiscard]] virtual std::string_view bytes(int token) const = 0;

    // Bytes of all tokens in a row; incomplete characters stay as they are. Errors: InvalidArgument for an id
    // out of range.
    [[nodiscard]] Expected<std::string> decode(std::span<const int> tokens) const;

    [[nodiscard]] virtual int vocabularySize() const = 0;
    // Ends a document, and starts one: fed before the first token of a text, sampled when the story is over.
    [[nodiscard]] virtual int documentSeparator() const = 0;
    // Ids that must never be sampled (unknown, unused and padding pieces).
    [[nodiscard]] virtual std::span<const int> unsampledTokens() const = 0;
    [[nodiscard]] virtual std::string_view kind() const = 0; // "sentencepiece", "rwkv-world", "bytes"
};

// A sentencepiece model file. Errors: FileNotFound, FileDamaged, VocabularyMismatch if the model is lossy,
// or has no piece for the end of a document.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> loadSentencePiece(const std::filesystem::path& path);

// The RWKV World vocabulary text file (LF or CRLF). Errors: FileNotFound, FileDamaged with the line number.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> loadRwkvWorld(const std::filesystem::path& path);

// The same from memory: the file's text, or the list of tokens of a GGUF file, [id], escaped as
// docs/spec/tokenizers.md section 3 says and empty for ids that are no text; those are never sampled, but for
// 0, which separates documents.
// Errors: FileDamaged with the line number or the id.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> makeRwkvWorld(std::string_view text);
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>>
makeRwkvWorld(std::span<const std::string_view> escapedTokens);

// Bytes as tokens 0..255, for byte-level models such as tiny-rwkv. NUL separates documents.
[[nodiscard]] std::unique_ptr<const Tokenizer> makeByteTokenizer();

// Chooses by content: sentencepiece protobuf or World text. Errors: those of both, UnsupportedFormat.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path);

} // namespace engine
