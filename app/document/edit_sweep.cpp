#include "app/document/edit_sweep.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

// Gives the spans of a text away from its beginning to its end.
class SpanReader {
public:
    explicit SpanReader(const QList<Span>& spans)
        : m_spans(spans) {}

    void take(qsizetype length, QList<Span>& into) {
        while (length > 0) {
            Span part = m_spans[m_index];
            const qsizetype taken = std::min(part.length - m_taken, length);
            part.runOffset += part.origin == Origin::Generated ? m_taken : 0;
            part.length = taken;
            appendSpan(into, part);
            length -= taken;
            m_taken += taken;
            if (m_taken == m_spans[m_index].length) {
                ++m_index;
                m_taken = 0;
            }
        }
    }

private:
    const QList<Span>& m_spans;
    qsizetype m_index = 0;
    qsizetype m_taken = 0; // of the span at the index
};

} // namespace

std::optional<QList<ChangedPiece>> changedPieces(const QList<TextEdit>& edits) {
    QList<ChangedPiece> pieces;
    pieces.reserve(edits.size());
    bool isAscending = true;
    bool isDescending = true;
    for (qsizetype i = 1; i < edits.size(); ++i) {
        const TextEdit& before = edits[i - 1];
        const TextEdit& edit = edits[i];
        isAscending = isAscending && edit.position >= before.position + before.inserted.size();
        isDescending = isDescending && edit.position + edit.removedLength <= before.position;
    }
    if (!isAscending && !isDescending)
        return std::nullopt;
    qsizetype grown = 0; // by the pieces before
    for (qsizetype i = 0; i < edits.size(); ++i) {
        const qsizetype index = isAscending ? i : edits.size() - 1 - i;
        const TextEdit& edit = edits[index];
        const qsizetype oldPosition = isAscending ? edit.position - grown : edit.position;
        pieces.append({oldPosition, edit.removedLength, oldPosition + grown, edit.inserted.size(), index});
        grown += edit.inserted.size() - edit.removedLength;
    }
    return pieces;
}

QList<TextEdit> EditSweep::apply(SpannedText& text, const QList<TextEdit>& edits,
                                 const QList<ChangedPiece>& pieces) {
    QList<TextEdit> inverses(edits.size());
    QString written;
    QList<Span> spans;
    const ChangedPiece& last = pieces.last();
    written.reserve(text.size() + last.newPosition + last.newLength - last.oldPosition - last.oldLength);
    SpanReader reader(text.m_spans);
    qsizetype read = 0;
    const auto copyUntil = [&](qsizetype end) {
        written += QStringView(text.m_text).mid(read, end - read);
        reader.take(end - read, spans);
        read = end;
    };
    for (const ChangedPiece& piece : pieces) {
        const TextEdit& edit = edits[piece.edit];
        copyUntil(piece.oldPosition);
        TextEdit& inverse = inverses[piece.edit];
        inverse.position = edit.position;
        inverse.removedLength = edit.inserted.size();
        inverse.inserted = text.m_text.mid(read, piece.oldLength);
        reader.take(piece.oldLength, inverse.insertedSpans);
        read += piece.oldLength;
        written += edit.inserted;
        for (const Span& span : edit.insertedSpans)
            appendSpan(spans, span);
    }
    copyUntil(text.size());
    text.m_text = std::move(written);
    text.m_spans = std::move(spans);
    return inverses;
}

} // namespace app
