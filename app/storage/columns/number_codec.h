// number_codec.h: numbers as bytes in the project file: 7 bits a byte, lowest first, the eighth bit set on
// all but the last; see docs/formats/project.md.
// Threads: pure functions.
#pragma once

#include <QByteArray>

#include <optional>

namespace app {

inline void putNumber(QByteArray& bytes, qint64 number) {
    auto rest = static_cast<quint64>(number);
    for (; rest >= 0x80; rest >>= 7)
        bytes.append(static_cast<char>((rest & 0x7F) | 0x80));
    bytes.append(static_cast<char>(rest));
}

// Takes a number off the front. Nothing if the bytes end inside one or it is no qint64.
[[nodiscard]] inline std::optional<qint64> takeNumber(QByteArrayView& bytes) {
    quint64 number = 0;
    for (int shift = 0; shift < 63 && !bytes.isEmpty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes = bytes.sliced(1);
        number |= quint64{byte & 0x7FU} << shift;
        if ((byte & 0x80) == 0)
            return static_cast<qint64>(number);
    }
    return std::nullopt;
}

} // namespace app
