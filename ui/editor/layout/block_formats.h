// block_formats.h: the one place where everything comes together that makes words of the page look otherwise
// than its own ink: who wrote them, what is out of focus, what is misspelt. Each of these is a source; a
// block asks them when it comes into sight, never before, so none of them costs more in a long novel. The
// text document's own formats stay untouched. Grounds that follow the mouse or a search are extra selections
// of the editor instead (StoryEditor::setMarks): they cost no new layout.
// Threads: GUI thread only.
#pragma once

#include <QList>
#include <QObject>
#include <QTextLayout>

#include <array>

class QTextBlock;

namespace ui {

class BlockFormatSource {
public:
    using Ranges = QList<QTextLayout::FormatRange>;

    BlockFormatSource() = default;
    virtual ~BlockFormatSource() = default;
    Q_DISABLE_COPY_MOVE(BlockFormatSource)

    // Adds the formats of a block; places are units from its beginning. Must not change the text document.
    // Formats that make letters larger are not for this: blocks out of sight are measured without them.
    virtual void addFormats(const QTextBlock& block, Ranges& ranges) = 0;
};

class BlockFormats : public QObject {
    Q_OBJECT

public:
    // Where several sources say something of the same words, a later layer wins; what it leaves open stays.
    enum class Layer { Origins, Spelling, Focus };

    using QObject::QObject;

    // The source is the caller's and must take itself out before it goes (nullptr).
    void setSource(Layer layer, BlockFormatSource* source);
    // To be called by a source when it would say something else, of the blocks at these units of the page or
    // of all. Of blocks whose text has changed it is asked anyway.
    void invalidate(int position, int length);
    void invalidate();
    // While the story is ahead of the page, its places are not those of the page: nobody is asked.
    void setPaused(bool isPaused) { m_isPaused = isPaused; }
    [[nodiscard]] bool isPaused() const { return m_isPaused; }

    [[nodiscard]] BlockFormatSource::Ranges of(const QTextBlock& block) const;

signals:
    void invalidated(int position, int length);

private:
    std::array<BlockFormatSource*, 3> m_sources{};
    bool m_isPaused = false;
};

} // namespace ui
