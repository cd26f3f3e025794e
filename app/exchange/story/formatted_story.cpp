#include "app/exchange/story/formatted_story.h"

#include "app/exchange/story/marks.h"
#include "app/structure/story_line.h"

#include <algorithm>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

const QString kPlainHeadings = QStringLiteral("; plain headings");

bool standsFree(const StoryBlock& block) {
    return block.kind == Kind::Heading || block.kind == Kind::SceneBreak;
}

// Blank lines that are usual between two blocks.
int usualGap(const StoryBlock& before, const StoryBlock& after, const Separation& separation) {
    return separation.kind == Separation::BlankLine || standsFree(before) || standsFree(after) ? 1 : 0;
}

// Most neighbours have an empty paragraph between them.
bool isParted(const QList<FileBlock>& blocks) {
    qsizetype parted = 0, joined = 0;
    for (qsizetype at = 1; at < blocks.size(); ++at) {
        if (blocks[at].block.isBlank())
            continue;
        ++(blocks[at - 1].block.isBlank() ? parted : joined);
    }
    return parted > joined;
}

bool isPlainHeading(const StoryBlock& block) {
    const StoryLine line = readStoryLine(writeMarks(block.runs));
    return line.kind == StoryLine::Kind::Heading && line.level == 0;
}

// Of another program's file, a paragraph "Chapter 3" is meant as such.
StoryBlock withHeading(StoryBlock block) {
    if (block.kind == Kind::Paragraph && isPlainHeading(block)) {
        block.kind = Kind::Heading;
        block.level = 1;
        block.isPlain = true;
    }
    return block;
}

FormattedStory fromForeignBlocks(QList<FileBlock> blocks) {
    while (!blocks.isEmpty() && blocks.last().block.isBlank())
        blocks.removeLast();
    const auto first =
        std::ranges::find_if(blocks, [](const FileBlock& each) { return !each.block.isBlank(); });
    blocks.erase(blocks.cbegin(), first);
    const bool areEmptyOnesUsual = isParted(blocks);
    FormattedStory story;
    const StoryBlock* before = nullptr;
    int empty = 0;
    for (const FileBlock& each : blocks) {
        if (each.block.isBlank()) {
            ++empty;
            continue;
        }
        if (before != nullptr) {
            int gap = areEmptyOnesUsual ? std::max(empty, standsFree(*before) ? 1 : 0) : empty + 1;
            if (each.isTight && empty == 0)
                gap = 0;
            story.blocks.append(QList<StoryBlock>(gap, StoryBlock{Kind::Blank, 0, {}}));
        }
        story.blocks.append(withHeading(each.block));
        before = &each.block;
        empty = 0;
    }
    return story;
}

} // namespace

QString StoryBlock::text() const {
    QString text;
    for (const TextRun& run : runs)
        text += run.text;
    return text;
}

QList<FileBlock> toFileBlocks(const FormattedStory& story) {
    QList<FileBlock> blocks;
    const StoryBlock* before = nullptr;
    int gap = 0;
    for (const StoryBlock& block : story.blocks) {
        if (block.isBlank()) {
            ++gap;
            continue;
        }
        const int usual = before == nullptr ? 0 : usualGap(*before, block, story.separation);
        blocks.append(QList<FileBlock>(std::max(gap - usual, 0), FileBlock{{Kind::Blank, 0, {}}, false}));
        blocks.append({block, gap < usual});
        before = &block;
        gap = 0;
    }
    blocks.append(QList<FileBlock>(gap, FileBlock{{Kind::Blank, 0, {}}, false}));
    return blocks;
}

FormattedStory fromFileBlocks(const QList<FileBlock>& blocks, std::optional<Separation> separation) {
    if (!separation)
        return fromForeignBlocks(blocks);
    FormattedStory story;
    story.separation = *separation;
    const StoryBlock* before = nullptr;
    int headings = 0;
    for (const FileBlock& each : blocks) {
        if (!each.block.isBlank() && before != nullptr && !each.isTight)
            story.blocks.append(QList<StoryBlock>(usualGap(*before, each.block, *separation),
                                                  StoryBlock{Kind::Blank, 0, {}}));
        story.blocks.append(each.block);
        if (each.block.kind == Kind::Heading)
            story.blocks.last().isPlain =
                separation->plainHeadings.contains(headings++) && isPlainHeading(each.block);
        if (!each.block.isBlank())
            before = &each.block;
    }
    return story;
}

QString nameOf(const Separation& separation) {
    QString name =
        separation.kind == Separation::LineEnd ? QStringLiteral("lines") : QStringLiteral("blank lines");
    if (!separation.plainHeadings.isEmpty())
        name += kPlainHeadings;
    for (const int heading : separation.plainHeadings)
        name += u' ' + QString::number(heading);
    return name;
}

std::optional<Separation> separationOf(QStringView name) {
    const qsizetype end = name.indexOf(kPlainHeadings);
    for (const Separation::Kind kind : {Separation::BlankLine, Separation::LineEnd}) {
        Separation separation(kind);
        if ((end < 0 ? name : name.first(end)) != nameOf(separation))
            continue;
        if (end >= 0)
            for (const QStringView number :
                 name.mid(end + kPlainHeadings.size()).split(u' ', Qt::SkipEmptyParts))
                separation.plainHeadings.append(number.toInt());
        return separation;
    }
    return std::nullopt;
}

} // namespace app
