// world_vocabulary.h: reads the RWKV World vocabulary: the file, `ID LITERAL LENGTH` per line, where LITERAL
// is a Python string or bytes literal, and the list of escaped tokens that GGUF files have instead.
// Source: docs/spec/tokenizers.md sections 1 and 3. Internal to this folder.
#pragma once

#include "engine/core/error.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

// The bytes of each token, [highest id + 1]; empty for ids that the file does not name, 0 among them. All 256
// single bytes are there. Errors: FileDamaged with the line number (bad id, literal or length, an id or token
// twice, a byte missing).
[[nodiscard]] Expected<std::vector<std::string>> parseWorldVocabulary(std::string_view text);

// The bytes of each token of a list [id], where escaped[id] is what a Python bytes literal has between its
// quotes, empty for an id without text. Id 0 separates documents and has no bytes, whatever the list says.
// All 256 single bytes are there. Errors: FileDamaged with the id (a broken escape, a token twice, a byte
// missing).
[[nodiscard]] Expected<std::vector<std::string>>
parseEscapedTokens(std::span<const std::string_view> escaped);

// The bytes that a Python literal stands for: '...' or "..." (code points, written as UTF-8) or b'...'
// (bytes), with the escapes \n \t \r \\ \' \" \xHH and, in text, \uHHHH and \UHHHHHHHH. Errors: FileDamaged.
[[nodiscard]] Expected<std::string> parsePythonLiteral(std::string_view literal);

} // namespace engine
