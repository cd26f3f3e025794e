// What the writer does to the page by keys, mouse and clipboard.
#include "app/document/utf8_text.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/focus_view.h"
#include "ui/editor/ghost_text.h"
#include "ui/editor/story_editor.h"

#include <QContextMenuEvent>
#include <QCoreApplication>
#include <QDragLeaveEvent>
#include <QDropEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QTextBlock>

#include <memory>

namespace ui {

namespace {

// What goes from story to story; a plain text may have its line ends changed on the way through other
// programs.
const QString kStoryText = QStringLiteral("application/x-inkgate-text");

QString textOf(const QMimeData& data) {
    if (data.hasFormat(kStoryText)) {
        return app::fromUtf8(data.data(kStoryText).toStdString());
    }
    QString text = data.text();
    if (text.startsWith(QChar::ByteOrderMark)) {
        text.remove(0, 1);
    }
    // Line ends of other systems; all else comes as it is.
    return text.replace(QLatin1String("\r\n"), QLatin1String("\n")).replace(u'\r', u'\n');
}

} // namespace

// --- clipboard and mouse: Qt's own ways would change no-break spaces, line separators and more -------------

QMimeData* StoryEditor::createMimeDataFromSelection() const {
    auto data = std::make_unique<QMimeData>();
    const QString text = selectedText();
    data->setText(text);
    data->setData(kStoryText, text.toUtf8());
    return data.release(); // Qt's interface: the caller owns it
}

bool StoryEditor::canInsertFromMimeData(const QMimeData* source) const {
    return source->hasText() && !isReadOnly();
}

void StoryEditor::insertFromMimeData(const QMimeData* source) {
    if (!canInsertFromMimeData(source)) {
        return;
    }
    m_story.breakTypingStep();
    m_mirror->replaceSelection(textCursor(), textOf(*source));
    m_story.breakTypingStep();
    bringCursorIntoSight();
}

void StoryEditor::dropEvent(QDropEvent* event) {
    // Ends Qt's part of the drag; it would put in what the page shows.
    QDragLeaveEvent leaves;
    QTextEdit::dragLeaveEvent(&leaves);
    if (!canInsertFromMimeData(event->mimeData())) {
        event->ignore();
        return;
    }
    const QTextCursor target = cursorAtPoint(event->position().toPoint());
    const bool isOwn = event->source() == this || event->source() == viewport();
    if (isOwn && event->dropAction() == Qt::MoveAction) {
        moveSelectionTo(m_mirror->toStory(target.position()));
    } else {
        setTextCursor(target);
        insertFromMimeData(event->mimeData());
    }
    event->acceptProposedAction();
}

void StoryEditor::moveSelectionTo(qsizetype place) {
    const app::TextRange from = selectedRange();
    if (place >= from.position && place <= from.end()) {
        return;
    }
    if (!m_story.moveRange(from, place)) {
        return;
    }
    const qsizetype start = place < from.position ? place : place - from.length;
    showRange({start, from.length});
}

// A break in a long paragraph is no character: the cursor goes over it together with the one behind it.
void StoryEditor::stepOverBreak(const QKeyEvent& event) {
    QTextCursor cursor = textCursor();
    const bool isRightToLeft = cursor.block().textDirection() == Qt::RightToLeft;
    const bool erases = event.key() == Qt::Key_Backspace || event.key() == Qt::Key_Delete;
    const bool forward =
        event.key() == Qt::Key_Delete || event.key() == (isRightToLeft ? Qt::Key_Left : Qt::Key_Right);
    const bool backward =
        event.key() == Qt::Key_Backspace || event.key() == (isRightToLeft ? Qt::Key_Right : Qt::Key_Left);
    if ((erases && cursor.hasSelection()) || !(forward || backward)) {
        return;
    }
    const int place = cursor.position();
    const bool isAtBreak = m_mirror->breaks().contains(forward ? place : place - 1);
    if (isAtBreak) {
        const bool selects = !erases && (event.modifiers() & Qt::ShiftModifier) != 0;
        cursor.setPosition(forward ? place + 1 : place - 1,
                           selects ? QTextCursor::KeepAnchor : QTextCursor::MoveAnchor);
        setTextCursor(cursor);
    }
}

// --- events -------------------------------------------------

bool StoryEditor::event(QEvent* event) {
    switch (event->type()) {
    case QEvent::ShortcutOverride: {
        // Undo and redo belong to the story's history; Ctrl+K and the like to nobody here.
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo) ||
            (key->modifiers() == Qt::ControlModifier && key->key() == Qt::Key_Y)) {
            event->ignore();
            return false;
        }
        break;
    }
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick:
    case QEvent::MouseMove: {
        // The margins beside the column are part of the page: a click there means the nearest place in the
        // text.
        const auto* mouse = static_cast<QMouseEvent*>(event);
        QMouseEvent inside(mouse->type(), viewport()->mapFrom(this, mouse->position()),
                           mouse->globalPosition(), mouse->button(), mouse->buttons(), mouse->modifiers());
        return QCoreApplication::sendEvent(viewport(), &inside);
    }
    case QEvent::Wheel: {
        const auto* wheel = static_cast<QWheelEvent*>(event);
        QWheelEvent inside(viewport()->mapFrom(this, wheel->position()), wheel->globalPosition(),
                           wheel->pixelDelta(), wheel->angleDelta(), wheel->buttons(), wheel->modifiers(),
                           wheel->phase(), wheel->inverted());
        return QCoreApplication::sendEvent(viewport(), &inside);
    }
    default: break;
    }
    return QTextEdit::event(event);
}

