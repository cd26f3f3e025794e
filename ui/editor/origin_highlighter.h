// origin_highlighter.h: colours the words of the model, and the writer's words inside them, in the blocks
// that are in sight (layout/block_formats.h); the document's own formats stay untouched.
// Threads: GUI thread only.
#pragma once

#include "ui/editor/layout/block_formats.h"
#include "ui/theme/colours.h"

#include <QTextCharFormat>

namespace app {
class Document;
}

namespace ui {

class DocumentMirror;

class OriginHighlighter : public BlockFormatSource {
public:
    OriginHighlighter(const app::Document& story, const DocumentMirror& mirror, BlockFormats& formats);
    ~OriginHighlighter() override;

    void setColours(const Colours& colours);
    void setShown(bool isShown);
    // Blocks looked at since the start; tests hold keystrokes to it.
    [[nodiscard]] qint64 blocksVisited() const { return m_blocksVisited; }

    void addFormats(const QTextBlock& block, Ranges& ranges) override;

private:
    const app::Document& m_story;
    const DocumentMirror& m_mirror;
    BlockFormats& m_formats;
    QTextCharFormat m_generated;
    QTextCharFormat m_edited;
    bool m_isShown = true;
    qint64 m_blocksVisited = 0;
};

} // namespace ui
