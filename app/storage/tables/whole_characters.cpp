#include "app/storage/tables/whole_characters.h"

#include <utility>

namespace app {

namespace {

bool isPair(QChar first, QChar second) { return first.isHighSurrogate() && second.isLowSurrogate(); }

} // namespace

TextEdit wholeCharacters(const TextEdit& edit, const SpannedText& text) {
    const qsizetype end = edit.position + edit.removedLength;
    // What stands at both sides of both ends of the edit; no character at the ends of the text.
    const QChar left = edit.position > 0 ? text.text()[edit.position - 1] : QChar();
    const QChar right = end < text.size() ? text.text()[end] : QChar();
    const QChar oldFirst = edit.position < text.size() ? text.text()[edit.position] : QChar();
    const QChar oldLast = end > 0 ? text.text()[end - 1] : QChar();
    const QChar newFirst = edit.inserted.isEmpty() ? right : edit.inserted.front();
    const QChar newLast = edit.inserted.isEmpty() ? left : edit.inserted.back();
    TextEdit whole = edit;
    if (isPair(left, oldFirst) || isPair(left, newFirst)) {
        --whole.position;
        ++whole.removedLength;
        whole.inserted.prepend(left);
        QList<Span> spans = text.spansOf({whole.position, 1});
        for (const Span& span : edit.insertedSpans)
            appendSpan(spans, span);
        whole.insertedSpans = std::move(spans);
    }
    if (isPair(oldLast, right) || isPair(newLast, right)) {
        ++whole.removedLength;
        whole.inserted.append(right);
        for (const Span& span : text.spansOf({end, 1}))
            appendSpan(whole.insertedSpans, span);
    }
    return whole;
}

} // namespace app
