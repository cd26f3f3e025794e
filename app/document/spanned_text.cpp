#include "app/document/spanned_text.h"

#include "app/document/characters.h"
#include "app/document/edit_sweep.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

bool continues(const Span& left, const Span& right) {
    if (left.origin != right.origin || left.run != right.run)
        return false;
    return left.origin != Origin::Generated || left.runOffset + left.length == right.runOffset;
}

// The part of a span from `start`, `length` long.
Span partOf(const Span& span, qsizetype start, qsizetype length) {
    Span part = span;
    part.length = length;
    if (part.origin == Origin::Generated)
        part.runOffset += start;
    return part;
}

bool covers(const QList<Span>& spans, qsizetype length) {
    qsizetype total = 0;
    for (const Span& span : spans) {
        // Compared with what is left, so that lengths from a damaged file cannot overflow the sum.
        if (span.length <= 0 || span.length > length - total)
            return false;
        total += span.length;
    }
    return total == length;
}

// Into a text of so many units.
bool fits(const TextEdit& edit, qsizetype size) {
    return edit.position >= 0 && edit.position <= size && edit.removedLength >= 0 &&
           edit.removedLength <= size - edit.position && covers(edit.insertedSpans, edit.inserted.size());
}

// The index of the span that begins at `position`, after splitting the one that covers it; spans.size() at
// the end.
qsizetype splitAt(QList<Span>& spans, qsizetype position) {
    qsizetype start = 0;
    for (qsizetype i = 0; i < spans.size(); ++i) {
        if (start == position)
            return i;
        const qsizetype length = spans[i].length;
        if (position < start + length) {
            const Span right = partOf(spans[i], position - start, start + length - position);
            spans[i] = partOf(spans[i], 0, position - start);
            spans.insert(i + 1, right);
            return i + 1;
        }
        start += length;
    }
    return spans.size();
}

void joinAt(QList<Span>& spans, qsizetype index) {
    if (index <= 0 || index >= spans.size() || !continues(spans[index - 1], spans[index]))
        return;
    spans[index - 1].length += spans[index].length;
    spans.removeAt(index);
}

} // namespace

void appendSpan(QList<Span>& spans, const Span& span) {
    if (span.length <= 0)
        return;
    if (!spans.isEmpty() && continues(spans.last(), span))
        spans.last().length += span.length;
    else
        spans.append(span);
}

SpannedText::SpannedText(QString text, Origin origin)
    : m_text(std::move(text)) {
    appendSpan(m_spans, Span{m_text.size(), origin, 0, 0});
}

std::optional<SpannedText> SpannedText::fromSpans(QString text, QList<Span> spans) {
    if (!covers(spans, text.size()))
        return std::nullopt;
    SpannedText result;
    result.m_text = std::move(text);
    for (const Span& span : spans)
        appendSpan(result.m_spans, span);
    return result;
}

bool SpannedText::accepts(const TextEdit& edit) const { return fits(edit, m_text.size()); }

bool SpannedText::acceptsAll(const QList<TextEdit>& edits) const {
    qsizetype size = m_text.size();
    for (const TextEdit& edit : edits) {
        if (!fits(edit, size))
            return false;
        size += edit.inserted.size() - edit.removedLength;
    }
    return true;
}

TextEdit SpannedText::apply(const TextEdit& edit) {
    Q_ASSERT(accepts(edit));
    const TextRange removed{edit.position, edit.removedLength};
    TextEdit inverse{edit.position, edit.inserted.size(), m_text.mid(removed.position, removed.length),
                     spansOf(removed)};
    m_text.replace(edit.position, edit.removedLength, edit.inserted);

    const qsizetype first = splitAt(m_spans, removed.position);
    const qsizetype last = splitAt(m_spans, removed.end());
    m_spans.remove(first, last - first);
    for (qsizetype i = 0; i < edit.insertedSpans.size(); ++i)
        m_spans.insert(first + i, edit.insertedSpans[i]);
    // From the right, so that a join does not move the index of the next.
    for (qsizetype index = first + edit.insertedSpans.size(); index >= first; --index)
        joinAt(m_spans, index);
    return inverse;
}

QList<TextEdit> SpannedText::applyAll(const QList<TextEdit>& edits) {
    if (edits.size() > 1) {
        if (const auto pieces = changedPieces(edits))
            return EditSweep::apply(*this, edits, *pieces);
    }
    QList<TextEdit> inverses;
    for (const TextEdit& edit : edits)
        inverses.append(apply(edit));
    return inverses;
}

QList<Span> SpannedText::spansOf(TextRange range) const {
    QList<Span> spans;
    qsizetype start = 0;
    for (const Span& span : m_spans) {
        if (start >= range.end())
            break;
        const qsizetype from = std::max(start, range.position);
        const qsizetype to = std::min(start + span.length, range.end());
        if (from < to)
            spans.append(partOf(span, from - start, to - from));
        start += span.length;
    }
    return spans;
}

std::optional<PlacedSpan> SpannedText::spanAt(qsizetype position) const {
    if (position < 0)
        return std::nullopt;
    qsizetype start = 0;
    for (const Span& span : m_spans) {
        if (position < start + span.length)
            return PlacedSpan{start, span};
        start += span.length;
    }
    return std::nullopt;
}

QList<PlacedSpan> SpannedText::spansOfRun(RunId run) const {
    QList<PlacedSpan> placed;
    qsizetype start = 0;
    for (const Span& span : m_spans) {
        if (run != 0 && span.run == run)
            placed.append(PlacedSpan{start, span});
        start += span.length;
    }
    return placed;
}

std::optional<TextRange> SpannedText::placeOf(RunId run, qsizetype start, qsizetype end) const {
    if (start >= end)
        return std::nullopt;
    qsizetype position = 0;
    for (const Span& span : m_spans) {
        if (span.origin == Origin::Generated && span.run == run && span.runOffset <= start &&
            end <= span.runOffset + span.length)
            return TextRange{position + start - span.runOffset, end - start};
        position += span.length;
    }
    return std::nullopt;
}

qsizetype SpannedText::snapped(qsizetype position) const {
    return characterStart(m_text, std::clamp<qsizetype>(position, 0, m_text.size()));
}

SpanIndex::SpanIndex(const QList<Span>& spans)
    : m_spans(spans) {
    m_ends.reserve(spans.size());
    qsizetype end = 0;
    for (const Span& span : spans)
        m_ends.append(end += span.length);
}

const Span* SpanIndex::at(qsizetype position) const {
    if (position < 0)
        return nullptr;
    const auto found = std::upper_bound(m_ends.begin(), m_ends.end(), position);
    return found == m_ends.end() ? nullptr : &m_spans[found - m_ends.begin()];
}

} // namespace app
