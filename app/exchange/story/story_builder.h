// story_builder.h: what readers of files put their blocks and words into.
// Threads: a value; one at a time.
#pragma once

#include "app/exchange/story/formatted_story.h"

namespace app {

// What a file holds that a text cannot.
struct LeftOut {
    int pictures = 0;
    int footnotes = 0;
    int comments = 0;
    int deletions = 0; // passages that a tracked change takes out
    int chapters = 0;  // of a book, that could not be read

    bool operator==(const LeftOut&) const = default;
    // "3 pictures and 2 footnotes were left out." or empty.
    [[nodiscard]] QString sentence() const;
};

struct ImportedStory {
    FormattedStory story;
    LeftOut leftOut;
};

class StoryBuilder {
public:
    // Ends the block before, which becomes an empty paragraph if it has no words. A block inside of another
    // (a paragraph in an item of a list) takes its place while that has none.
    void beginBlock(StoryBlock::Kind kind, int level = 0, bool isTight = false);
    // Words before any block begin a paragraph.
    void addText(QStringView text, bool isEmphasis, bool isStrong);
    // Goes on in a new line, which is a paragraph of its own without a blank line before it.
    void breakLine();
    // `keepsEmpty`: an empty block is an empty paragraph; else it is nothing, as in HTML.
    void endBlock(bool keepsEmpty);
    // The open block has some signs and neither letters nor numbers: centred, it parts two scenes.
    [[nodiscard]] bool looksLikeSceneBreak() const;
    // What stands in the open block is the form of a scene break.
    void endAsSceneBreak();
    void addSceneBreak(const QString& form = {}, bool isTight = false);
    [[nodiscard]] bool isInBlock() const { return m_isInBlock; }
    [[nodiscard]] bool hasText() const { return !m_block.block.runs.isEmpty(); }
    [[nodiscard]] bool endsInSpace() const;
    void trimEnd(); // of the open block

    [[nodiscard]] FormattedStory finish(std::optional<Separation> separation);

private:
    QList<FileBlock> m_blocks;
    FileBlock m_block;
    bool m_isInBlock = false;
};

} // namespace app
