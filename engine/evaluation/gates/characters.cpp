#include "engine/evaluation/gates/characters.h"

namespace engine {

namespace {

bool isWithin(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

// In most of Latin Extended-A capital and small letters take turns; in two stretches the small one is even.
bool isExtendedCapital(char32_t c) {
    const bool startsOdd = isWithin(c, 0x139, 0x148) || isWithin(c, 0x179, 0x17E);
    return (c % 2 == 0) != startsOdd;
}

} // namespace

bool isLetter(char32_t c) {
    if (c < 0x80)
        return isWithin(c, U'a', U'z') || isWithin(c, U'A', U'Z');
    const bool isSymbol = c < 0xC0 || c == 0xD7 || c == 0xF7 || isWithin(c, 0x2000, 0x2BFF) ||
                          isWithin(c, 0x3000, 0x303F) || isWithin(c, 0xE000, 0xF8FF) ||
                          isWithin(c, 0xFE00, 0xFE6F) || isWithin(c, 0xFF00, 0xFF20) ||
                          isWithin(c, 0xFFF0, 0xFFFF) || c >= 0x1F000;
    return !isSymbol || c == 0xAA || c == 0xB5 || c == 0xBA;
}

bool isCapital(char32_t c) {
    return isWithin(c, U'A', U'Z') || (isWithin(c, 0xC0, 0xDE) && c != 0xD7) ||
           (isWithin(c, 0x100, 0x17F) && isExtendedCapital(c)) || isWithin(c, 0x391, 0x3A9) ||
           isWithin(c, 0x400, 0x42F);
}

bool isSmallLetter(char32_t c) {
    return isWithin(c, U'a', U'z') || (isWithin(c, 0xDF, 0xFF) && c != 0xF7) ||
           (isWithin(c, 0x100, 0x17F) && !isExtendedCapital(c)) || isWithin(c, 0x3AC, 0x3CE) ||
           isWithin(c, 0x430, 0x45F);
}

bool isSpace(char32_t c) {
    return c == U' ' || isWithin(c, U'\t', U'\r') || c == 0x85 || c == 0xA0 || isWithin(c, 0x2000, 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x3000;
}

bool isApostrophe(char32_t c) { return c == U'\'' || c == 0x2019; }

bool isQuotationMark(char32_t c) {
    return c == U'"' || isApostrophe(c) || isWithin(c, 0x2018, 0x201F) || c == 0xAB || c == 0xBB ||
           c == 0x2039 || c == 0x203A;
}

Character characterAt(std::string_view text, std::size_t offset) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
    const unsigned first = byte(0);
    const unsigned length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 1)
        return {first, 1};
    char32_t code = first & (0x7Fu >> length);
    for (unsigned i = 1; i < length; ++i)
        code = code << 6 | (byte(i) & 0x3Fu);
    return {code, length};
}

} // namespace engine
