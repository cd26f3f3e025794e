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
    , m_place(&page)
    , m_laidOutAt(&page) {
    m_place.setKeepPositionOnInsert(true);
    m_laidOutAt.setKeepPositionOnInsert(true);
    connect(&page, &QTextDocument::contentsChange, this, [this] { m_isTelling = true; });
    connect(&page, &QTextDocument::contentsChanged, this, &GhostText::onContentsChanged);
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
    m_place.setPosition(position);
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

void GhostText::take() {
    // A paragraph that was parted or joined may have left it in the one beside.
    const QTextBlock block = m_laidOutAt.block();
    for (const QTextBlock& near : {block.previous(), block, block.next()}) {
        QTextLayout* const layout = layoutOf(near);
        if (m_isLaidOut && layout != nullptr && !layout->preeditAreaText().isEmpty()) {
            layout->setPreeditArea(-1, QString());
            m_page.markContentsDirty(near.position(), near.length());
        }
    }
    m_isLaidOut = false;
}

void GhostText::put() {
    if (m_isTelling) {
        return; // onContentsChanged() does it
    }
    take();
    const QTextBlock block = m_place.block();
    QTextLayout* const layout = layoutOf(block);
    if (!isShown() || layout == nullptr) {
        return;
    }
    QTextLayout::FormatRange ghost;
    ghost.start = m_place.position() - block.position();
    ghost.length = static_cast<int>(m_text.size());
    ghost.format.setForeground(m_colour);
    layout->setPreeditArea(ghost.start, m_text);
    layout->setFormats({ghost}); // the others join it when the block is laid out (BlockFormats)
    m_page.markContentsDirty(block.position(), block.length());
    m_laidOutAt.setPosition(m_place.position());
    m_isLaidOut = true;
}

// The page has changed around it. In the middle of a change Qt would forget it.
void GhostText::onContentsChanged() {
    m_isTelling = false;
    const QTextBlock block = m_place.block();
    const QTextLayout* const layout = layoutOf(block);
    const bool isAsWanted = isShown()
                                ? m_isLaidOut && layout != nullptr && layout->preeditAreaText() == m_text &&
                                      layout->preeditAreaPosition() == m_place.position() - block.position()
                                : !m_isLaidOut;
    if (!isAsWanted) {
        put();
    }
}

} // namespace ui
