// undo_steps.h: the undo history as values, on its way to the project file and back. The two stacks, undo and
// redo, number their steps from the bottom; a step keeps its number while others come and go above it.
// Threads: values.
#pragma once

#include "app/document/spanned_text.h"

#include <QList>

namespace app {

// The edits that take a step back, or bring it again, in the order in which they are applied.
struct UndoStep {
    QList<TextEdit> edits;
    RunId generation = 0; // the step of this run

    bool operator==(const UndoStep&) const = default;
};

struct UndoSteps {
    qint64 first = 0;      // number of the oldest
    QList<UndoStep> steps; // newest last

    bool operator==(const UndoSteps&) const = default;
};

// A whole history. Whoever has it must know that it belongs to the text at hand.
struct UndoHistory {
    UndoSteps undo;
    UndoSteps redo;

    [[nodiscard]] bool isEmpty() const { return undo.steps.isEmpty() && redo.steps.isEmpty(); }
    bool operator==(const UndoHistory&) const = default;
};

// What a stack is now, in place of what it was when it was last told: steps before `first` are gone, and from
// `from` on there are these and no others.
struct UndoStepsChange {
    qint64 first = 0;
    qint64 from = 0;
    QList<UndoStep> steps;

    [[nodiscard]] qint64 end() const { return from + steps.size(); }
};

struct UndoHistoryChange {
    UndoStepsChange undo;
    UndoStepsChange redo;
};

} // namespace app
