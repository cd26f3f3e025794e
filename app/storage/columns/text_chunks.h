// text_chunks.h: a text in pieces that stay the same where it is not edited, and their bytes in a project
// file (docs/formats/project.md, version_chunk).
// Threads: pure functions.
#pragma once

#include "app/document/spanned_text.h"

#include <QByteArray>
#include <QList>

#include <optional>

namespace app {

struct TextChunk {
    QByteArray bytes; // not compressed: length of the packed spans (4 bytes, little-endian), spans, UTF-8
    QByteArray hash;  // SHA-256 of `bytes`
};

// Cost: some milliseconds for a long novel.
[[nodiscard]] QList<TextChunk> chunksOf(const SpannedText& text);

[[nodiscard]] QByteArray packChunk(const TextChunk& chunk);
// Nothing if the bytes are not those that were packed.
[[nodiscard]] std::optional<SpannedText> unpackChunk(const QByteArray& packed, const QByteArray& hash);

} // namespace app
