// What QTextEdit asks the layout for: painting, and what is where.
#include "ui/editor/layout/page_layout.h"

#include <QPainter>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextFrame>

#include <algorithm>

namespace ui {

bool PageLayout::isInEdit() const {
    return document()->revision() != m_settledRevision || m_heights.count() != document()->blockCount();
}

int PageLayout::topMargin() const {
    return static_cast<int>(document()->rootFrame()->frameFormat().topMargin());
}

int PageLayout::bottomMargin() const {
    return static_cast<int>(document()->rootFrame()->frameFormat().bottomMargin());
}

QSizeF PageLayout::documentSize() const {
    return {document()->pageSize().width(),
            static_cast<qreal>(topMargin() + m_heights.total() + bottomMargin())};
}

QRectF PageLayout::frameBoundingRect(QTextFrame* /*frame*/) const { return {QPointF(0, 0), documentSize()}; }

QRectF PageLayout::blockBoundingRect(const QTextBlock& block) const {
    if (!block.isValid()) {
        return {};
    }
    // Qt's interface is const, as if all had been laid out before.
    auto& self = const_cast<PageLayout&>(*this);
    const int number = block.blockNumber();
    if (isInEdit()) {
        return {0, static_cast<qreal>(topOf(std::min(number, m_heights.count()))),
                document()->pageSize().width(), static_cast<qreal>(makeLines(block))};
    }
    self.ensureAround(block);
    const QRectF rect(0, topOf(number), document()->pageSize().width(), m_heights[number].height);
    block.layout()->setPosition(rect.topLeft()); // screen readers ask the block itself
    return rect;
}

int PageLayout::hitTest(const QPointF& point, Qt::HitTestAccuracy accuracy) const {
    const int number = m_heights.blockAt(static_cast<int>(point.y()) - topMargin());
    const QTextBlock block = document()->findBlockByNumber(number);
    if (!block.isValid()) {
        return accuracy == Qt::ExactHit ? -1 : 0;
    }
    const QPointF inside = point - blockBoundingRect(block).topLeft();
    const QTextLayout& layout = *block.layout();
    int found = 0;
    while (found + 1 < layout.lineCount() && layout.lineAt(found + 1).y() <= inside.y()) {
        ++found;
    }
    const QTextLine line = layout.lineAt(found);
    if (!line.isValid()) {
        return accuracy == Qt::ExactHit ? -1 : block.position();
    }
    if (accuracy == Qt::ExactHit && !line.naturalTextRect().contains(inside)) {
        return -1;
    }
    // Above the first line is its beginning, below the last one its end, as in every editor.
    int place =
        inside.y() < 0 ? 0
        : number == m_heights.count() - 1 && inside.y() >= m_heights[number].height
            ? line.textStart() + line.textLength()
            : line.xToCursor(inside.x(), accuracy == Qt::ExactHit ? QTextLine::CursorOnCharacter
                                                                  : QTextLine::CursorBetweenCharacters);
    // What an input method is composing is no part of the text.
    if (const int composed = layout.preeditAreaPosition(); composed >= 0 && place > composed) {
        place = std::max<int>(place - static_cast<int>(layout.preeditAreaText().size()), composed);
    }
    return block.position() + place;
}

void PageLayout::draw(QPainter* painter, const PaintContext& context) {
    if (isInEdit()) {
        return; // painted when it is complete
    }
    const Work work(*this);
    const QRectF clip = context.clip.isValid() ? context.clip : QRectF(QPointF(0, 0), documentSize());
    int number = m_heights.blockAt(static_cast<int>(clip.top()) - topMargin());
    for (QTextBlock block = document()->findBlockByNumber(number);
         block.isValid() && topOf(number) <= clip.bottom(); block = block.next()) {
        ensure(block, number, true);
        block.layout()->setPosition(QPointF(0, topOf(number)));
        drawBlock(*painter, block, context);
        ++number;
    }
}

void PageLayout::drawBlock(QPainter& painter, const QTextBlock& block, const PaintContext& context) const {
    QTextLayout& layout = *block.layout();
    const int begin = block.position();
    const int end = begin + block.length();
    QList<QTextLayout::FormatRange> selected;
    for (const Selection& selection : context.selections) {
        QTextLayout::FormatRange range;
        range.format = selection.format;
        if (selection.cursor.hasSelection()) {
            range.start = selection.cursor.selectionStart() - begin;
            range.length = selection.cursor.selectionEnd() - selection.cursor.selectionStart();
            if (range.start >= block.length() || range.start + range.length <= 0) {
                continue;
            }
        } else if (selection.format.boolProperty(QTextFormat::FullWidthSelection) &&
                   block.contains(selection.cursor.position())) {
            // A cursor alone stands for its line.
            const QTextLine line = layout.lineForTextPosition(selection.cursor.position() - begin);
            range.start = line.textStart();
            range.length =
                line.textLength() + (range.start + line.textLength() == block.length() - 1 ? 1 : 0);
        } else {
            continue;
        }
        selected.append(range);
    }
    painter.setPen(context.palette.color(QPalette::Text));
    layout.draw(&painter, QPointF(0, 0), selected, context.clip);
    // Qt says where the cursor is inside of what an input method is composing by a negative number.
    const int cursor = context.cursorPosition < -1
                           ? layout.preeditAreaPosition() - (context.cursorPosition + 2)
                           : context.cursorPosition - begin;
    const bool isHere = context.cursorPosition < -1
                            ? !layout.preeditAreaText().isEmpty()
                            : context.cursorPosition >= begin && context.cursorPosition < end;
    if (isHere) {
        layout.drawCursor(&painter, QPointF(0, 0), cursor, m_cursorWidth);
    }
}

} // namespace ui
