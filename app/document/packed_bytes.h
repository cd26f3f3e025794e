// packed_bytes.h: bytes that qCompress() packed, from a file that somebody may have damaged or made.
// Threads: pure functions.
#pragma once

#include <QByteArray>

#include <optional>

namespace app {

// Nothing if they are damaged. qUncompress() takes memory for the length that stands first, whatever it is;
// one that these bytes cannot unpack to is refused before.
[[nodiscard]] std::optional<QByteArray> unpackBytes(const QByteArray& packed);

} // namespace app
