#include "app/storage/columns/whole_characters.h"

#include "app/document/edit_sweep.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

// For fewer, one pass over the text is more than the edits themselves.
constexpr qsizetype kWorthASweep = 16;

bool isSurrogateAt(QStringView text, qsizetype place) {
    return place >= 0 && place < text.size() && text[place].isSurrogate();
}

// Whether there is half a character at one side of one of its ends.
bool touchesHalves(const ChangedPiece& piece, QStringView before, QStringView after) {
    const qsizetype oldEnd = piece.oldPosition + piece.oldLength;
    const qsizetype newEnd = piece.newPosition + piece.newLength;
    return isSurrogateAt(before, piece.oldPosition - 1) || isSurrogateAt(before, piece.oldPosition) ||
           isSurrogateAt(before, oldEnd - 1) || isSurrogateAt(before, oldEnd) ||
           isSurrogateAt(after, piece.newPosition - 1) || isSurrogateAt(after, piece.newPosition) ||
           isSurrogateAt(after, newEnd - 1) || isSurrogateAt(after, newEnd);
}

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

QList<TextEdit> applyWhole(SpannedText& text, const QList<TextEdit>& edits) {
    const auto pieces = edits.size() >= kWorthASweep ? changedPieces(edits) : std::nullopt;
    if (pieces) {
        SpannedText after = text;
        EditSweep::apply(after, edits, *pieces);
        const bool areWhole = std::none_of(pieces->begin(), pieces->end(), [&](const ChangedPiece& piece) {
            return touchesHalves(piece, text.text(), after.text());
        });
        if (areWhole) {
            text = std::move(after);
            return edits;
        }
    }
    QList<TextEdit> whole;
    whole.reserve(edits.size());
    for (const TextEdit& edit : edits) {
        whole.append(wholeCharacters(edit, text));
        text.apply(edit);
    }
    return whole;
}

} // namespace app
