#include "app/storage/columns/text_chunks.h"

#include "app/document/packed_bytes.h"
#include "app/document/utf8_text.h"
#include "app/storage/columns/span_codec.h"
#include "app/storage/columns/sql_text.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <algorithm>
#include <utility>

namespace app {

namespace {

// Another cut gives other chunks, which are only stored once more: these may change.
constexpr qsizetype kShortest = 1024;
constexpr qsizetype kLongest = 16384;
constexpr quint32 kParagraphsPerChunk = 8; // in the mean; a power of 2

quint32 hashOf(QStringView paragraph) {
    quint32 hash = 2166136261U;
    for (const QChar c : paragraph)
        hash = (hash ^ c.unicode()) * 16777619U;
    return hash ^ (hash >> 16);
}

qsizetype endOfChunk(QStringView text, qsizetype begin) {
    for (qsizetype end = begin; end < text.size();) {
        const qsizetype feed = text.indexOf(u'\n', end);
        const qsizetype next = feed < 0 ? text.size() : feed + 1;
        if (next - begin > kLongest) {
            if (end > begin)
                return end;
            const qsizetype cut = begin + kLongest;
            return text[cut].isLowSurrogate() ? cut - 1 : cut;
        }
        if (next - begin >= kShortest && hashOf(text.sliced(end, next - end)) % kParagraphsPerChunk == 0)
            return next;
        end = next;
    }
    return text.size();
}

// Spans one after another, cut where chunks end.
class SpanReader {
public:
    explicit SpanReader(const QList<Span>& spans)
        : m_spans(spans) {}

    QList<Span> take(qsizetype length) {
        QList<Span> taken;
        while (length > 0 && m_index < m_spans.size()) {
            Span span = m_spans[m_index];
            if (span.origin == Origin::Generated)
                span.runOffset += m_used;
            span.length = std::min(span.length - m_used, length);
            length -= span.length;
            m_used += span.length;
            if (m_used == m_spans[m_index].length) {
                ++m_index;
                m_used = 0;
            }
            appendSpan(taken, span);
        }
        return taken;
    }

private:
    const QList<Span>& m_spans;
    qsizetype m_index = 0;
    qsizetype m_used = 0; // of the span at m_index
};

} // namespace

QList<TextChunk> chunksOf(const SpannedText& text) {
    QList<TextChunk> chunks;
    SpanReader spans(text.spans());
    for (qsizetype begin = 0; begin < text.size();) {
        const qsizetype end = endOfChunk(text.text(), begin);
        const QByteArray packedSpans = packSpans(spans.take(end - begin));
        TextChunk chunk;
        chunk.bytes.resize(4);
        qToLittleEndian(static_cast<quint32>(packedSpans.size()), chunk.bytes.data());
        chunk.bytes += packedSpans;
        chunk.bytes += QByteArray::fromStdString(utf8(text.text().sliced(begin, end - begin)));
        chunk.hash = QCryptographicHash::hash(chunk.bytes, QCryptographicHash::Sha256);
        chunks.append(std::move(chunk));
        begin = end;
    }
    return chunks;
}

QByteArray packChunk(const TextChunk& chunk) { return qCompress(chunk.bytes, 9); }

std::optional<SpannedText> unpackChunk(const QByteArray& packed, const QByteArray& hash) {
    const QByteArray bytes = unpackBytes(packed).value_or(QByteArray());
    if (bytes.size() < 4 || QCryptographicHash::hash(bytes, QCryptographicHash::Sha256) != hash)
        return std::nullopt;
    const auto spanBytes = static_cast<qsizetype>(qFromLittleEndian<quint32>(bytes.constData()));
    if (spanBytes > bytes.size() - 4)
        return std::nullopt;
    auto spans = unpackSpans(QByteArrayView(bytes).sliced(4, spanBytes));
    const QByteArray text = bytes.sliced(4 + spanBytes);
    return spans ? SpannedText::fromSpans(fromUtf8(std::string_view(text.constData(), text.size())),
                                          std::move(*spans))
                 : std::nullopt;
}

} // namespace app
