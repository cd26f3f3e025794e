// undo_stack.h: one side of the history, undo or redo, that knows what of it has changed since it was last
// told. A keystroke changes the step on top, so telling it costs the same in a long history.
// Threads: a value.
#pragma once

#include "app/document/undo_steps.h"

namespace app {

class UndoStack {
public:
    [[nodiscard]] bool isEmpty() const { return m_steps.isEmpty(); }
    [[nodiscard]] qsizetype size() const { return m_steps.size(); }
    [[nodiscard]] const UndoStep& at(qsizetype index) const { return m_steps[index]; }
    [[nodiscard]] const UndoStep& last() const { return m_steps.last(); }

    // The step may be changed until the next call.
    [[nodiscard]] UndoStep& change(qsizetype index);
    [[nodiscard]] UndoStep& changeLast() { return change(size() - 1); }
    void append(UndoStep step);
    [[nodiscard]] UndoStep takeLast();
    void removeAt(qsizetype index);
    void removeFirst(qsizetype count);
    void clear();

    // Takes up what was stored. Steps that change nothing are left out.
    void restore(UndoSteps stored);
    // Another story: whatever was told of the one before counts no more.
    void forget();
    [[nodiscard]] bool isChanged() const { return m_isChanged; }
    [[nodiscard]] UndoStepsChange takeChange();

private:
    void noteChange(qsizetype index);

    QList<UndoStep> m_steps;  // newest last
    qint64 m_first = 0;       // number of the oldest
    qsizetype m_told = 0;     // so many from the bottom are as they were told
    bool m_isChanged = false; // since it was told
};

} // namespace app
