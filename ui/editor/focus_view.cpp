#include "ui/editor/focus_view.h"

#include "app/document/document.h"
#include "app/document/sentences.h"
#include "ui/editor/document_mirror.h"
#include "ui/editor/story_editor.h"

#include <QAbstractTextDocumentLayout>
#include <QGuiApplication>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextLayout>

#include <algorithm>
#include <utility>

namespace ui {

FocusView::FocusView(StoryEditor& editor, const app::Document& story)
    : QObject(&editor)
    , m_editor(editor)
    , m_story(story) {
    connect(&editor, &QTextEdit::cursorPositionChanged, this, &FocusView::follow);
    connect(&editor, &QTextEdit::textChanged, this, &FocusView::follow);
}

void FocusView::setRange(FocusRange range) {
    if (std::exchange(m_range, range) == range)
        return;
    m_lit = lit();
    emit changed();
}

void FocusView::setTypewriter(bool isOn) {
    m_isTypewriter = isOn;
    scroll();
}

void FocusView::follow() {
    if (m_range != FocusRange::Off) {
        if (const auto now = lit(); now != m_lit) {
            m_lit = now;
            emit changed();
        }
    }
    // A mouse that selects would lose what it is over.
    if (QGuiApplication::mouseButtons() == Qt::NoButton)
        scroll();
}

std::optional<app::TextRange> FocusView::lit() const {
    switch (m_range) {
    case FocusRange::Off: break;
    case FocusRange::Line: return lineAt();
    case FocusRange::Sentence: return app::sentenceAt(m_story.text(), m_editor.cursorPlace());
    case FocusRange::Paragraph: return paragraphAt();
    }
    return std::nullopt;
}

app::TextRange FocusView::lineAt() const {
    const QTextCursor cursor = m_editor.textCursor();
    const QTextBlock block = cursor.block();
    const QTextLine line = block.layout() != nullptr
                               ? block.layout()->lineForTextPosition(cursor.positionInBlock())
                               : QTextLine();
    const int from = block.position() + (line.isValid() ? line.textStart() : 0);
    const int length = line.isValid() ? line.textLength() : block.length() - 1;
    const qsizetype start = m_editor.mirror().toStory(from);
    return {start, m_editor.mirror().toStory(from + length) - start};
}

app::TextRange FocusView::paragraphAt() const {
    const DocumentMirror& mirror = m_editor.mirror();
    QTextBlock first = m_editor.textCursor().block();
    QTextBlock last = first;
    while (mirror.continuesParagraph(first))
        first = first.previous();
    while (last.next().isValid() && mirror.continuesParagraph(last.next()))
        last = last.next();
    const qsizetype start = mirror.toStory(first.position());
    return {start, mirror.toStory(last.position() + last.length() - 1) - start};
}

QList<QTextEdit::ExtraSelection> FocusView::dimmed(const QColor& ink) const {
    QList<QTextEdit::ExtraSelection> parts;
    const auto add = [&](int from, int to) {
        if (from >= to)
            return;
        QTextEdit::ExtraSelection part;
        part.cursor = QTextCursor(m_editor.document());
        part.cursor.setPosition(from);
        part.cursor.setPosition(to, QTextCursor::KeepAnchor);
        part.format.setForeground(ink);
        parts.append(part);
    };
    if (const auto range = lit()) {
        const Blocks blocks = blocksOf(*range);
        add(0, blocks.first.position());
        add(blocks.last.position() + blocks.last.length(), m_editor.document()->characterCount() - 1);
    }
    return parts;
}

FocusView::Blocks FocusView::blocksOf(const app::TextRange& lit) const {
    const DocumentMirror& mirror = m_editor.mirror();
    const QTextDocument& page = *m_editor.document();
    return {page.findBlock(mirror.toPage(lit.position)),
            page.findBlock(mirror.toPage(lit.end(), DocumentMirror::Side::EndOfBlock))};
}

void FocusView::paint(const Colours& colours) const {
    const auto range = lit();
    if (!range || m_range == FocusRange::Paragraph)
        return;
    const int from = m_editor.mirror().toPage(range->position);
    const int to = m_editor.mirror().toPage(range->end(), DocumentMirror::Side::EndOfBlock);
    const QRect view = m_editor.viewport()->rect();
    const QAbstractTextDocumentLayout& layout = *m_editor.document()->documentLayout();
    const Blocks blocks = blocksOf(*range);
    QRegion dimmed;
    for (QTextBlock block = blocks.first; block.isValid(); block = block.next()) {
        const QRectF place =
            layout.blockBoundingRect(block).translated(0, -m_editor.verticalScrollBar()->value());
        QRegion dark(QRect(view.left(), qFloor(place.top()), view.width(), qCeil(place.height())) & view);
        for (int i = 0; i < block.layout()->lineCount(); ++i) {
            const QTextLine line = block.layout()->lineAt(i);
            const int first = std::max(from - block.position(), line.textStart());
            const int last = std::min(to - block.position(), line.textStart() + line.textLength());
            if (first >= last)
                continue;
            const double left = std::min(line.cursorToX(first), line.cursorToX(last));
            const double right = std::max(line.cursorToX(first), line.cursorToX(last));
            dark -= QRect(qFloor(place.left() + left), qFloor(place.top() + line.y()),
                          qCeil(right - left) + 2, qCeil(line.height()));
        }
        dimmed += dark;
        if (block == blocks.last)
            break;
    }
    // As much of the page as makes the ink the dimmed one.
    const double ink = colours.ink.lightnessF(), page = colours.page.lightnessF();
    QColor veil = colours.page;
    veil.setAlphaF(static_cast<float>((colours.dimmedInk.lightnessF() - ink) / (page - ink)));
    QPainter painter(m_editor.viewport());
    for (const QRect& part : dimmed)
        painter.fillRect(part, veil);
}

void FocusView::scroll() {
    if (!m_isTypewriter)
        return;
    QScrollBar* const bar = m_editor.verticalScrollBar();
    const int wanted = static_cast<int>(m_editor.viewport()->height() * kHeight);
    bar->setValue(bar->value() + m_editor.cursorRect().center().y() - wanted);
}

} // namespace ui
