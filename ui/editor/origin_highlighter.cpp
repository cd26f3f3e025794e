#include "ui/editor/origin_highlighter.h"

#include "app/document/document.h"
#include "ui/editor/document_mirror.h"

#include <QTextBlock>

namespace ui {

OriginHighlighter::OriginHighlighter(const app::Document& story, const DocumentMirror& mirror,
                                     BlockFormats& formats)
    : m_story(story)
    , m_mirror(mirror)
    , m_formats(formats) {
    m_formats.setSource(BlockFormats::Layer::Origins, this);
}

OriginHighlighter::~OriginHighlighter() { m_formats.setSource(BlockFormats::Layer::Origins, nullptr); }

void OriginHighlighter::setColours(const Colours& colours) {
    m_generated.setForeground(colours.generatedInk);
    m_edited.setForeground(colours.editedInk);
    if (m_isShown) {
        m_formats.invalidate();
    }
}

void OriginHighlighter::setShown(bool isShown) {
    if (m_isShown != isShown) {
        m_isShown = isShown;
        m_formats.invalidate();
    }
}

void OriginHighlighter::addFormats(const QTextBlock& block, Ranges& ranges) {
    ++m_blocksVisited;
    const qsizetype start = m_mirror.toStory(block.position());
    const qsizetype length = block.length() - 1;
    if (!m_isShown || start + length > m_story.size()) {
        return;
    }
    qsizetype offset = 0;
    for (const app::Span& span : m_story.content().spansOf({start, length})) {
        if (span.origin == app::Origin::Generated || span.origin == app::Origin::Edited) {
            const QTextCharFormat& format = span.origin == app::Origin::Generated ? m_generated : m_edited;
            if (!ranges.isEmpty() && ranges.last().start + ranges.last().length == offset &&
                ranges.last().format == format) {
                ranges.last().length += static_cast<int>(span.length);
            } else {
                ranges.append({static_cast<int>(offset), static_cast<int>(span.length), format});
            }
        }
        offset += span.length;
    }
}

} // namespace ui
