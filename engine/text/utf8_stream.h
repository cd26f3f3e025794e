// utf8_stream.h: turns the bytes of streamed tokens into whole characters.
// Source:  docs/spec/tokenizers.md section 1, "Decoding and UTF-8 streaming".
// Threads: a value; the functions are reentrant.
#pragma once

#include "engine/core/error.h"

#include <string>
#include <string_view>

namespace engine {

class Utf8Stream {
public:
    // Takes the bytes of a token, returns what is complete by now. Keeps at most 3 bytes back; a broken
    // sequence becomes one U+FFFD per maximal subpart. The result is always valid UTF-8.
    [[nodiscard]] std::string push(std::string_view bytes);
    // What is left when no more tokens come: nothing, or one U+FFFD.
    [[nodiscard]] std::string flush();

private:
    std::string m_pending;
};

// Offset of the first byte that is not part of valid UTF-8, or npos.
[[nodiscard]] std::size_t findInvalidUtf8(std::string_view text);

// Bytes of the maximal subpart that is broken or unfinished where findInvalidUtf8() found one: `text` from
// there.
[[nodiscard]] std::size_t invalidLength(std::string_view text);

// Errors: InvalidText with that offset.
[[nodiscard]] Expected<void> requireUtf8(std::string_view text);

} // namespace engine
