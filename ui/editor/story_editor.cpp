#include "ui/editor/story_editor.h"

#include "ui/editor/break_alignment.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/focus_view.h"
#include "ui/editor/origin_highlighter.h"
#include "ui/editor/word_counter.h"

#include <QAbstractTextDocumentLayout>
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
    , m_alignment(new BreakAlignment(*this, *m_mirror))
    , m_words(new WordCounter(
          *document(), this, [this](const QTextBlock& block) { return m_mirror->continuesParagraph(block); }))
    , m_highlighter(new OriginHighlighter(story, *m_mirror, document()))
    , m_focusView(new FocusView(*this, story)) {
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
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &StoryEditor::editingPlaceChanged);
    connect(this, &QTextEdit::cursorPositionChanged, this, &StoryEditor::editingPlaceChanged);
    connect(this, &QTextEdit::cursorPositionChanged, this, [this] {
        noteSight();
        if (marks(Mark::Match).size() > kMostMarks) {
            showMarks();
        }
    });
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
    showMarks();
}

void StoryEditor::setTypography(const Typography& typography) {
    // A new style sheet gives every widget the application's font again, so what was set last need not be
    // what is there.
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
    QList<ExtraSelection> selections = m_focusView->dimmed(m_colours.dimmedInk);
    const qsizetype end = m_story.size();
    const QColor grounds[] = {m_colours.matchMark, m_colours.lockMark, m_colours.hoverMark,
                              m_colours.lockMark};
    for (std::size_t mark = 0; mark < m_marks.size(); ++mark) {
        const QList<app::TextRange>& ranges = m_marks[mark];
        const auto near =
            std::lower_bound(ranges.begin(), ranges.end(), cursorPlace(),
                             [](const app::TextRange& range, qsizetype at) { return range.position < at; });
        const qsizetype first = std::max<qsizetype>(0, (near - ranges.begin()) - kMostMarks / 2);
        for (const app::TextRange& range : ranges.mid(first, kMostMarks)) {
            if (range.length <= 0 || range.end() > end) {
                continue;
            }
            ExtraSelection selection;
            selection.cursor = cursorAt(range);
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
    return {cursorPlace(), m_mirror->toStory(cursorForPosition(QPoint(0, 0)).position())};
}

void StoryEditor::setEditingPlace(const app::EditingPlace& place) {
    placeCursor(place.cursor);
    const QTextCursor top = cursorAt({std::clamp<qsizetype>(place.top, 0, m_story.size()), 0});
    // The beginning of the page has its margin above it.
    verticalScrollBar()->setValue(place.top <= 0 ? 0 : verticalScrollBar()->value() + cursorRect(top).top());
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

void StoryEditor::reveal(const app::TextRange& range) {
    const QRect place = cursorRect(cursorAt({range.position, 0}));
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
            return m_mirror->toStory(block.position() +
                                     line.xToCursor(inside.x(), QTextLine::CursorOnCharacter));
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
    const QTextCursor cursor = textCursor();
    m_before.cursorPosition = m_mirror->toStory(cursor.position());
    m_before.cursorAnchor = m_mirror->toStory(cursor.anchor());
    const QTextCursor top = cursorForPosition(QPoint(0, 0));
    m_before.topPosition = m_mirror->toStory(top.position());
    m_before.topOffset = cursorRect(top).top();
    m_before.isAboveView = change.edit.position < m_before.topPosition;
    // The story has changed already; the page not yet.
    QTextCursor place(document());
    place.setPosition(m_mirror->toPage(change.edit.position));
    const QRect where = cursorRect(place);
    m_before.follows = where.bottom() > 0 && where.top() < viewport()->height();
}

void StoryEditor::afterStoryChange(const app::DocumentChange& change) {
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
        return;
    }
    QScrollBar* const bar = verticalScrollBar();
    if (m_before.isAboveView && m_before.topPosition < position + removed) {
        reveal({position + added, 0}); // what was in sight has given way to this
    } else if (m_before.isAboveView) {
        // Keeps what is in sight where it is on the screen.
        const QTextCursor first =
            cursorAt({std::max<qsizetype>(m_before.topPosition + added - removed, 0), 0});
        bar->setValue(bar->value() + cursorRect(first).top() - m_before.topOffset);
    } else if (m_before.follows) {
        const QTextCursor place = cursorAt({position + added, 0});
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

void StoryEditor::resizeEvent(QResizeEvent* event) {
    const bool wasInSight = m_isCursorInSight;
    centreColumn();
    QTextEdit::resizeEvent(event);
    m_alignment->onLinesChanged();
    // A bar that opens below, or a smaller window, must not cover the line that is being written.
    if (wasInSight) {
        ensureCursorVisible();
    }
    if (m_focusView->isTypewriter()) {
        setPageMargins();
        m_focusView->scroll();
    }
    noteSight();
}

void StoryEditor::noteSight() { m_isCursorInSight = viewport()->rect().intersects(cursorRect()); }

} // namespace ui
