#include "ui/editor/story_editor.h"

#include "ui/editor/document_mirror.h"
#include "ui/editor/origin_highlighter.h"
#include "ui/editor/word_counter.h"

#include <QAbstractTextDocumentLayout>
#include <QContextMenuEvent>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QMimeData>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextFrame>
#include <QTextLayout>

#include <algorithm>

namespace ui {

namespace {

constexpr int kSideMargin = 24;       // least space beside the column
constexpr int kTopMargin = 40;        // above the first line
constexpr int kBottomMargin = 96;     // below the last line, so that one does not write at the window's edge
constexpr qsizetype kMostMarks = 400; // of a kind, painted around the cursor; a common word has thousands

} // namespace

StoryEditor::StoryEditor(app::Document& story, QWidget* parent)
    : QTextEdit(parent)
    , m_story(story)
    , m_mirror(new DocumentMirror(story, *document(), this))
    , m_words(new WordCounter(*document(), this))
    , m_highlighter(new OriginHighlighter(story, document())) {
    setAcceptRichText(false);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setCursorWidth(2);
    setTabChangesFocus(false);
    setAccessibleName(tr("Story"));
    setAccessibleDescription(
        tr("The text of your story. Ctrl+Enter lets the model continue it at the cursor."));
    document()->setDocumentMargin(0);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &StoryEditor::noteSight);
    connect(this, &QTextEdit::cursorPositionChanged, this, [this] {
        noteSight();
        if (marks(Mark::Match).size() > kMostMarks) {
            showMarks();
        }
    });
    connect(document(), &QTextDocument::contentsChange, this, [this] { m_areMarksOld = true; });
    connect(m_words, &WordCounter::wordsChanged, this, &StoryEditor::wordsChanged);
    connect(m_mirror, &DocumentMirror::aboutToFill, this,
            [this] { m_before.cursorPosition = textCursor().position(); });
    connect(m_mirror, &DocumentMirror::filled, this, &StoryEditor::onFilled);
    connect(&m_story, &app::Document::wasReset, this,
            &StoryEditor::onReset); // after the mirror has filled the page
    connect(m_mirror, &DocumentMirror::aboutToApply, this, &StoryEditor::beforeStoryChange);
    connect(m_mirror, &DocumentMirror::applied, this, &StoryEditor::afterStoryChange);
    setPageMargins();
}

StoryEditor::~StoryEditor() = default;

void StoryEditor::setColours(const Colours& colours) {
    m_colours = colours;
    QPalette page = palette();
    // The column's margins are painted as window, the column itself as base; on the page both are paper.
    page.setColor(QPalette::Window, colours.page);
    page.setColor(QPalette::Base, colours.page);
    page.setColor(QPalette::Text, colours.ink);
    page.setColor(QPalette::Highlight, colours.selection);
    page.setColor(QPalette::HighlightedText, colours.ink);
    page.setColor(QPalette::PlaceholderText, colours.quietInk);
    setPalette(page);
    setAutoFillBackground(true);
    m_highlighter->setColours(colours);
    showMarks();
}

void StoryEditor::setTypography(const Typography& typography) {
    // A new style sheet gives every widget the application's font again, so what was set last need not be what is there.
    if (typography == m_typography && document()->defaultFont() == typography.font) {
        return;
    }
    m_typography = typography;
    setFont(typography.font);
    document()->setDefaultFont(typography.font);
    m_mirror->setParagraphFormat(typography.paragraph);
    centreColumn();
    ensureCursorVisible();
}

void StoryEditor::setOriginsShown(bool isShown) { m_highlighter->setShown(isShown); }

void StoryEditor::setMarks(Mark mark, const QList<app::TextRange>& ranges) {
    auto& current = m_marks[static_cast<std::size_t>(mark)];
    // The same numbers mean another text once it has changed.
    if (current != ranges || (m_areMarksOld && !ranges.isEmpty())) {
        current = ranges;
        showMarks();
    }
}

