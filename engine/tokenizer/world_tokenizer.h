// world_tokenizer.h: the RWKV World vocabulary behind the Tokenizer interface: greedy longest match over
// bytes. Internal to this folder; callers use loadRwkvWorld() in tokenizer.h.
// Source: spec/tokenizers.md section 1.
// Ids:    0 separates documents; the file names the tokens; the rest up to 65535 only pad the
//         model's vocabulary.
#pragma once

#include "engine/core/error.h"
#include "engine/tokenizer/tokenizer.h"

#include <memory>
#include <string_view>

namespace engine {

// `vocabulary`: the text of a vocabulary file, LF or CRLF. Errors: FileDamaged with the line number.
[[nodiscard]] Expected<std::unique_ptr<const Tokenizer>> makeWorldTokenizer(std::string_view vocabulary);

} // namespace engine
