#include "ui/reading/reading_edge.h"

#include "ui/editor/document_mirror.h"
#include "ui/editor/story_editor.h"

#include <QAbstractTextDocumentLayout>
#include <QEvent>
#include <QPainter>
#include <QScrollBar>
#include <QTextCursor>

#include <algorithm>

namespace ui {

ReadingEdge::ReadingEdge(StoryEditor& editor)
    : QWidget(editor.viewport())
    , m_editor(editor) {
    setObjectName(QStringLiteral("readingEdge"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
    editor.viewport()->installEventFilter(this);
    // Scrolling moves what lies on the page along; then it is put where it belongs again.
    connect(editor.verticalScrollBar(), &QScrollBar::valueChanged, this, &ReadingEdge::settle);
    connect(editor.document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this,
            &ReadingEdge::settle, Qt::QueuedConnection); // not while it is laying out
}

void ReadingEdge::setPlace(std::optional<qsizetype> place) {
    m_place = place;
    settle();
}

void ReadingEdge::setInk(const QColor& ink) {
    m_ink = ink;
    update();
}

void ReadingEdge::settle() {
    if (!m_place) {
        hide();
        return;
    }
    QTextCursor cursor(m_editor.document());
    cursor.setPosition(
        std::clamp(m_editor.mirror().toPage(*m_place), 0, m_editor.document()->characterCount() - 1));
    setGeometry(0, m_editor.cursorRect(cursor).top() - 1, m_editor.viewport()->width(), 1);
    show();
}

bool ReadingEdge::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize)
        settle();
    return QWidget::eventFilter(watched, event);
}

void ReadingEdge::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.setPen(QPen(m_ink, 1, Qt::DashLine));
    painter.drawLine(0, 0, width(), 0);
}

} // namespace ui
