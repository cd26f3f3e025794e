// hard_texts.h: texts that tokenizers get wrong, and random ones; all valid UTF-8.
#pragma once

#include "engine/core/random.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace test {

struct NamedText {
    const char* name;
    std::string text;
};

inline std::vector<NamedText> hardTexts() {
    using namespace std::string_literals;
    return {
        {"empty", ""},
        {"one letter", "a"},
        {"one space", " "},
        {"leading, double and trailing spaces", "  two  spaces   three    four  "},
        {"line breaks", "\n one\n\ntwo\n\n\nthree \n \n"},
        {"CRLF and lone CR", "one\r\ntwo\r\n\r\nthree\rfour\r"},
        {"tabs", "\tone\t\ttwo \t three\t"},
        {"NUL and controls", "a\0b\0\0c\x01\x02\x1B[0m\x7F"s},
        {"form feed", "end\n\f\nbegin"},
        {"emoji with joiners",
         "\U0001F469\u200D\U0001F469\u200D\U0001F467 \U0001F3F4\U000E0067\U000E0062 \u2764\uFE0F"},
        {"combining marks", "cafe\u0301 o\u0308\u0323 \u0301alone caf\u00E9"},
        {"compatibility characters", "\uFB01sh \uFF21 \u00BD \u2460 \u212B \u2126"},
        {"unusual spaces", "no\u00A0break\u2003em\u3000wide\u200Bzero\uFEFFbom\u2028line\u0085next"},
        {"U+2581 alone", "\u2581"},
        {"U+2581 in words", "\u2581a \u2581 b\u2581c\u2581\u2581 \u2581\n\u2581"},
        {"names of pieces", "<s></s><unk><0x41><0x0A>[PAD65530]<|endoftext|>"},
        {"curly quotes and dashes",
         "\u201CWell\u2026\u201D \u2014 \u2018tis\u2019 \u2013 no\u2014yes\u2014\u2014"},
        {"dialogue", "\"Well, Ned, aren't you ready?\" he said.\n\n\"Oh---I s'pose so.\""},
        {"many scripts",
         "\u4F60\u597D\uFF0C\u4E16\u754C \u0645\u0631\u062D\u0628\u0627 \u05E9\u05DC\u05D5\u05DD "
         "\u0928\u092E\u0938\u094D\u0924\u0947 \uC548\uB155 \u0395\u03BB \u0416"},
        {"ends of the code space",
         "\x7F\u0080\u07FF\u0800\uD7FF\uE000\uFFFD\uFFFE\uFFFF\U00010000\U0010FFFF"},
        {"300 spaces", std::string(300, ' ')},
        {"300 line breaks", std::string(300, '\n')},
    };
}

// `count` characters: mostly ASCII, with every length of UTF-8, spaces, line breaks and U+2581 among them.
inline std::string randomText(engine::Random& random, std::size_t count) {
    std::string text;
    const auto put = [&](std::uint32_t c) {
        const auto byte = [&](std::uint32_t b) { text += static_cast<char>(static_cast<unsigned char>(b)); };
        if (c < 0x80) {
            byte(c);
        } else if (c < 0x800) {
            byte(0xC0 | c >> 6);
            byte(0x80 | (c & 63));
        } else if (c < 0x10000) {
            byte(0xE0 | c >> 12);
            byte(0x80 | (c >> 6 & 63));
            byte(0x80 | (c & 63));
        } else {
            byte(0xF0 | c >> 18);
            byte(0x80 | (c >> 12 & 63));
            byte(0x80 | (c >> 6 & 63));
            byte(0x80 | (c & 63));
        }
    };
    for (std::size_t i = 0; i < count; ++i) {
        switch (random.below(10)) {
        case 0: put(' '); break;
        case 1: put(static_cast<std::uint32_t>(random.below(0x80))); break;
        case 2: put(0x80 + static_cast<std::uint32_t>(random.below(0x780))); break;
        case 3: put(0x800 + static_cast<std::uint32_t>(random.below(0xD000))); break;
        case 4: put(0x10000 + static_cast<std::uint32_t>(random.below(0x100000))); break;
        case 5: put(random.below(2) ? 0x2581 : '\n'); break;
        default: put('a' + static_cast<std::uint32_t>(random.below(26)));
        }
    }
    return text;
}

struct InvalidText {
    const char* name;
    std::string text;
    std::size_t offset; // of the first byte that belongs to no character
};

inline std::vector<InvalidText> invalidTexts() {
    using namespace std::string_literals;
    return {
        {"lone high surrogate", "ab\xED\xA0\x80", 2},
        {"lone low surrogate", "\xED\xBF\xBFx", 0},
        {"surrogate pair in UTF-8", "x\xED\xA0\xBD\xED\xB8\x80", 1},
        {"overlong NUL", "abc\xC0\x80", 3},
        {"overlong slash, three bytes", "\xE0\x80\xAF", 0},
        {"overlong, four bytes", "a\xF0\x80\x80\xAFz", 1},
        {"above U+10FFFF", "a\xF4\x90\x80\x80", 1},
        {"five-byte lead", "\xF8\x88\x80\x80\x80", 0},
        {"byte FF", "long ascii before it\xFF", 20},
        {"lone continuation byte", "\xC3\xA9\x80", 2},
        {"cut character at the end", "caf\xC3", 3},
        {"cut emoji at the end", "ok \xF0\x9F\x98", 3},
        {"lead before a letter",
         "\xE4\xBD"
         "a",
         0},
    };
}

} // namespace test
