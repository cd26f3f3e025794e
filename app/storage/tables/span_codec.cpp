#include "app/storage/tables/span_codec.h"

#include <limits>

namespace app {

namespace {

void put(QByteArray& bytes, qint64 number) {
    auto rest = static_cast<quint64>(number);
    for (; rest >= 0x80; rest >>= 7)
        bytes.append(static_cast<char>((rest & 0x7F) | 0x80));
    bytes.append(static_cast<char>(rest));
}

// Takes a number off the front. Nothing if the bytes end inside one or it is no qint64.
std::optional<qint64> take(QByteArrayView& bytes) {
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

bool hasRun(Origin origin) { return origin == Origin::Generated || origin == Origin::Edited; }

} // namespace

QByteArray packSpans(const QList<Span>& spans) {
    QByteArray bytes;
    for (const Span& span : spans) {
        put(bytes, span.length);
        put(bytes, static_cast<qint64>(span.origin));
        if (hasRun(span.origin))
            put(bytes, span.run);
        if (span.origin == Origin::Generated)
            put(bytes, span.runOffset);
    }
    return bytes;
}

std::optional<QList<Span>> unpackSpans(QByteArrayView bytes) {
    QList<Span> spans;
    while (!bytes.isEmpty()) {
        const auto length = take(bytes);
        const auto origin = length ? take(bytes) : std::nullopt;
        if (!origin || *length <= 0 || *origin > static_cast<qint64>(Origin::Edited))
            return std::nullopt;
        Span span;
        span.length = *length;
        span.origin = static_cast<Origin>(*origin);
        if (hasRun(span.origin)) {
            const auto run = take(bytes);
            if (!run || *run <= 0)
                return std::nullopt;
            span.run = *run;
        }
        if (span.origin == Origin::Generated) {
            const auto offset = take(bytes);
            // Sums of the two must stay a number.
            if (!offset || *offset > std::numeric_limits<qint64>::max() - span.length)
                return std::nullopt;
            span.runOffset = *offset;
        }
        spans.append(span);
    }
    return spans;
}

} // namespace app
