#include "app/document/undo_stack.h"

#include <algorithm>
#include <utility>

namespace app {

void UndoStack::noteChange(qsizetype index) {
    m_told = std::min(m_told, index);
    m_isChanged = true;
}

UndoStep& UndoStack::change(qsizetype index) {
    noteChange(index);
    return m_steps[index];
}

void UndoStack::append(UndoStep step) {
    m_steps.append(std::move(step));
    m_isChanged = true;
}

UndoStep UndoStack::takeLast() {
    noteChange(size() - 1);
    return m_steps.takeLast();
}

void UndoStack::removeAt(qsizetype index) {
    noteChange(index);
    m_steps.removeAt(index);
}

void UndoStack::removeFirst(qsizetype count) {
    m_steps.remove(0, count);
    m_first += count;
    m_told = std::max<qsizetype>(0, m_told - count);
    m_isChanged = true;
}

void UndoStack::clear() {
    if (!isEmpty())
        forget();
}

void UndoStack::forget() {
    m_steps.clear();
    m_first = 0;
    noteChange(0);
}

void UndoStack::restore(UndoSteps stored) {
    m_first = stored.first;
    m_steps = std::move(stored.steps);
    m_told = size();
    m_isChanged = false;
    if (m_steps.removeIf([](const UndoStep& step) { return step.edits.isEmpty(); }) > 0)
        noteChange(0); // the others have new numbers
}

UndoStepsChange UndoStack::takeChange() {
    m_isChanged = false;
    const qsizetype from = std::exchange(m_told, size());
    return {m_first, m_first + from, m_steps.sliced(from)};
}

} // namespace app
