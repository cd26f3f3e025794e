#include "app/document/packed_bytes.h"

#include <QtEndian>

namespace app {

namespace {

constexpr quint64 kGreatestRatio = 1032; // of deflate: a block of equal bytes
constexpr quint64 kSmallest = 64;        // that the ratio says nothing of

} // namespace

std::optional<QByteArray> unpackBytes(const QByteArray& packed) {
    if (packed.size() < 4)
        return std::nullopt;
    const quint64 length = qFromBigEndian<quint32>(packed.constData());
    if (length > kSmallest + kGreatestRatio * static_cast<quint64>(packed.size()))
        return std::nullopt;
    QByteArray bytes = qUncompress(packed);
    if (static_cast<quint64>(bytes.size()) != length)
        return std::nullopt;
    return bytes;
}

} // namespace app
