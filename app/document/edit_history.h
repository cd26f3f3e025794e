// edit_history.h: the undo and redo steps of a Document. A step is the list of edits that take it back (or,
// on the redo side, bring it again), in the order in which they are applied.
//
// A generation's step may lie under steps of the writer's that came after it began. Its later insertions are
// carried down to it: an insertion at p and an edit that replaces [q, q + s) by r units change places exactly
// if p is not inside (q, q + s):
//   p <= q      the edit moves by the insertion's length, the insertion stays at p
//   p >= q + s  the edit stays, the insertion moves to p - s + r
// Otherwise they cannot be told apart any more, and the insertion becomes a step of its own on top.
// Threads: a value.
#pragma once

#include "app/document/spanned_text.h"
#include "app/document/undo_stack.h"

#include <QList>

#include <optional>

namespace app {

class EditHistory {
public:
    using Step = UndoStep;

    // Begins anew, with a history that belongs to the text, or none.
    void reset(UndoHistory history);
    // What the stored history has to learn; nothing if it knows all.
    [[nodiscard]] std::optional<UndoHistoryChange> takeChange();
    [[nodiscard]] bool canUndo() const { return !m_undo.isEmpty(); }
    [[nodiscard]] bool canRedo() const { return !m_redo.isEmpty(); }

    // An edit of the writer's, already applied: `made`, and what takes it back. Joins the step before it if
    // both are the same kind of single keystroke, side by side, soon after one another and inside one word.
    // `mayJoin` false: never joins.
    void recordKeystroke(const TextEdit& made, const TextEdit& inverse, qint64 nowMs, bool mayJoin);
    void breakJoin() { m_kind = Keystroke::None; }
    // A step of several edits already applied; `inverses` in the order of making.
    void recordStep(const QList<TextEdit>& inverses);

    void openGeneration(RunId run);
    // Puts the open generation's step, which has no edits yet, on top of those that came since.
    void raiseGeneration(RunId run);
    // Edits of the open generation, already applied. A removal may only come while its step is on top.
    void recordRemoval(const TextEdit& inverse);
    void recordInsertion(RunId run, qsizetype position, qsizetype length);
    // Forgets the step if it changed nothing.
    void closeGeneration(RunId run);

    // Takes the newest step off a side; whoever applies it pushes what reverts it to the other side.
    [[nodiscard]] std::optional<Step> takeUndo();
    [[nodiscard]] std::optional<Step> takeRedo();
    void pushUndone(Step reverse); // onto the redo side
    void pushRedone(Step reverse); // onto the undo side

private:
    // Remove: one character is gone; only the next keystroke tells Backspace from Delete.
    enum class Keystroke { None, Insert, Remove, Backspace, Delete };
    static Keystroke kindOf(const TextEdit& made, const TextEdit& inverse);
    bool joins(Keystroke kind, const TextEdit& made, const TextEdit& inverse, qint64 nowMs) const;

    UndoStack m_undo;
    UndoStack m_redo;
    Keystroke m_kind = Keystroke::None; // of the newest undo step, if it may still grow
    qint64 m_lastKeystrokeMs = 0;
    QChar m_lastTyped;
};

} // namespace app
