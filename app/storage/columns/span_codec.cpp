#include "app/storage/columns/span_codec.h"

#include "app/storage/columns/number_codec.h"

#include <limits>

namespace app {

namespace {

bool hasRun(Origin origin) { return origin == Origin::Generated || origin == Origin::Edited; }

} // namespace

QByteArray packSpans(const QList<Span>& spans) {
    QByteArray bytes;
    for (const Span& span : spans) {
        putNumber(bytes, span.length);
        putNumber(bytes, static_cast<qint64>(span.origin));
        if (hasRun(span.origin))
            putNumber(bytes, span.run);
        if (span.origin == Origin::Generated)
            putNumber(bytes, span.runOffset);
    }
    return bytes;
}

std::optional<QList<Span>> unpackSpans(QByteArrayView bytes) {
    QList<Span> spans;
    while (!bytes.isEmpty()) {
        const auto length = takeNumber(bytes);
        const auto origin = length ? takeNumber(bytes) : std::nullopt;
        if (!origin || *length <= 0 || *origin > static_cast<qint64>(Origin::Edited))
            return std::nullopt;
        Span span;
        span.length = *length;
        span.origin = static_cast<Origin>(*origin);
        if (hasRun(span.origin)) {
            const auto run = takeNumber(bytes);
            if (!run || *run <= 0)
                return std::nullopt;
            span.run = *run;
        }
        if (span.origin == Origin::Generated) {
            const auto offset = takeNumber(bytes);
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
