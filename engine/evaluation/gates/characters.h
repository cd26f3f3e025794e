// characters.h: what kind a character is, as far as classes of tokens ask (token_class.h). Cases are known
// for the Latin, Greek and Cyrillic scripts; nothing depends on the locale.
// Threads: pure functions.
#pragma once

#include <string_view>

namespace engine {

[[nodiscard]] inline bool isDecimalDigit(char32_t c) { return c >= U'0' && c <= U'9'; }

[[nodiscard]] bool isLetter(char32_t c);
[[nodiscard]] bool isCapital(char32_t c);
[[nodiscard]] bool isSmallLetter(char32_t c);
[[nodiscard]] bool isSpace(char32_t c);
[[nodiscard]] bool isApostrophe(char32_t c); // ' and U+2019, both of which are quotation marks as well
[[nodiscard]] bool isQuotationMark(char32_t c);

// The character that begins at `offset` of valid UTF-8, and its bytes.
struct Character {
    char32_t code = 0;
    unsigned bytes = 1;
};
[[nodiscard]] Character characterAt(std::string_view text, std::size_t offset);

} // namespace engine
