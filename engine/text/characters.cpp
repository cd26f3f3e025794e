#include "engine/text/characters.h"

#include "engine/text/utf8_stream.h"

#include <cwctype>

#include <locale.h>

namespace engine {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Comes with the C library; without it only ASCII has kinds.
locale_t unicode() {
    static const locale_t locale = [] {
        const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return utf8 != nullptr ? utf8 : ::newlocale(LC_CTYPE_MASK, "C", nullptr);
    }();
    return locale;
}

wint_t wide(char32_t code) { return static_cast<wint_t>(code); }

} // namespace

TextCharacter characterAt(std::string_view text, std::size_t offset) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
    const unsigned char first = byte(0);
    const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t code = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        code = code << 6 | (byte(i) & 0x3Fu);
    return {code, offset, offset + length};
}

std::vector<TextCharacter> charactersOf(std::string_view text) {
    std::vector<TextCharacter> characters;
    characters.reserve(text.size());
    std::size_t valid = findInvalidUtf8(text); // up to here
    for (std::size_t place = 0; place < text.size();) {
        if (place == valid) {
            const std::size_t length = invalidLength(text.substr(place));
            characters.push_back({kReplacement, place, place + length});
            place += length;
            const std::size_t next = findInvalidUtf8(text.substr(place));
            valid = next == std::string_view::npos ? next : place + next;
            continue;
        }
        characters.push_back(characterAt(text, place));
        place = characters.back().end;
    }
    return characters;
}

bool isWhiteSpace(char32_t code) {
    // No-break spaces are not among the C library's.
    return code == 0xA0 || code == 0x2007 || code == 0x202F || ::iswspace_l(wide(code), unicode()) != 0;
}
bool isAlphabetic(char32_t code) { return ::iswalpha_l(wide(code), unicode()) != 0; }
bool isLetterOrDigit(char32_t code) { return ::iswalnum_l(wide(code), unicode()) != 0; }
bool isLowerCase(char32_t code) { return ::iswlower_l(wide(code), unicode()) != 0; }
bool isUpperCase(char32_t code) { return ::iswupper_l(wide(code), unicode()) != 0; }
char32_t toLowerCase(char32_t code) { return static_cast<char32_t>(::towlower_l(wide(code), unicode())); }

} // namespace engine
