// origin_highlighter.h: colours the words of the model, and the writer's words inside them, paragraph by
// paragraph. Only paragraphs that changed are looked at; the document's own formats stay untouched.
// Threads: GUI thread only.
#pragma once

#include "ui/theme/colours.h"

#include <QSyntaxHighlighter>

namespace app {
class Document;
}

namespace ui {

class DocumentMirror;

class OriginHighlighter : public QSyntaxHighlighter {
    Q_OBJECT

public:
    OriginHighlighter(const app::Document& story, const DocumentMirror& mirror, QTextDocument* view);

    void setColours(const Colours& colours);
    void setShown(bool isShown);
    // Paragraphs looked at since the start; tests hold keystrokes to it.
    [[nodiscard]] qint64 blocksVisited() const { return m_blocksVisited; }

protected:
    void highlightBlock(const QString& text) override;

private:
    const app::Document& m_story;
    const DocumentMirror& m_mirror;
    QTextCharFormat m_generated;
    QTextCharFormat m_edited;
    bool m_isShown = true;
    qint64 m_blocksVisited = 0;
};

} // namespace ui