void StoryEditor::showMarks() {
    m_areMarksOld = false;
    QList<ExtraSelection> selections;
    const int end = document()->characterCount() - 1;
    const QColor grounds[] = {m_colours.matchMark, m_colours.lockMark, m_colours.hoverMark,
                              m_colours.lockMark};
    for (std::size_t mark = 0; mark < m_marks.size(); ++mark) {
        const QList<app::TextRange>& ranges = m_marks[mark];
        const auto near =
            std::lower_bound(ranges.begin(), ranges.end(), textCursor().position(),
                             [](const app::TextRange& range, int at) { return range.position < at; });
        const qsizetype first = std::max<qsizetype>(0, (near - ranges.begin()) - kMostMarks / 2);
        for (const app::TextRange& range : ranges.mid(first, kMostMarks)) {
            if (range.length <= 0 || range.end() > end) {
                continue;
            }
            ExtraSelection selection;
            selection.cursor = QTextCursor(document());
            selection.cursor.setPosition(static_cast<int>(range.position));
            selection.cursor.setPosition(static_cast<int>(range.end()), QTextCursor::KeepAnchor);
            selection.cursor.setKeepPositionOnInsert(true); // text that goes on behind a word is not the word
            selection.format.setBackground(grounds[mark]);
            selections.append(selection);
        }
    }
    setExtraSelections(selections);
}

void StoryEditor::setHoverReported(bool isReported) {
    m_isHoverReported = isReported;
    if (!isReported) {
        emit hovered(std::nullopt);
    }
}

void StoryEditor::showRange(const app::TextRange& range) {
    QTextCursor cursor = textCursor();
    const int end = document()->characterCount() - 1;
    cursor.setPosition(std::min(static_cast<int>(range.position), end));
    cursor.setPosition(std::min(static_cast<int>(range.end()), end), QTextCursor::KeepAnchor);
    setTextCursor(cursor);
    reveal(range);
}

void StoryEditor::reveal(const app::TextRange& range) {
    QTextCursor cursor(document());
    cursor.setPosition(std::min(static_cast<int>(range.position), document()->characterCount() - 1));
    const QRect place = cursorRect(cursor);
    const QRect view = viewport()->rect();
    if (place.top() < view.top() || place.bottom() > view.bottom()) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() + place.center().y() - view.height() / 3);
    }
}

std::optional<qsizetype> StoryEditor::positionUnder(const QPoint& point) const {
    const QPointF place(point.x() + horizontalScrollBar()->value(), point.y() + verticalScrollBar()->value());
    const int near = document()->documentLayout()->hitTest(place, Qt::FuzzyHit);
    const QTextBlock block = document()->findBlock(std::max(near, 0));
    if (near < 0 || !block.isValid() || block.layout() == nullptr) {
        return std::nullopt;
    }
    const QPointF inside = place - document()->documentLayout()->blockBoundingRect(block).topLeft();
    for (int i = 0; i < block.layout()->lineCount(); ++i) {
        const QTextLine line = block.layout()->lineAt(i);
        const QRectF rect = line.naturalTextRect();
        if (inside.y() >= line.y() && inside.y() < line.y() + line.height() && inside.x() >= rect.left() &&
            inside.x() < rect.right()) {
            return block.position() + line.xToCursor(inside.x(), QTextLine::CursorOnCharacter);
        }
    }
    return std::nullopt;
}

// --- text that comes from the story -------------------------------------------------

void StoryEditor::onFilled() {
    setPageMargins();
    QTextCursor cursor = textCursor();
    cursor.setPosition(std::min(m_before.cursorPosition, document()->characterCount() - 1));
    setTextCursor(cursor);
    for (auto& marks : m_marks) {
        marks.clear();
    }
    setExtraSelections({});
}

void StoryEditor::onReset() {
    // Another story: where it goes on is where the writer wants to be.
    moveCursor(QTextCursor::End);
    ensureCursorVisible(); // also lays the text out, so that the end of the page is known
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    noteSight();
}

void StoryEditor::beforeStoryChange(const app::DocumentChange& change) {
    const QTextCursor cursor = textCursor();
    m_before.cursorPosition = cursor.position();
    m_before.cursorAnchor = cursor.anchor();
    const int top = cursorForPosition(QPoint(0, 0)).position();
    QTextCursor first(document());
    first.setPosition(top);
    m_before.topPosition = top;
    m_before.topOffset = cursorRect(first).top();
    m_before.isAboveView = change.edit.position < top;
    QTextCursor place(document());
    place.setPosition(std::min(static_cast<int>(change.edit.position), document()->characterCount() - 1));
    const QRect where = cursorRect(place);
    m_before.follows = where.bottom() > 0 && where.top() < viewport()->height();
}

