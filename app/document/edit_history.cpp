#include "app/document/edit_history.h"

#include <algorithm>
#include <utility>

namespace app {

namespace {

// A writer who stops for this long has begun something new.
constexpr qint64 kPauseMs = 2000;

// Moves an insertion of `length` at `position` past the edits of a step (edit_history.h). False, and nothing
// is changed, if one of them replaces the text on both sides of it.
bool carry(QList<TextEdit>& edits, qsizetype& position, qsizetype length) {
    qsizetype carried = position;
    QList<bool> moves;
    for (const TextEdit& edit : std::as_const(edits)) {
        const bool before = carried <= edit.position;
        if (!before && carried < edit.position + edit.removedLength)
            return false;
        moves.append(before);
        if (!before)
            carried += edit.inserted.size() - edit.removedLength;
    }
    for (qsizetype i = 0; i < edits.size(); ++i)
        if (moves[i])
            edits[i].position += length;
    position = carried;
    return true;
}

// One character: one unit or a surrogate pair.
bool isCharacter(const QString& text) {
    return text.size() == 1 || (text.size() == 2 && text[0].isHighSurrogate() && text[1].isLowSurrogate());
}

} // namespace

void EditHistory::reset(UndoHistory history) {
    m_kind = Keystroke::None;
    if (history.isEmpty()) { // what is stored, if anything, belongs to another text
        m_undo.forget();
        m_redo.forget();
        return;
    }
    m_undo.restore(std::move(history.undo));
    m_redo.restore(std::move(history.redo));
}

std::optional<UndoHistoryChange> EditHistory::takeChange() {
    if (!m_undo.isChanged() && !m_redo.isChanged())
        return std::nullopt;
    return UndoHistoryChange{m_undo.takeChange(), m_redo.takeChange()};
}

EditHistory::Keystroke EditHistory::kindOf(const TextEdit& made, const TextEdit& inverse) {
    if (isCharacter(made.inserted))
        return Keystroke::Insert;
    if (made.inserted.isEmpty() && isCharacter(inverse.inserted))
        return Keystroke::Remove;
    return Keystroke::None;
}

bool EditHistory::joins(Keystroke kind, const TextEdit& made, const TextEdit& inverse, qint64 nowMs) const {
    if (m_undo.isEmpty() || m_kind == Keystroke::None || kind == Keystroke::None ||
        nowMs - m_lastKeystrokeMs > kPauseMs)
        return false;
    const TextEdit& last = m_undo.last().edits.first();
    if (kind == Keystroke::Insert) {
        const QChar typed = made.inserted[0];
        const bool beginsWord = m_lastTyped.isSpace() && !typed.isSpace();
        const bool beginsLine = typed == u'\n' && m_lastTyped != u'\n';
        return m_kind == Keystroke::Insert && made.removedLength == 0 && !beginsWord && !beginsLine &&
               made.position == last.position + last.removedLength;
    }
    const bool backwards = inverse.position + inverse.inserted.size() == last.position;
    const bool forwards = inverse.position == last.position;
    return (backwards && (m_kind == Keystroke::Remove || m_kind == Keystroke::Backspace)) ||
           (forwards && (m_kind == Keystroke::Remove || m_kind == Keystroke::Delete));
}

void EditHistory::recordKeystroke(const TextEdit& made, const TextEdit& inverse, qint64 nowMs, bool mayJoin) {
    m_redo.clear();
    const Keystroke kind = kindOf(made, inverse);
    if (mayJoin && joins(kind, made, inverse, nowMs)) {
        TextEdit& last = m_undo.changeLast().edits.first();
        if (kind == Keystroke::Insert) {
            last.removedLength += made.inserted.size();
        } else if (inverse.position < last.position) {
            QList<Span> spans = inverse.insertedSpans;
            for (const Span& span : std::as_const(last.insertedSpans))
                appendSpan(spans, span);
            last = TextEdit{inverse.position, 0, inverse.inserted + last.inserted, spans};
            m_kind = Keystroke::Backspace;
        } else {
            last.inserted += inverse.inserted;
            for (const Span& span : inverse.insertedSpans)
                appendSpan(last.insertedSpans, span);
            m_kind = Keystroke::Delete;
        }
    } else {
        m_undo.append(Step{{inverse}, 0});
        m_kind = kind;
    }
    m_lastKeystrokeMs = nowMs;
    m_lastTyped = made.inserted.isEmpty() ? QChar() : made.inserted.back();
}

void EditHistory::recordStep(const QList<TextEdit>& inverses) {
    m_redo.clear();
    m_kind = Keystroke::None;
    Step step;
    step.edits = QList<TextEdit>(inverses.crbegin(), inverses.crend());
    m_undo.append(std::move(step));
}

void EditHistory::openGeneration(RunId run) {
    m_kind = Keystroke::None;
    m_undo.append(Step{{}, run});
}

void EditHistory::raiseGeneration(RunId run) {
    closeGeneration(run);
    openGeneration(run);
}

void EditHistory::recordRemoval(const TextEdit& inverse) {
    Q_ASSERT(!m_undo.isEmpty() && m_undo.last().generation != 0);
    m_redo.clear();
    m_undo.changeLast().edits.prepend(inverse);
}

void EditHistory::recordInsertion(RunId run, qsizetype position, qsizetype length) {
    // The redo side starts from the text as it is, like the undo side; what it can no longer follow is
    // forgotten.
    qsizetype redoPosition = position;
    for (qsizetype i = m_redo.size() - 1; i >= 0; --i) {
        if (!carry(m_redo.change(i).edits, redoPosition, length)) {
            m_redo.removeFirst(i + 1);
            break;
        }
    }
    // Tried on a copy first: a step that cannot let the insertion pass must leave the ones above it as they
    // were.
    qsizetype index = m_undo.size() - 1;
    qsizetype carried = position;
    QList<Step> above;
    for (; index >= 0 && m_undo.at(index).generation != run; --index) {
        Step step = m_undo.at(index);
        if (!carry(step.edits, carried, length))
            break;
        above.prepend(std::move(step));
    }
    if (index < 0 || m_undo.at(index).generation != run) {
        m_kind = Keystroke::None;
        m_undo.append(Step{{TextEdit{position, length, QString(), {}}}, run});
        return;
    }
    for (qsizetype i = 0; i < above.size(); ++i)
        m_undo.change(index + 1 + i) = std::move(above[i]);
    QList<TextEdit>& edits = m_undo.change(index).edits;
    if (edits.isEmpty())
        m_redo.clear();
    const bool extends = !edits.isEmpty() && edits.first().inserted.isEmpty() &&
                         edits.first().position + edits.first().removedLength == carried;
    if (extends)
        edits.first().removedLength += length;
    else
        edits.prepend(TextEdit{carried, length, QString(), {}});
}

void EditHistory::closeGeneration(RunId run) {
    for (qsizetype i = m_undo.size() - 1; i >= 0; --i)
        if (m_undo.at(i).generation == run && m_undo.at(i).edits.isEmpty())
            m_undo.removeAt(i);
}

std::optional<EditHistory::Step> EditHistory::takeUndo() {
    m_kind = Keystroke::None;
    return m_undo.isEmpty() ? std::nullopt : std::optional(m_undo.takeLast());
}

std::optional<EditHistory::Step> EditHistory::takeRedo() {
    m_kind = Keystroke::None;
    return m_redo.isEmpty() ? std::nullopt : std::optional(m_redo.takeLast());
}

void EditHistory::pushUndone(Step reverse) { m_redo.append(std::move(reverse)); }

void EditHistory::pushRedone(Step reverse) { m_undo.append(std::move(reverse)); }

} // namespace app
