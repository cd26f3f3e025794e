#include "ui/editor/break_alignment.h"

#include "app/document/characters.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/story_editor.h"

#include <QAbstractTextDocumentLayout>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextBoundaryFinder>
#include <QTextLayout>

#include <algorithm>

namespace ui {

namespace {

constexpr int kPauseMs = 150;
constexpr int kSmallBlock =
    DocumentMirror::kLongestBlock / 4; // what two blocks together should not fall below
constexpr int kLongestWord = 200;

// How much of `text` a line breaker would put on the line before if it could.
qreal widthOfBeginning(QStringView text, bool isAfterSpace, const QFontMetricsF& metrics, qreal lineWidth) {
    const QStringView part = text.first(std::min<qsizetype>(text.size(), kLongestWord));
    QTextBoundaryFinder finder(QTextBoundaryFinder::Line, part.data(), part.size());
    const qsizetype word = finder.toNextBoundary();
    const qreal width =
        word > 0 ? metrics.horizontalAdvance(part.first(word).trimmed().toString()) : lineWidth;
    const qreal space = isAfterSpace ? metrics.horizontalAdvance(u' ') : 0;
    if (width < lineWidth) {
        return width + space;
    }
    // Longer than a line: it may be parted anywhere.
    return space + metrics.horizontalAdvance(part.first(app::characterEnd(part, 1)).toString());
}

} // namespace

BreakAlignment::BreakAlignment(StoryEditor& editor, DocumentMirror& mirror)
    : QObject(&editor)
    , m_editor(editor)
    , m_mirror(mirror) {
    m_soon.setSingleShot(true);
    m_soon.setInterval(0);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_soon, &QTimer::timeout, this, &BreakAlignment::breakChanged);
    connect(&m_pause, &QTimer::timeout, this, &BreakAlignment::align);
    connect(editor.document(), &QTextDocument::contentsChange, this,
            [this](int position, int removed, int added) { noteChange(position, removed, added); });
    connect(editor.verticalScrollBar(), &QScrollBar::valueChanged, this, &BreakAlignment::wake);
    wake();
}

void BreakAlignment::wake() {
    if (m_mirror.breaks().count() > 0) {
        m_pause.start();
    }
}

void BreakAlignment::onLinesChanged() {
    m_settled.clear();
    wake();
}

void BreakAlignment::noteChange(int position, int removed, int added) {
    if (m_changedTo < 0) {
        m_changedFrom = position;
        m_changedTo = position + added;
    } else {
        m_changedFrom = std::min(m_changedFrom, position);
        m_changedTo = std::max(m_changedTo + std::max(added - removed, 0), position + added);
    }
    if (!m_isAligning) {
        m_settled.clear();
    }
    const QTextBlock block = m_editor.document()->findBlock(position);
    if (block.length() - 1 > DocumentMirror::kLongestBlock) {
        m_soon.start(); // not now: Qt is in the middle of the change
    }
    wake();
}

void BreakAlignment::breakChanged() {
    if (m_changedTo >= 0) {
        m_mirror.breakLongBlocks(m_changedFrom, m_changedTo - m_changedFrom);
        m_changedTo = -1;
    }
}

int BreakAlignment::betterPlace(const QTextBlock& block) const {
    const int place = block.position() + block.length() - 1;
    const QTextBlock next = block.next();
    const int together = block.length() + next.length();
    if (block.length() == 1 || next.length() == 1 || together < kSmallBlock) {
        return -1;
    }
    m_editor.document()->documentLayout()->blockBoundingRect(block); // lays it out if need be
    const QTextLayout* const layout = block.layout();
    if (layout == nullptr || layout->lineCount() == 0) {
        return place;
    }
    const QTextLine last = layout->lineAt(layout->lineCount() - 1);
    const qreal room = last.width() - last.naturalTextWidth();
    const QFontMetricsF metrics(m_editor.document()->defaultFont());
    if (widthOfBeginning(next.text(), block.text().back().isSpace(), metrics, last.width()) > room) {
        return place; // the line is full: nothing is to be seen of the break
    }
    if (last.textStart() == 0) {
        return together < DocumentMirror::kLongestBlock ? -1 : place;
    }
    return block.position() + last.textStart();
}

void BreakAlignment::align() {
    breakChanged();
    if (m_mirror.breaks().count() == 0) {
        return;
    }
    // A screen more on both sides, so that nothing moves before the writer's eyes when the page is scrolled.
    const int height = m_editor.viewport()->height();
    const int from = m_editor.cursorForPosition(QPoint(0, -height)).position();
    const int to = m_editor.cursorForPosition(QPoint(0, 2 * height)).position();
    const QTextCursor top = m_editor.cursorForPosition(QPoint(0, 0));
    const int topBefore = m_editor.cursorRect(top).top();
    const QScopedValueRollback aligning(m_isAligning, true);
    bool isMoved = false;
    const QList<qsizetype> places = m_mirror.breaks().places();
    for (auto place = std::lower_bound(places.begin(), places.end(), from);
         place != places.end() && *place <= to; ++place) {
        const int at = static_cast<int>(*place);
        if (m_settled.contains(place - places.begin())) {
            continue;
        }
        const int better = betterPlace(m_editor.document()->findBlock(at));
        if (better != at) {
            m_mirror.moveBreak(at, better);
            m_settled.insert(place - places.begin());
            isMoved = true;
            if (better < 0) {
                m_settled.clear();
                break; // the places behind it are others now; the change wakes this again
            }
        }
    }
    if (isMoved) {
        const int moved = m_editor.cursorRect(top).top() - topBefore; // asking may scroll
        QScrollBar* const bar = m_editor.verticalScrollBar();
        bar->setValue(bar->value() + moved);
    }
}

} // namespace ui
