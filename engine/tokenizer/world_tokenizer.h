// world_tokenizer.h: the RWKV World vocabulary behind the Tokenizer interface: greedy longest match over
// bytes. Internal to this folder; callers use loadRwkvWorld() and its like in tokenizer.h.
// Source: docs/spec/tokenizers.md sections 1 and 3.
// Ids:    0 separates documents; the file names the tokens; the rest up to 65535 only pad the
//         model's vocabulary. A list of tokens has as many ids as it has entries.
#pragma once

#include "engine/core/error.h"
#include "engine/tokenizer/tokenizer.h"

#include <memory>
#include <span>
#include <string_view>

namespace engine {

// `vocabulary`: the text of a vocabulary file, LF or CRLF. Errors: FileDamaged with the line number.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> makeWorldTokenizer(std::string_view vocabulary);

// `escaped`: the list of a GGUF file, see parseEscapedTokens(). Errors: FileDamaged with the id.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>>
makeWorldTokenizer(std::span<const std::string_view> escaped);

} // namespace engine
