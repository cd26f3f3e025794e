#include "ui/editor/document_mirror.h"

#include "app/document/characters.h"
#include "app/document/edit_sweep.h"

#include <QScopedValueRollback>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>

#include <algorithm>

namespace ui {

namespace {

// Blocks are made half as long as they may be, so that there is room to write in.
constexpr qsizetype kNewBlock = DocumentMirror::kLongestBlock / 2;
constexpr qsizetype kSearchedForSpace = 256;
// Edits of one paragraph are one edit of the page if they are no further apart, in units.
constexpr qsizetype kNearEdits = 1024;

bool endsBlock(QChar unit) { return unit == QChar::ParagraphSeparator || unit == u'\n'; }

// Where the paragraph `text` is best broken at about `kNewBlock` units: behind a space, else between two
// characters.
qsizetype breakIn(QStringView text) {
    for (qsizetype at = kNewBlock; at > kNewBlock - kSearchedForSpace; --at) {
        if (text[at - 1] == u' ' && text[at] != u' ') {
            return at;
        }
    }
    const qsizetype at = app::characterStart(text, kNewBlock);
    return at > 0 ? at : kNewBlock;
}

// The text with its long paragraphs broken; the places, in the result, are added to `breaks`.
QString withBreaks(const QString& text, SoftBreaks& breaks) {
    QString broken;
    qsizetype start = 0;
    while (start < text.size()) {
        qsizetype end = start;
        while (end < text.size() && !endsBlock(text[end])) {
            ++end;
        }
        while (end - start > DocumentMirror::kLongestBlock) {
            const qsizetype length = breakIn(QStringView(text).mid(start, end - start));
            broken += QStringView(text).mid(start, length);
            breaks.insert(broken.size());
            broken += QChar::ParagraphSeparator;
            start += length;
        }
        const qsizetype next = std::min(end + 1, text.size());
        broken += QStringView(text).mid(start, next - start);
        start = next;
    }
    return broken;
}

// Pieces of one paragraph that are near each other as one.
QList<app::ChangedPiece> joinedPieces(const QList<app::ChangedPiece>& pieces, const QString& text) {
    QList<app::ChangedPiece> joined;
    for (const app::ChangedPiece& piece : pieces) {
        if (!joined.isEmpty()) {
            app::ChangedPiece& last = joined.last();
            const qsizetype end = last.newPosition + last.newLength;
            const QStringView between = QStringView(text).mid(end, piece.newPosition - end);
            if (between.size() <= kNearEdits && !between.contains(u'\n')) {
                last.newLength = piece.newPosition + piece.newLength - last.newPosition;
                last.oldLength = piece.oldPosition + piece.oldLength - last.oldPosition;
                continue;
            }
        }
        joined.append(piece);
    }
    return joined;
}

} // namespace

QString shownText(QString text) {
    constexpr QChar kFrameBegin(0xfdd0);
    constexpr QChar kFrameEnd(0xfdd1);
    return text.replace(u'\r', u'\n')
        .replace(kFrameBegin, QChar::ReplacementCharacter)
        .replace(kFrameEnd, QChar::ReplacementCharacter);
}

// Holds an edit block of the view open.
class JoinedEdit {
public:
    explicit JoinedEdit(QTextDocument& view)
        : m_cursor(&view) {
        m_cursor.beginEditBlock();
    }
    ~JoinedEdit() { m_cursor.endEditBlock(); }
    Q_DISABLE_COPY_MOVE(JoinedEdit)

private:
    QTextCursor m_cursor;
};

DocumentMirror::DocumentMirror(app::Document& story, QTextDocument& view, QObject* parent)
    : QObject(parent)
    , m_story(story)
    , m_view(view) {
    m_view.setUndoRedoEnabled(false);
    connect(&m_view, &QTextDocument::contentsChange, this, &DocumentMirror::onViewChanged);
    connect(&m_story, &app::Document::stepDone, this, &DocumentMirror::onStepDone);
    connect(&m_story, &app::Document::wasReset, this, &DocumentMirror::fill);
    fill();
}

DocumentMirror::~DocumentMirror() = default;

// --- places -------------------------------------------------

int DocumentMirror::pageLength() const { return m_view.characterCount() - 1; }

qsizetype DocumentMirror::wantedPageLength() const { return m_story.size() + m_breaks.count(); }

int DocumentMirror::toPage(qsizetype inStory, Side side) const {
    return static_cast<int>(std::min<qsizetype>(m_breaks.toPage(inStory, side), pageLength()));
}

QString DocumentMirror::selectedText(const QTextCursor& cursor) const {
    const qsizetype start = toStory(cursor.selectionStart());
    return m_story.text().mid(start, toStory(cursor.selectionEnd()) - start);
}

bool DocumentMirror::continuesParagraph(const QTextBlock& block) const {
    return m_breaks.contains(block.position() - 1);
}

QString DocumentMirror::pageText(int position, int length) const {
    QTextCursor cursor(&m_view);
    cursor.setPosition(position);
    cursor.setPosition(position + length, QTextCursor::KeepAnchor);
    return cursor.selectedText();
}

// What the page had before the writer changed it, as pageText() would have told it.
QString DocumentMirror::wantedPageText(int position, int length) const {
    const qsizetype start = m_breaks.toStory(position);
    QString text = shownText(m_story.text().mid(start, m_breaks.toStory(position + length) - start));
    text.replace(u'\n', QChar::ParagraphSeparator);
    const auto& places = m_breaks.places();
    for (auto place = std::lower_bound(places.begin(), places.end(), position);
         place != places.end() && *place < position + length; ++place) {
        text.insert(*place - position, QChar::ParagraphSeparator);
    }
    return text;
}

// --- long paragraphs -------------------------------------------------

void DocumentMirror::breakLongBlocks(int position, int length) {
    if (!m_isApplying) {
        const QScopedValueRollback applying(m_isApplying, true);
        const JoinedEdit edit(m_view); // told once, when all is done
        breakLong(position, length);
    }
}

void DocumentMirror::breakLong(int position, int length) {
    for (QTextBlock block = m_view.findBlock(position);
         block.isValid() && block.position() <= position + length; block = block.next()) {
        while (block.length() - 1 > kLongestBlock) {
            const int place = block.position() + static_cast<int>(breakIn(block.text()));
            QTextCursor cursor(&m_view);
            cursor.setPosition(place);
            cursor.insertBlock();
            m_breaks.insert(place);
            ++length;
            block = m_view.findBlock(place + 1);
        }
    }
}

void DocumentMirror::moveBreak(int from, int to) {
    if (!m_breaks.contains(from) || m_isApplying) {
        return;
    }
    const QScopedValueRollback applying(m_isApplying, true);
    const JoinedEdit edit(m_view);
    QTextCursor cursor(&m_view);
    cursor.setPosition(from);
    cursor.deleteChar();
    m_breaks.replace(from, 1, 0);
    if (to >= 0) {
        const int place = to > from ? to - 1 : to;
        cursor.setPosition(place);
        cursor.insertBlock();
        m_breaks.insert(place);
    }
}

// --- changes -------------------------------------------------

void DocumentMirror::fill() {
    emit aboutToFill();
    {
        const QScopedValueRollback applying(m_isApplying, true);
        m_breaks.clear();
        m_view.setPlainText(withBreaks(shownText(m_story.text()), m_breaks));
        ++m_fills;
    }
    emit filled();
}

void DocumentMirror::onViewChanged(int position, int removed, int added) {
    if (m_isApplying) {
        return;
    }
    // Qt counts the final separator in when a change touches the end, and reports changes of format as
    // replacements of text by the same text; both are cut down to what really changed.
    const auto lengthBefore = static_cast<int>(wantedPageLength());
    removed = std::min(removed, lengthBefore - position);
    added = std::min(added, pageLength() - position);
    if (position > lengthBefore || removed < 0 || added < 0 ||
        lengthBefore - removed + added != pageLength()) {
        fill();
        return;
    }
    const QString after = pageText(position, added);
    const QString before = wantedPageText(position, removed);
    const qsizetype shorter = std::min(after.size(), before.size());
    qsizetype head = 0;
    while (head < shorter && after[head] == before[head]) {
        ++head;
    }
    if (head == before.size() && before.size() == after.size()) {
        return;
    }
    qsizetype tail = 0;
    while (tail < shorter - head && after[after.size() - 1 - tail] == before[before.size() - 1 - tail]) {
        ++tail;
    }
    // Two emoji may begin with the same unit, two letters with the same base: what changed are whole
    // characters.
    while (!app::isBetweenCharacters(before, head) || !app::isBetweenCharacters(after, head)) {
        --head;
    }
    while (!app::isBetweenCharacters(before, before.size() - tail) ||
           !app::isBetweenCharacters(after, after.size() - tail)) {
        --tail;
    }
    const qsizetype gone = before.size() - head - tail;
    QString inserted = after.mid(head, after.size() - head - tail);
    const qsizetype start = m_breaks.toStory(position + head);
    const qsizetype removedInStory = m_breaks.toStory(position + head + gone) - start;
    m_breaks.replace(position + head, gone, inserted.size());
    inserted.replace(QChar::ParagraphSeparator, u'\n');
    // The story may have made more of it, where half a character was meant.
    if (!m_story.applyUserEdit(start, removedInStory, inserted) || pageLength() != wantedPageLength()) {
        fill();
    }
}

void DocumentMirror::replaceSelection(const QTextCursor& cursor, const QString& text) {
    const qsizetype start = toStory(cursor.selectionStart());
    const QScopedValueRollback replacing(m_isReplacing, true);
    m_story.applyUserEdit(start, toStory(cursor.selectionEnd()) - start, text);
}

void DocumentMirror::onStepDone(const app::DocumentStep& step) {
    if (step.edits.isEmpty() || (step.source == app::ChangeSource::Writer && !m_isReplacing)) {
        return; // the view showed it first
    }
    emit aboutToApply({step.edits.first(), step.source, {}});
    {
        const QScopedValueRollback applying(m_isApplying, true);
        const JoinedEdit joined(m_view);
        if (const auto pieces = app::changedPieces(step.edits)) {
            // From the end, as the places are those of the old text.
            const QList<app::ChangedPiece> parts = joinedPieces(*pieces, m_story.text());
            for (auto part = parts.crbegin(); part != parts.crend(); ++part) {
                replaceOnPage(part->oldPosition, part->oldLength,
                              m_story.text().mid(part->newPosition, part->newLength));
            }
        } else {
            for (const app::TextEdit& edit : step.edits) {
                replaceOnPage(edit.position, edit.removedLength, edit.inserted);
            }
        }
    }
    emit applied({step.edits.last(), step.source, {}});
    if (pageLength() != wantedPageLength()) {
        fill();
    }
}

void DocumentMirror::replaceOnPage(qsizetype position, qsizetype removedLength, const QString& inserted) {
    const auto start = m_breaks.toPage(position, removedLength == 0 ? Side::EndOfBlock : Side::StartOfNext);
    const auto end = m_breaks.toPage(position + removedLength, Side::EndOfBlock);
    if (end > pageLength()) {
        return; // the two have lost step; filled anew when the step is done
    }
    QTextCursor cursor(&m_view);
    cursor.setPosition(static_cast<int>(start));
    cursor.setPosition(static_cast<int>(end), QTextCursor::KeepAnchor);
    SoftBreaks inside;
    const QString shown = withBreaks(shownText(inserted), inside);
    cursor.insertText(shown);
    m_breaks.replace(start, end - start, inserted.size());
    for (const qsizetype place : inside.places()) {
        m_breaks.insert(start + place);
    }
    breakLong(static_cast<int>(start), static_cast<int>(shown.size()));
}

} // namespace ui
