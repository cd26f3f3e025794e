// characters.h: the characters of a UTF-8 text and what kind they are, by the C library's Unicode tables,
// whatever the user's locale is.
// Threads: the functions are reentrant.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace engine {

struct TextCharacter {
    char32_t code = 0; // U+FFFD where the text is not valid
    std::size_t begin = 0;
    std::size_t end = 0; // of its bytes
};

[[nodiscard]] std::vector<TextCharacter> charactersOf(std::string_view text);
// The one that begins at `offset` of valid UTF-8.
[[nodiscard]] TextCharacter characterAt(std::string_view text, std::size_t offset);

[[nodiscard]] bool isWhiteSpace(char32_t code); // no-break spaces included
[[nodiscard]] bool isAlphabetic(char32_t code);
[[nodiscard]] bool isLetterOrDigit(char32_t code);
[[nodiscard]] bool isLowerCase(char32_t code);
[[nodiscard]] bool isUpperCase(char32_t code);
[[nodiscard]] char32_t toLowerCase(char32_t code);

} // namespace engine
