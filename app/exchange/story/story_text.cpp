#include "app/exchange/story/story_text.h"

#include "app/exchange/story/marks.h"
#include "app/structure/story_line.h"

#include <QTextBoundaryFinder>

#include <algorithm>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

constexpr qsizetype kLongestTitle = 40;

// Levels of headings by their words alone are given when the whole story is known.
StoryBlock readLine(QStringView text, const StoryLine& line) {
    const QList<TextRun> runs = readMarks(text.mid(line.content));
    switch (line.kind) {
    case StoryLine::Kind::Blank: return {Kind::Blank, 0, {}};
    case StoryLine::Kind::SceneBreak: return {Kind::SceneBreak, 0, {TextRun{text.toString()}}};
    case StoryLine::Kind::Heading: return {Kind::Heading, line.level, runs, line.level == 0};
    case StoryLine::Kind::Quotation: return {Kind::Quotation, 0, runs};
    case StoryLine::Kind::Paragraph: break;
    }
    return {Kind::Paragraph, 0, runs};
}

bool isSceneBreak(const QString& line) { return readStoryLine(line).kind == StoryLine::Kind::SceneBreak; }

QString writeLine(const StoryBlock& block) {
    switch (block.kind) {
    case Kind::Blank: return {};
    case Kind::SceneBreak: return isSceneBreak(block.text()) ? block.text() : QStringLiteral("* * *");
    case Kind::Heading: {
        const QString title = writeMarks(block.runs);
        if (block.isPlain)
            return title;
        return title.trimmed().isEmpty() ? QString()
                                         : QString(std::clamp(block.level, 1, 6), u'#') + u' ' + title;
    }
    case Kind::Quotation: {
        const QString text = writeMarks(block.runs);
        return text.isEmpty() ? QStringLiteral(">") : QStringLiteral("> ") + text;
    }
    case Kind::Paragraph: break;
    }
    QString line = writeMarks(block.runs);
    // A line of another program's file that only looks like one of ours. Scene breaks are meant as such.
    const StoryLine::Kind looksLike = readStoryLine(line).kind;
    if (looksLike == StoryLine::Kind::Heading || looksLike == StoryLine::Kind::Quotation)
        line.prepend(u'\\');
    return line;
}

// The levels that depend on others, and which headings these are.
void settlePlainHeadings(FormattedStory& story, const QList<StoryLine>& headings) {
    const bool hasParts = std::ranges::any_of(headings, &StoryLine::isPart);
    int number = 0;
    for (StoryBlock& block : story.blocks) {
        if (block.kind != Kind::Heading)
            continue;
        block.level = headingLevel(headings[number], hasParts);
        if (block.isPlain)
            story.separation.plainHeadings.append(number);
        ++number;
    }
}

Separation separationIn(const QList<StoryBlock>& blocks) {
    qsizetype parted = 0, joined = 0;
    const auto isText = [](const StoryBlock& block) {
        return block.kind == Kind::Paragraph || block.kind == Kind::Quotation;
    };
    for (qsizetype at = 1; at < blocks.size(); ++at) {
        if (!isText(blocks[at]))
            continue;
        if (isText(blocks[at - 1]))
            ++joined;
        else if (at >= 2 && blocks[at - 1].isBlank() && isText(blocks[at - 2]))
            ++parted;
    }
    return joined > parted ? Separation::LineEnd : Separation::BlankLine;
}

} // namespace

FormattedStory readStoryText(QStringView text) {
    FormattedStory story;
    if (text.isEmpty())
        return story;
    QList<StoryLine> headings;
    qsizetype begin = 0;
    for (qsizetype at = 0; at <= text.size(); ++at) {
        if (at < text.size() && !endsLine(text[at]))
            continue;
        const QStringView line = text.mid(begin, at - begin);
        const StoryLine read = readStoryLine(line);
        if (read.kind == StoryLine::Kind::Heading)
            headings.append(read);
        story.blocks.append(readLine(line, read));
        if (at + 1 < text.size() && text[at] == u'\r' && text[at + 1] == u'\n')
            ++at;
        begin = at + 1;
    }
    story.separation = separationIn(story.blocks);
    settlePlainHeadings(story, headings);
    return story;
}

QString writeStoryText(const FormattedStory& story) {
    QString text;
    bool isFirst = true;
    for (const StoryBlock& block : story.blocks) {
        if (!isFirst)
            text += u'\n';
        isFirst = false;
        text += writeLine(block);
    }
    return text;
}

QString firstWords(QStringView text) {
    const FormattedStory story = readStoryText(text.first(std::min(text.size(), kFirstWordsWithin)));
    for (const StoryBlock& block : story.blocks) {
        if (block.kind == Kind::SceneBreak)
            continue;
        const QString words = block.text().simplified();
        const bool hasLetter = std::ranges::any_of(
            words, [](QChar unit) { return unit.isLetterOrNumber() || unit.isSurrogate(); });
        if (!hasLetter)
            continue;
        if (words.size() <= kLongestTitle)
            return words;
        QTextBoundaryFinder characters(QTextBoundaryFinder::Grapheme, words);
        characters.setPosition(kLongestTitle);
        const qsizetype cut = characters.isAtBoundary() ? kLongestTitle : characters.toPreviousBoundary();
        const qsizetype space = words.lastIndexOf(u' ', cut);
        return words.first(space > kLongestTitle / 2 ? space : cut) + u'…';
    }
    return {};
}

} // namespace app
