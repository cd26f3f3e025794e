// A suggestion on the page: it goes before anything is done to the page that Qt would do to a text that is
// being composed, and places on the screen are those of the text without it.
#include "ui/editor/document_mirror.h"
#include "ui/editor/ghost_text.h"
#include "ui/editor/story_editor.h"

#include <QAbstractTextDocumentLayout>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextLayout>

#include <algorithm>

namespace ui {

namespace {

// Between which units of the lines, a ghost's included, a point of them is.
int offsetIn(const QTextLayout& layout, const QPointF& point) {
    int offset = 0;
    for (int i = 0; i < layout.lineCount(); ++i) {
        const QTextLine line = layout.lineAt(i);
        offset = line.xToCursor(point.x());
        if (point.y() < line.y() + line.height()) {
            break;
        }
    }
    return offset;
}

} // namespace

void StoryEditor::setGhost(qsizetype place, const QString& text) {
    m_ghostPlace = place;
    m_ghostWords = text;
    showGhost();
}

void StoryEditor::showGhost() {
    if (m_ghostWords.isEmpty() || m_isComposing) {
        m_ghost->hide();
    } else {
        // Where a long paragraph is broken, one place in the story is two on the page.
        const int cursor = textCursor().position();
        m_ghost->show(m_mirror->toStory(cursor) == m_ghostPlace ? cursor : m_mirror->toPage(m_ghostPlace),
                      shownText(m_ghostWords));
    }
    // Later: this may be while the page tells of a change.
    if (std::any_of(m_marks.begin(), m_marks.end(), [](const auto& marks) { return !marks.isEmpty(); })) {
        QMetaObject::invokeMethod(this, &StoryEditor::showMarks, Qt::QueuedConnection);
    }
}

bool StoryEditor::takesGhost(const QKeyEvent& event) {
    if (!m_ghost->isShown()) {
        return false;
    }
    const Qt::KeyboardModifiers modifiers = event.modifiers() & ~Qt::KeypadModifier;
    const bool isRightToLeft = textCursor().block().textDirection() == Qt::RightToLeft;
    const int nextWord = isRightToLeft ? Qt::Key_Left : Qt::Key_Right;
    if (event.key() == Qt::Key_Tab && modifiers == Qt::NoModifier) {
        emit ghostAllWanted();
    } else if (event.key() == nextWord && modifiers == Qt::ControlModifier) {
        emit ghostWordWanted();
    } else {
        if (event.key() >= Qt::Key_Home && event.key() <= Qt::Key_PageDown) {
            emit ghostRejected(); // whether or not the cursor can go there
        }
        return false;
    }
    ensureCursorVisible();
    return true;
}

void StoryEditor::inputMethodEvent(QInputMethodEvent* event) {
    m_ghost->hide();
    m_isComposing = !event->preeditString().isEmpty();
    if (m_isComposing) {
        emit ghostRejected();
    }
    QTextEdit::inputMethodEvent(event);
    showGhost(); // what was put in may have been its letters
    if (!event->commitString().isEmpty()) {
        bringCursorIntoSight();
    }
}

void StoryEditor::mousePressEvent(QMouseEvent* event) {
    if (!m_ghost->isShown()) {
        QTextEdit::mousePressEvent(event);
        return;
    }
    // The text moves back to where it was without the ghost; what was clicked is what is meant.
    const QPoint point = event->position().toPoint();
    const QTextCursor meant = cursorAtPoint(point);
    emit ghostRejected();
    m_ghost->hide();
    if (cursorAtPoint(point) == meant) {
        QTextEdit::mousePressEvent(event);
        return;
    }
    QMouseEvent press(event->type(), cursorRect(meant).center(), event->globalPosition(), event->button(),
                      event->buttons(), event->modifiers());
    QTextEdit::mousePressEvent(&press);
}

QTextCursor StoryEditor::cursorAtPoint(const QPoint& point) const {
    const QPointF place(point.x() + horizontalScrollBar()->value(), point.y() + verticalScrollBar()->value());
    const QAbstractTextDocumentLayout* const layout = document()->documentLayout();
    const QTextBlock block = document()->findBlock(m_ghost->position());
    const QRectF area = layout->blockBoundingRect(block);
    int position = 0;
    if (m_ghost->isShown() && place.y() >= area.top() && place.y() < area.bottom()) {
        const int offset = m_ghost->withoutGhost(block, offsetIn(*block.layout(), place - area.topLeft()));
        position = offset < 0 ? m_ghost->position() : block.position() + offset;
    } else {
        position = std::max(layout->hitTest(place, Qt::FuzzyHit), 0);
    }
    QTextCursor cursor(document());
    cursor.setPosition(std::min(position, document()->characterCount() - 1));
    return cursor;
}

bool StoryEditor::isBehindGhost(const QTextCursor& range) const {
    const QTextBlock block = document()->findBlock(m_ghost->position());
    return m_ghost->isShown() && range.selectionEnd() > m_ghost->position() &&
           range.selectionStart() < block.position() + block.length();
}

} // namespace ui
