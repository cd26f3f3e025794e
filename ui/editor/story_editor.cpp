#include "ui/editor/story_editor.h"

#include "ui/editor/break_alignment.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/focus_view.h"
#include "ui/editor/ghost_text.h"
#include "ui/editor/layout/page_layout.h"
#include "ui/editor/origin_highlighter.h"
#include "ui/editor/scroll_margin.h"
#include "ui/editor/word_counter.h"
#include "ui/keys/key_hint.h"

#include <QScrollBar>
#include <QTextBlock>
#include <QTextFrame>
#include <QTextLayout>

#include <algorithm>

namespace ui {

namespace {

constexpr int kSideMargin = 24;   // least space beside the column
constexpr int kTopMargin = 40;    // above the first line
constexpr int kBottomMargin = 96; // below the last line, so that one does not write at the window's edge

PageLayout* laidOutInSight(QTextDocument& page) {
    auto* layout = new PageLayout(page);
    page.setDocumentLayout(layout);
    return layout;
}

} // namespace

StoryEditor::StoryEditor(app::Document& story, QWidget* parent)
    : QTextEdit(parent)
    , m_story(story)
    , m_layout(laidOutInSight(*document()))
    , m_mirror(new DocumentMirror(story, *document(), this))
    , m_alignment(new BreakAlignment(*this, *m_mirror))
    , m_words(new WordCounter(
          *document(), this, [this](const QTextBlock& block) { return m_mirror->continuesParagraph(block); }))
    , m_highlighter(std::make_unique<OriginHighlighter>(story, *m_mirror, m_layout->formats()))
    , m_ghost(new GhostText(*document(), this))
    , m_focusView(new FocusView(*this, story)) {
    setAcceptRichText(false);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setCursorWidth(2);
    setTabChangesFocus(false);
    setAccessibleName(tr("Story"));
    new KeyHint(*this, [this] {
        setAccessibleDescription(tr("The text of your story. %1 lets the model continue it at the cursor.")
                                     .arg(keysOf(*this, "continueStory")));
    });
    document()->setDocumentMargin(0);
    // event() hands what comes to the margins to the viewport. What that does not take, as the right button,
    // would come back for ever.
    viewport()->setAttribute(Qt::WA_NoMousePropagation);
    connect(m_layout, &PageLayout::viewMoved, this, [this](int top) {
        verticalScrollBar()->setValue(top);
        viewport()->update(); // scrolling has moved what is on the screen, which was right
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &StoryEditor::onScrolled);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &StoryEditor::editingPlaceChanged);
    connect(this, &QTextEdit::cursorPositionChanged, this, &StoryEditor::editingPlaceChanged);
    connect(this, &QTextEdit::cursorPositionChanged, this, &StoryEditor::noteSight);
    connect(document(), &QTextDocument::contentsChange, this, [this] { m_areMarksOld = true; });
    connect(m_focusView, &FocusView::changed, this, [this] {
        showMarks();
        viewport()->update();
    });
    connect(m_words, &WordCounter::wordsChanged, this, &StoryEditor::wordsChanged);
    connect(m_mirror, &DocumentMirror::aboutToFill, this,
            [this] { m_before.cursorPosition = cursorPlace(); });
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
    m_ghost->setColour(colours.ghostInk);
    showMarks();
}

void StoryEditor::setTypography(const Typography& typography) {
    // A new style sheet gives every widget the application's font again, so what was set last need not be
    // what is there.
    if (typography == m_typography && document()->defaultFont() == typography.font) {
        return;
    }
    const Sight before = sight();
    m_typography = typography;
    setFont(typography.font);
    document()->setDefaultFont(typography.font);
    m_layout->setParagraphFormat(typography.paragraph);
    centreColumn();
    restore(before);
}

BlockFormats& StoryEditor::formats() { return m_layout->formats(); }

void StoryEditor::setOriginsShown(bool isShown) { m_highlighter->setShown(isShown); }

void StoryEditor::setMarks(Mark mark, const QList<app::TextRange>& ranges) {
    auto& current = m_marks[static_cast<std::size_t>(mark)];
    // The same numbers mean another text once it has changed.
    if (current != ranges || (m_areMarksOld && !ranges.isEmpty())) {
        current = ranges;
        showMarks();
    }
}

void StoryEditor::setHoverReported(bool isReported) {
    m_isHoverReported = isReported;
    if (!isReported) {
        emit hovered(std::nullopt);
    }
}

qsizetype StoryEditor::cursorPlace() const { return m_mirror->toStory(textCursor().position()); }

app::TextRange StoryEditor::selectedRange() const {
    const QTextCursor cursor = textCursor();
    const qsizetype start = m_mirror->toStory(cursor.selectionStart());
    return {start, m_mirror->toStory(cursor.selectionEnd()) - start};
}

QString StoryEditor::selectedText() const { return m_mirror->selectedText(textCursor()); }

void StoryEditor::placeCursor(qsizetype place) {
    setTextCursor(cursorAt({std::clamp<qsizetype>(place, 0, m_story.size()), 0}));
}

app::EditingPlace StoryEditor::editingPlace() const {
    return {cursorPlace(), m_mirror->toStory(cursorAtPoint(QPoint(0, 0)).position())};
}

void StoryEditor::setEditingPlace(const app::EditingPlace& place) {
    placeCursor(place.cursor);
    const QTextCursor top = cursorAt({std::clamp<qsizetype>(place.top, 0, m_story.size()), 0});
    // The beginning of the page has its margin above it.
    scrollBy(cursorRect(top).top());
    if (place.top <= 0) {
        verticalScrollBar()->setValue(0);
    }
    noteSight();
}

QTextCursor StoryEditor::cursorAt(const app::TextRange& range) const {
    QTextCursor cursor(document());
    cursor.setPosition(m_mirror->toPage(std::min(range.position, m_story.size())));
    if (range.length > 0) {
        cursor.setPosition(
            m_mirror->toPage(std::min(range.end(), m_story.size()), DocumentMirror::Side::EndOfBlock),
            QTextCursor::KeepAnchor);
    }
    return cursor;
}

void StoryEditor::showRange(const app::TextRange& range) {
    setTextCursor(cursorAt(range));
    reveal(range);
}

QRect StoryEditor::lineRect(qsizetype place) const { return cursorRect(cursorAt({place, 0})); }

app::TextRange StoryEditor::rangeInSight() const {
    const QRect view = viewport()->rect();
    const qsizetype first = m_mirror->toStory(cursorForPosition(view.topLeft()).position());
    const qsizetype last = m_mirror->toStory(cursorForPosition(view.bottomRight()).position());
    return {first, std::max<qsizetype>(last - first, 0)};
}

std::optional<qsizetype> StoryEditor::positionUnder(const QPoint& point) const {
    const QPointF place(point.x() + horizontalScrollBar()->value(), point.y() + verticalScrollBar()->value());
    const QTextBlock block = cursorAtPoint(point).block();
    if (!block.isValid() || block.layout() == nullptr) {
        return std::nullopt;
    }
    const QPointF inside = place - document()->documentLayout()->blockBoundingRect(block).topLeft();
    for (int i = 0; i < block.layout()->lineCount(); ++i) {
        const QTextLine line = block.layout()->lineAt(i);
        const QRectF rect = line.naturalTextRect();
        if (inside.y() >= line.y() && inside.y() < line.y() + line.height() && inside.x() >= rect.left() &&
            inside.x() < rect.right()) {
            const int offset =
                m_ghost->withoutGhost(block, line.xToCursor(inside.x(), QTextLine::CursorOnCharacter));
            return offset < 0 ? std::nullopt : std::optional(m_mirror->toStory(block.position() + offset));
        }
    }
    return std::nullopt;
}

// --- text that comes from the story -------------------------------------------------

void StoryEditor::onFilled() {
    setPageMargins();
    if (m_story.size() == 0) {
        document()->markContentsDirty(
            0, 1); // else Qt leaves an empty page without a line, and so without a caret
    }
    placeCursor(m_before.cursorPosition);
    showGhost();
    for (auto& marks : m_marks) {
        marks.clear();
    }
    showMarks();
}

void StoryEditor::onReset() {
    // Another story: where it goes on is where the writer wants to be.
    moveCursor(QTextCursor::End);
    ensureCursorVisible(); // also lays the text out, so that the end of the page is known
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    noteSight();
}

void StoryEditor::beforeStoryChange(const app::DocumentChange& change) {
    formats().setPaused(true); // the story has changed already; the page not yet
    const QTextCursor cursor = textCursor();
    m_before.cursorPosition = m_mirror->toStory(cursor.position());
    m_before.cursorAnchor = m_mirror->toStory(cursor.anchor());
    const QTextCursor top = cursorAtPoint(QPoint(0, 0));
    m_before.topPosition = m_mirror->toStory(top.position());
    m_before.topOffset = cursorRect(top).top();
    m_before.isAboveView = change.edit.position < m_before.topPosition;
    QTextCursor place(document());
    place.setPosition(m_mirror->toPage(change.edit.position));
    const QRect where = cursorRect(place);
    m_before.follows = where.bottom() > 0 && where.top() < viewport()->height();
}

void StoryEditor::afterStoryChange(const app::DocumentChange& change) {
    formats().setPaused(false);
    const qsizetype position = change.edit.position;
    const qsizetype removed = change.edit.removedLength;
    const qsizetype added = change.edit.inserted.size();
    if (change.source == app::ChangeSource::Generation) {
        // A plain cursor at the place goes along with the text; a selection that touches it does not grow.
        if (m_before.cursorPosition != m_before.cursorAnchor) {
            const auto moved = [&](qsizetype at, bool isEnd) {
                const bool staysBefore = at < position || (at == position && isEnd);
                return m_mirror->toPage(staysBefore ? at : std::max(at, position + removed) + added - removed,
                                        isEnd ? DocumentMirror::Side::EndOfBlock
                                              : DocumentMirror::Side::StartOfNext);
            };
            const bool forward = m_before.cursorPosition > m_before.cursorAnchor;
            QTextCursor cursor = textCursor();
            cursor.setPosition(moved(m_before.cursorAnchor, !forward));
            cursor.setPosition(moved(m_before.cursorPosition, forward), QTextCursor::KeepAnchor);
            if (cursor != textCursor()) {
                const int scroll = verticalScrollBar()->value();
                setTextCursor(cursor);
                verticalScrollBar()->setValue(scroll);
            }
        }
    } else {
        // Undo, redo, paste and commands put the cursor where something happened, as every editor does.
        placeCursor(position + added);
        bringCursorIntoSight();
        return;
    }
    if (m_before.isAboveView && m_before.topPosition < position + removed) {
        reveal({position + added, 0}); // what was in sight has given way to this
    } else if (m_before.isAboveView) {
        // Keeps what is in sight where it is on the screen.
        const QTextCursor first =
            cursorAt({std::max<qsizetype>(m_before.topPosition + added - removed, 0), 0});
        scrollBy(cursorRect(first).top() - m_before.topOffset);
    } else if (m_before.follows) {
        const QTextCursor place = cursorAt({position + added, 0});
        const QRect line = cursorRect(place);
        scrollBy(std::max(0, scrollToClear(line.top(), line.bottom(), viewport()->height())));
    }
}

// --- the page -------------------------------------------------

void StoryEditor::setPageMargins() {
    QTextFrameFormat format = document()->rootFrame()->frameFormat();
    format.setMargin(0);
    // As a typewriter, the first and the last line come to the height of all others.
    const bool isTypewriter = m_focusView->isTypewriter();
    const int height = viewport()->height();
    format.setTopMargin(isTypewriter ? qRound(height * FocusView::kHeight) : kTopMargin);
    format.setBottomMargin(isTypewriter ? qRound(height * (1 - FocusView::kHeight)) : kBottomMargin);
    if (format != document()->rootFrame()->frameFormat()) {
        document()->rootFrame()->setFrameFormat(format); // lays the whole text out
    }
}

void StoryEditor::setTypewriter(bool isOn) {
    m_focusView->setTypewriter(isOn);
    setPageMargins();
    m_focusView->scroll();
    ensureCursorVisible();
}

void StoryEditor::centreColumn() {
    const int available = width() - verticalScrollBar()->sizeHint().width();
    const int side = std::max(kSideMargin, (available - m_typography.columnWidth) / 2);
    setViewportMargins(side, 0, side, 0);
}

} // namespace ui
