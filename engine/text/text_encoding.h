// text_encoding.h: tells what encoding a text's bytes are in.
// The mark at the beginning decides; then UTF-8, which hardly anything else looks like, even with a few
// broken places in it; then zero bytes, which give UTF-16 away; then uchardet, which knows the letter
// frequencies of the languages. What is left is Windows-1252, if its letters would make sense where they
// stand.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace engine {

struct TextEncoding {
    std::string name = "UTF-8"; // as iconv and people know it
    std::size_t markLength = 0; // bytes of the mark at the beginning
};

[[nodiscard]] TextEncoding encodingOf(std::string_view bytes);

} // namespace engine
