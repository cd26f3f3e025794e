#include "app/statistics/word_owners.h"

#include "app/document/words.h"

#include <algorithm>

namespace app {

namespace {

void append(QList<Span>& spans, const QList<Span>& more) {
    for (const Span& span : more)
        appendSpan(spans, span);
}

} // namespace

WordOwners countOwners(QStringView text, const QList<Span>& spans) {
    WordOwners owners;
    bool isInside = false;
    qsizetype at = 0;
    for (const Span& span : spans) {
        const int words = countWords(text.sliced(at, std::min(span.length, text.size() - at)), &isInside);
        if (span.origin == Origin::Typed || span.origin == Origin::Edited)
            owners.own += words;
        else if (span.origin == Origin::Generated)
            owners.model += words;
        at += std::min(span.length, text.size() - at);
    }
    return owners;
}

WordOwners ownersChanged(const SpannedText& story, const TextEdit& edit, const TextEdit& inverse,
                         bool isAlone) {
    if (!isAlone)
        return countOwners(edit.inserted, edit.insertedSpans) -
               countOwners(inverse.inserted, inverse.insertedSpans);
    const QString& text = story.text();
    const qsizetype insertedEnd = edit.position + edit.inserted.size();
    const TextRange whole = wholeWords(text, {edit.position, edit.inserted.size()});
    const qsizetype from = whole.position, to = whole.end();
    const QString before = text.sliced(from, edit.position - from) + inverse.inserted +
                           text.sliced(insertedEnd, to - insertedEnd);
    QList<Span> spans = story.spansOf({from, edit.position - from});
    append(spans, inverse.insertedSpans);
    append(spans, story.spansOf({insertedEnd, to - insertedEnd}));
    return countOwners(QStringView(text).sliced(from, to - from), story.spansOf({from, to - from})) -
           countOwners(before, spans);
}

} // namespace app
