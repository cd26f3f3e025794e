// small_vocabulary.h: a World vocabulary of our own: the 256 bytes and a few longer tokens, in the notation
// of the real file.
#pragma once

#include <cstdio>
#include <string>

namespace samples {

inline std::string smallVocabulary(const std::string& lineEnd = "\n") {
    std::string text;
    const auto line = [&](int id, const std::string& literal, int length) {
        text += std::to_string(id) + ' ' + literal + ' ' + std::to_string(length) + lineEnd;
    };
    for (int byte = 0; byte < 256; ++byte) {
        char literal[16];
        std::snprintf(literal, sizeof literal, byte < 128 ? "'\\x%02x'" : "b'\\x%02x'", byte);
        line(byte + 1, literal, 1);
    }
    line(257, "'  '", 2);
    line(258, "\"it's\"", 4);
    line(259, "'\\xa0'", 2);
    line(260, "'\\u2581 x'", 5);
    line(261, "'\\n\\n'", 2);
    line(262, "b'\\xe4\\xbd'", 2);
    line(263, "'é \"'", 4);
    return text;
}

} // namespace samples
