// What part of the page is in sight, and what is painted there besides the text.
#include "ui/editor/break_alignment.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/focus_view.h"
#include "ui/editor/layout/page_layout.h"
#include "ui/editor/scroll_margin.h"
#include "ui/editor/story_editor.h"

#include <QScrollBar>

#include <algorithm>

namespace ui {

namespace {

constexpr qsizetype kMostMarks = 800;  // of a kind, painted at a time; a common letter has thousands nearby
constexpr qsizetype kMarksAbove = 200; // of these, above what is in sight

} // namespace

// --- marks -------------------------------------------------

bool StoryEditor::hasMarks() const {
    return std::any_of(m_marks.begin(), m_marks.end(), [](const auto& ranges) { return !ranges.isEmpty(); });
}

// Those in sight, and a screen more on both sides.
void StoryEditor::showMarks() {
    m_areMarksOld = false;
    QList<ExtraSelection> selections = m_focusView->dimmed(m_colours.dimmedInk);
    const bool isAny = hasMarks();
    const int height = viewport()->height();
    const auto placeAt = [this](int y) {
        return m_mirror->toStory(cursorForPosition(QPoint(0, y)).position());
    };
    m_marked.position = isAny ? placeAt(-height) : 0;
    m_marked.length = isAny ? placeAt(2 * height) - m_marked.position : m_story.size();
    const QColor grounds[] = {
        m_colours.lookMarks[0], m_colours.lookMarks[1], m_colours.lookMarks[2], m_colours.matchMark,
        m_colours.lockMark,     m_colours.hoverMark,    m_colours.lockMark,     QColor()};
    const qsizetype top = isAny ? placeAt(0) : 0;
    for (std::size_t mark = 0; mark < m_marks.size(); ++mark) {
        const QList<app::TextRange>& ranges = m_marks[mark];
        const auto firstFrom = [&ranges](qsizetype place) {
            return std::lower_bound(
                       ranges.begin(), ranges.end(), place,
                       [](const app::TextRange& range, qsizetype at) { return range.end() < at; }) -
                   ranges.begin();
        };
        const qsizetype wanted = firstFrom(m_marked.position);
        const qsizetype first = std::max(wanted, firstFrom(top) - kMarksAbove);
        const qsizetype end = std::min(first + kMostMarks, firstFrom(m_marked.end() + 1));
        for (const app::TextRange& range : ranges.mid(first, end - first)) {
            if (range.length <= 0 || range.end() > m_story.size()) {
                continue;
            }
            ExtraSelection selection;
            selection.cursor = cursorAt(range);
            if (isBehindGhost(selection.cursor)) {
                continue; // Qt would paint it beside its word
            }
            selection.cursor.setKeepPositionOnInsert(true); // text that goes on behind a word is not the word
            if (mark == static_cast<std::size_t>(Mark::Misspelled)) {
                // Drawn by the widget, so that nothing is laid out anew when a verdict comes.
                selection.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
                selection.format.setUnderlineColor(m_colours.warningInk);
            } else {
                selection.format.setBackground(grounds[mark]);
            }
            selections.append(selection);
        }
        if (first > wanted) {
            m_marked = {ranges[first].position, m_marked.end() - ranges[first].position};
        }
        if (end == first + kMostMarks && end < ranges.size()) {
            m_marked.length = ranges[end].position - m_marked.position;
        }
    }
    setExtraSelections(selections);
}

// --- what is in sight -------------------------------------------------

void StoryEditor::reveal(const app::TextRange& range) {
    const QRect place = cursorRect(cursorAt({range.position, 0}));
    const int height = viewport()->height();
    const bool isInSight = place.top() >= 0 && place.bottom() <= height;
    scrollBy(isInSight ? scrollToClear(place.top(), place.bottom(), height)
                       : place.center().y() - height / 3);
}

void StoryEditor::bringCursorIntoSight() {
    ensureCursorVisible(); // also lays out as much of the text as that takes
    const QRect place = cursorRect();
    scrollBy(scrollToClear(place.top(), place.bottom(), viewport()->height()));
}

void StoryEditor::scrollBy(int pixels) {
    verticalScrollBar()->setValue(verticalScrollBar()->value() + pixels);
}

StoryEditor::Sight StoryEditor::sight() const {
    Sight sight;
    sight.top = cursorForPosition(QPoint(0, 0));
    sight.topOffset = cursorRect(sight.top).top();
    sight.isAtBeginning = verticalScrollBar()->value() == 0;
    sight.isCursorInSight = m_isCursorInSight;
    return sight;
}

void StoryEditor::restore(const Sight& sight) {
    if (sight.isAtBeginning) {
        verticalScrollBar()->setValue(0);
    } else {
        scrollBy(cursorRect(sight.top).top() - sight.topOffset);
    }
    // A bar that opens below, or a smaller window, must not cover the line that is being written.
    if (sight.isCursorInSight) {
        bringCursorIntoSight();
    }
    noteSight();
}

void StoryEditor::resizeEvent(QResizeEvent* event) {
    const Sight before = sight();
    m_layout->setView(verticalScrollBar()->value(), viewport()->height());
    centreColumn();
    QTextEdit::resizeEvent(event);
    m_alignment->onLinesChanged();
    restore(before);
    if (m_focusView->isTypewriter()) {
        setPageMargins();
        m_focusView->scroll();
    }
}

void StoryEditor::paintEvent(QPaintEvent* event) {
    m_layout->prepareView();
    QTextEdit::paintEvent(event);
    m_focusView->paint(m_colours);
}

void StoryEditor::onScrolled() {
    m_layout->setView(verticalScrollBar()->value(), viewport()->height());
    noteSight();
    const auto placeAt = [this](int y) {
        return m_mirror->toStory(cursorForPosition(QPoint(0, y)).position());
    };
    if (hasMarks() && !m_areMarksOld &&
        (placeAt(0) < m_marked.position || placeAt(viewport()->height()) > m_marked.end())) {
        showMarks();
    }
}

void StoryEditor::noteSight() { m_isCursorInSight = viewport()->rect().intersects(cursorRect()); }

} // namespace ui
