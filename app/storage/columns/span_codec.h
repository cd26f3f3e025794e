// span_codec.h: spans as bytes in the project file; see docs/formats/project.md.
// Threads: pure functions.
#pragma once

#include "app/document/text_origin.h"

#include <QByteArray>
#include <QList>

#include <optional>

namespace app {

[[nodiscard]] QByteArray packSpans(const QList<Span>& spans);
// Nothing if the bytes are not spans.
[[nodiscard]] std::optional<QList<Span>> unpackSpans(QByteArrayView bytes);

} // namespace app