bool StoryEditor::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave && m_isHoverReported) {
        emit hovered(std::nullopt);
    }
    return QTextEdit::viewportEvent(event);
}

void StoryEditor::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Undo)) {
        m_story.undo();
        return;
    }
    if (event->matches(QKeySequence::Redo)) {
        m_story.redo();
        return;
    }
    if (takesGhost(*event)) {
        return;
    }
    const int before = textCursor().position();
    const int charactersBefore = document()->characterCount();
    stepOverBreak(*event);
    if (event->matches(QKeySequence::InsertLineSeparator) ||
        (event->key() == Qt::Key_Return && event->modifiers() == Qt::ShiftModifier)) {
        // A line break is a paragraph break: the keys make only one kind.
        QKeyEvent plain(event->type(), Qt::Key_Return, Qt::NoModifier, event->text());
        QTextEdit::keyPressEvent(&plain);
        bringCursorIntoSight();
        return;
    }
    QTextEdit::keyPressEvent(event);
    if (event->text().isEmpty() && textCursor().position() != before) {
        m_story.breakTypingStep(); // the cursor was moved
    }
    if (textCursor().position() != before || document()->characterCount() != charactersBefore) {
        bringCursorIntoSight();
    }
}

void StoryEditor::mouseMoveEvent(QMouseEvent* event) {
    if (m_isHoverReported && event->buttons() == Qt::NoButton) {
        emit hovered(positionUnder(event->position().toPoint()));
    }
    QTextEdit::mouseMoveEvent(event);
}

void StoryEditor::wheelEvent(QWheelEvent* event) {
    if (event->modifiers() == Qt::ControlModifier) {
        if (event->angleDelta().y() != 0) {
            emit zoomRequested(event->angleDelta().y() > 0 ? 1 : -1);
        }
        event->accept();
        return;
    }
    QTextEdit::wheelEvent(event);
}

void StoryEditor::contextMenuEvent(QContextMenuEvent* event) {
    if (event->reason() == QContextMenuEvent::Mouse)
        emit menuRequested(event->globalPos(), positionUnder(viewport()->mapFromGlobal(event->globalPos())));
    else
        emit menuRequested(viewport()->mapToGlobal(cursorRect().bottomLeft()), std::nullopt);
}

void StoryEditor::focusOutEvent(QFocusEvent* event) {
    emit ghostRejected();
    m_ghost->hide();
    m_story.breakTypingStep();
    QTextEdit::focusOutEvent(event);
}

} // namespace ui
