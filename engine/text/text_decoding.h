// text_decoding.h: the bytes of a text file as the text that is meant: UTF-8 without a mark, lines that end
// in "\n".
// Threads: pure function.
#pragma once

#include "engine/core/error.h"

#include <cstddef>
#include <string>

namespace engine {

struct DecodedText {
    std::string text;     // valid UTF-8; "\r\n" and "\r" have become "\n"
    std::string encoding; // that the bytes were in, e.g. "UTF-8" or "KOI8-R"
    // Places that are not valid in that encoding, each U+FFFD in the text. Of the first: the line and the
    // byte in it (as UTF-8), both counted from 1, and the offset of its byte in the file, from 0.
    std::size_t damages = 0;
    std::size_t line = 0, byteInLine = 0, offset = 0;

    [[nodiscard]] bool isUtf8() const { return encoding == "UTF-8"; }
};

// `isBeginning`: the bytes are the beginning of a file; a character cut at their end is left out.
// Errors: InvalidText (zero bytes: not a text).
[[nodiscard]] Expected<DecodedText> decodeText(std::string bytes, bool isBeginning = false);

} // namespace engine
