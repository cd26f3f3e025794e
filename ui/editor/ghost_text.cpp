#include "ui/editor/ghost_text.h"

#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>

#include <algorithm>

namespace ui {

namespace {

// The lines of a suggestion are lines of the paragraph it stands in.
QString laidOut(QString text) { return text.replace(u'\n', QChar::LineSeparator); }

QTextLayout* layoutOf(const QTextBlock& block) { return block.isValid() ? block.layout() : nullptr; }

} // namespace

GhostText::GhostText(QTextDocument& page, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_place(&page) {
    m_place.setKeepPositionOnInsert(true);
    connect(&page, &QTextDocument::contentsChange, this, &GhostText::onContentsChange);
}

void GhostText::setColour(const QColor& colour) {
    m_colour = colour;
    if (isShown()) {
        put();
    }
}

void GhostText::show(int position, const QString& text) {
    const QString wanted = laidOut(text);
    if (isShown() && position == m_place.position() && wanted == m_text) {
        return;
    }
    const QTextBlock before = m_place.block();
    m_place.setPosition(position);
    if (isShown() && before != m_place.block()) {
        take(before);
    }
    m_text = wanted;
    put();
}

void GhostText::hide() {
    if (isShown()) {
        m_text.clear();
        put();
    }
}

int GhostText::withoutGhost(const QTextBlock& block, int offset) const {
    const int start = m_place.position() - block.position();
    if (!isShown() || block != m_place.block() || offset < start) {
        return offset;
    }
    const auto length = static_cast<int>(m_text.size());
    return offset < start + length ? -1 : offset - length;
}

void GhostText::take(const QTextBlock& block) const {
    QTextLayout* const layout = layoutOf(block);
    if (layout == nullptr || layout->preeditAreaText().isEmpty()) {
        return;
    }
    const int start = layout->preeditAreaPosition();
    const auto length = static_cast<int>(layout->preeditAreaText().size());
    QList<QTextLayout::FormatRange> formats;
    const auto moved = [&](int offset) {
        return offset <= start ? offset : std::max(start, offset - length);
    };
    for (QTextLayout::FormatRange range : layout->formats()) {
        const int end = moved(range.start + range.length);
        range.start = moved(range.start);
        range.length = end - range.start;
        if (range.length > 0) {
            formats.append(range);
        }
    }
    layout->setPreeditArea(-1, QString());
    layout->setFormats(formats);
    m_page.markContentsDirty(block.position(), block.length());
}

void GhostText::put() {
    const QTextBlock block = m_place.block();
    QTextLayout* const layout = layoutOf(block);
    if (layout == nullptr) {
        return;
    }
    take(block);
    if (isShown()) {
        layout->setPreeditArea(m_place.position() - block.position(), m_text);
        format(*layout);
        m_page.markContentsDirty(block.position(), block.length());
    }
}

// The formats are those of the text alone.
void GhostText::format(QTextLayout& layout) const {
    const int start = layout.preeditAreaPosition();
    const auto length = static_cast<int>(m_text.size());
    QList<QTextLayout::FormatRange> formats;
    for (QTextLayout::FormatRange range : layout.formats()) {
        const int end = range.start + range.length;
        if (range.start < start && end > start) { // stands on both sides
            QTextLayout::FormatRange behind = range;
            behind.start = start + length;
            behind.length = end - start;
            formats.append(behind);
            range.length = start - range.start;
        } else if (range.start >= start) {
            range.start += length;
        }
        formats.append(range);
    }
    QTextLayout::FormatRange ghost;
    ghost.start = start;
    ghost.length = length;
    ghost.format.setForeground(m_colour);
    formats.append(ghost);
    layout.setFormats(formats);
}

// The page has changed around it, or its formats were made anew, for a text that has the ghost in it.
void GhostText::onContentsChange() {
    if (!isShown()) {
        return;
    }
    // A paragraph that was parted or joined may have brought it elsewhere.
    const QTextBlock block = m_place.block();
    for (const QTextBlock& near : {block.previous(), block.next()}) {
        take(near);
    }
    put();
}

} // namespace ui
