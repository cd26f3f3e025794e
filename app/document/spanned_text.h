// spanned_text.h: a text and the origin of every piece of it; the value behind Document and the project file.
// Cost: an edit moves the text behind it and walks the spans (thousands in a long novel): tens of
// microseconds.
// Threads: a value.
#pragma once

#include "app/document/text_origin.h"

#include <QList>
#include <QString>

#include <optional>

namespace app {

// A replacement of `removedLength` units at `position` by `inserted`, whose origins are `insertedSpans`.
struct TextEdit {
    qsizetype position = 0;
    qsizetype removedLength = 0;
    QString inserted;
    QList<Span> insertedSpans; // lengths add up to inserted.size()

    bool operator==(const TextEdit&) const = default;
};

// What is at a position: the span that covers the unit there.
struct PlacedSpan {
    qsizetype position = 0; // of the span's first unit
    Span span;

    [[nodiscard]] qsizetype end() const { return position + span.length; }
    bool operator==(const PlacedSpan&) const = default;
};

class SpannedText {
public:
    SpannedText() = default;
    // All of one origin.
    SpannedText(QString text, Origin origin);
    // Nothing if the spans do not cover the text exactly.
    [[nodiscard]] static std::optional<SpannedText> fromSpans(QString text, QList<Span> spans);

    [[nodiscard]] const QString& text() const { return m_text; }
    [[nodiscard]] const QList<Span>& spans() const { return m_spans; }
    [[nodiscard]] qsizetype size() const { return m_text.size(); }

    // True if the edit lies inside the text and its spans cover what it inserts.
    [[nodiscard]] bool accepts(const TextEdit& edit) const;
    // The same of edits that are applied one after the other.
    [[nodiscard]] bool acceptsAll(const QList<TextEdit>& edits) const;
    // Applies an edit that accepts() allows; returns the edit that undoes it exactly, spans included.
    TextEdit apply(const TextEdit& edit);
    // Applies edits one after the other; returns what apply() would have, in the same order. Thousands that
    // go from one end of the text to the other (replace all, and its undo) cost one pass over the text.
    QList<TextEdit> applyAll(const QList<TextEdit>& edits);

    // The spans of a range, the first and last cut to it.
    [[nodiscard]] QList<Span> spansOf(TextRange range) const;
    // The span that covers `position`; nothing at or behind the end.
    [[nodiscard]] std::optional<PlacedSpan> spanAt(qsizetype position) const;
    // Every piece that came from `run` (Generated, and Edited inside it), in order.
    [[nodiscard]] QList<PlacedSpan> spansOfRun(RunId run) const;
    // Where units [start, end) of the run's own text are now, if all of them stand together unedited.
    [[nodiscard]] std::optional<TextRange> placeOf(RunId run, qsizetype start, qsizetype end) const;

    // The nearest position at or before `position` that is inside the text and does not split a
    // character (characters.h).
    [[nodiscard]] qsizetype snapped(qsizetype position) const;

    bool operator==(const SpannedText&) const = default;

private:
    friend class EditSweep;

    QString m_text;
    QList<Span> m_spans;
};

// Finds the spans of many places; the list must not change meanwhile.
class SpanIndex {
public:
    explicit SpanIndex(const QList<Span>& spans);
    // The span that covers the unit at `position`; nullptr if there is none.
    [[nodiscard]] const Span* at(qsizetype position) const;

private:
    const QList<Span>& m_spans;
    QList<qsizetype> m_ends;
};

// Puts `span` at the end of `spans`, joined to the last one if it continues it. Empty spans are left out.
void appendSpan(QList<Span>& spans, const Span& span);

} // namespace app
