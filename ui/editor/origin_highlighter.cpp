#include "ui/editor/origin_highlighter.h"

#include "app/document/document.h"
#include "ui/editor/document_mirror.h"

#include <QTextBlock>

namespace ui {

OriginHighlighter::OriginHighlighter(const app::Document& story, const DocumentMirror& mirror,
                                     QTextDocument* view)
    : QSyntaxHighlighter(view)
    , m_story(story)
    , m_mirror(mirror) {}

void OriginHighlighter::setColours(const Colours& colours) {
    m_generated.setForeground(colours.generatedInk);
    m_edited.setForeground(colours.editedInk);
    if (m_isShown) {
        rehighlight();
    }
}

void OriginHighlighter::setShown(bool isShown) {
    if (m_isShown != isShown) {
        m_isShown = isShown;
        rehighlight();
    }
}

void OriginHighlighter::highlightBlock(const QString& text) {
    ++m_blocksVisited;
    const qsizetype start = m_mirror.toStory(currentBlock().position());
    if (!m_isShown || start + text.size() > m_story.size()) {
        return;
    }
    qsizetype offset = 0;
    for (const app::Span& span : m_story.content().spansOf({start, text.size()})) {
        if (span.origin == app::Origin::Generated) {
            setFormat(static_cast<int>(offset), static_cast<int>(span.length), m_generated);
        } else if (span.origin == app::Origin::Edited) {
            setFormat(static_cast<int>(offset), static_cast<int>(span.length), m_edited);
        }
        offset += span.length;
    }
}

} // namespace ui