void StoryEditor::afterStoryChange(const app::DocumentChange& change) {
    const auto position = static_cast<int>(change.edit.position);
    const auto removed = static_cast<int>(change.edit.removedLength);
    const auto added = static_cast<int>(change.edit.inserted.size());
    const int last = document()->characterCount() - 1;
    if (change.source == app::ChangeSource::Generation) {
        // A plain cursor at the place goes along with the text; a selection that touches it does not grow.
        if (m_before.cursorPosition != m_before.cursorAnchor) {
            const auto moved = [&](int at, bool isEnd) {
                const bool staysBefore = at < position || (at == position && isEnd);
                return std::min(staysBefore ? at : std::max(at, position + removed) + added - removed, last);
            };
            const bool forward = m_before.cursorPosition > m_before.cursorAnchor;
            QTextCursor cursor = textCursor();
            cursor.setPosition(std::max(moved(m_before.cursorAnchor, !forward), 0));
            cursor.setPosition(std::max(moved(m_before.cursorPosition, forward), 0), QTextCursor::KeepAnchor);
            if (cursor != textCursor()) {
                const int scroll = verticalScrollBar()->value();
                setTextCursor(cursor);
                verticalScrollBar()->setValue(scroll);
            }
        }
    } else {
        // Undo, redo and commands put the cursor where something happened, as every editor does.
        QTextCursor cursor = textCursor();
        cursor.setPosition(std::clamp(position + added, 0, last));
        setTextCursor(cursor);
        return;
    }
    QScrollBar* const bar = verticalScrollBar();
    if (m_before.isAboveView && m_before.topPosition < position + removed) {
        reveal({position + added, 0}); // what was in sight has given way to this
    } else if (m_before.isAboveView) {
        // Keeps what is in sight where it is on the screen.
        QTextCursor first(document());
        first.setPosition(std::clamp(m_before.topPosition + added - removed, 0, last));
        bar->setValue(bar->value() + cursorRect(first).top() - m_before.topOffset);
    } else if (m_before.follows) {
        QTextCursor place(document());
        place.setPosition(std::min(position + added, last));
        const int below = cursorRect(place).bottom() + fontMetrics().height() - viewport()->height();
        if (below > 0) {
            bar->setValue(bar->value() + below);
        }
    }
}

// --- the page -------------------------------------------------

void StoryEditor::setPageMargins() {
    QTextFrameFormat format = document()->rootFrame()->frameFormat();
    format.setMargin(0);
    format.setTopMargin(kTopMargin);
    format.setBottomMargin(kBottomMargin);
    document()->rootFrame()->setFrameFormat(format);
}

void StoryEditor::centreColumn() {
    const int available = width() - verticalScrollBar()->sizeHint().width();
    const int side = std::max(kSideMargin, (available - m_typography.columnWidth) / 2);
    setViewportMargins(side, 0, side, 0);
}

void StoryEditor::resizeEvent(QResizeEvent* event) {
    const bool wasInSight = m_isCursorInSight;
    centreColumn();
    QTextEdit::resizeEvent(event);
    // A bar that opens below, or a smaller window, must not cover the line that is being written.
    if (wasInSight) {
        ensureCursorVisible();
    }
    noteSight();
}

void StoryEditor::noteSight() { m_isCursorInSight = viewport()->rect().intersects(cursorRect()); }

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
    const int before = textCursor().position();
    if (event->key() == Qt::Key_Return && event->modifiers() == Qt::ShiftModifier) {
        // A line break is a paragraph break: stories hold only one kind.
        QKeyEvent plain(event->type(), Qt::Key_Return, Qt::NoModifier, event->text());
        QTextEdit::keyPressEvent(&plain);
        return;
    }
    QTextEdit::keyPressEvent(event);
    if (event->text().isEmpty() && textCursor().position() != before) {
        m_story.breakTypingStep(); // the cursor was moved
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

void StoryEditor::contextMenuEvent(QContextMenuEvent* event) { emit menuRequested(event->globalPos()); }

void StoryEditor::focusOutEvent(QFocusEvent* event) {
    m_story.breakTypingStep();
    QTextEdit::focusOutEvent(event);
}

} // namespace ui
