// utf8_text.h: bytes of UTF-8 as a text, unit by unit. QString::fromUtf8() takes U+FEFF at the beginning for
// a mark and drops it, which would move every place behind it.
// Threads: pure functions.
#pragma once

#include <QString>

#include <string_view>

namespace app {

[[nodiscard]] inline QString fromUtf8(std::string_view bytes) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    qsizetype marks = 0;
    for (; bytes.starts_with(kMark); bytes.remove_prefix(kMark.size()))
        ++marks;
    return QString(marks, QChar::ByteOrderMark) +
           QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

// UTF-16 units of the characters that begin in these bytes, which may cut one in two.
[[nodiscard]] inline qsizetype unitsBegunIn(std::string_view bytes) {
    qsizetype units = 0;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        units += (value & 0xC0) == 0x80 ? 0 : value >= 0xF0 ? 2 : 1;
    }
    return units;
}

} // namespace app
