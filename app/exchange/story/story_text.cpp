#include "app/exchange/story/story_text.h"

#include "app/exchange/story/marks.h"

#include <QTextBoundaryFinder>

#include <algorithm>

namespace app {

namespace {

using Kind = StoryBlock::Kind;

constexpr qsizetype kLongestTitle = 40;

bool isSceneBreak(QStringView line) {
    const QStringView trimmed = line.trimmed();
    if (trimmed == u"#" || trimmed == u"⁂")
        return true;
    if (trimmed.isEmpty() || !QStringView(u"*-_").contains(trimmed.front()))
        return false;
    qsizetype marks = 0;
    for (const QChar unit : trimmed) {
        if (unit == trimmed.front())
            ++marks;
        else if (unit != u' ' && unit != u'\t')
            return false;
    }
    return marks >= 3;
}

// The number of '#' before the space that makes them a heading; 0: it is none.
int headingLevel(QStringView line) {
    int level = 0;
    while (level < line.size() && line[level] == u'#')
        ++level;
    const bool isHeading = level >= 1 && level <= 6 && level < line.size() && line[level] == u' ';
    return isHeading && !line.mid(level + 1).trimmed().isEmpty() ? level : 0;
}

bool isQuotation(QStringView line) { return line == u">" || line.startsWith(u"> "); }

StoryBlock readLine(QStringView line) {
    if (line.trimmed().isEmpty())
        return {Kind::Blank, 0, {}};
    if (isSceneBreak(line))
        return {Kind::SceneBreak, 0, {TextRun{line.toString()}}};
    if (const int level = headingLevel(line))
        return {Kind::Heading, level, readMarks(line.mid(level + 1))};
    if (isQuotation(line))
        return {Kind::Quotation, 0, readMarks(line.mid(2))};
    // What would be a heading or a quotation without its backslash.
    if (line.startsWith(u'\\') && (headingLevel(line.mid(1)) > 0 || isQuotation(line.mid(1))))
        return {Kind::Paragraph, 0, readMarks(line.mid(1))};
    return {Kind::Paragraph, 0, readMarks(line)};
}

QString writeLine(const StoryBlock& block) {
    switch (block.kind) {
    case Kind::Blank: return {};
    case Kind::SceneBreak: return isSceneBreak(block.text()) ? block.text() : QStringLiteral("* * *");
    case Kind::Heading: {
        const QString title = writeMarks(block.runs);
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
    if (headingLevel(line) > 0 || isQuotation(line))
        line.prepend(u'\\');
    return line;
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
    qsizetype begin = 0;
    for (qsizetype at = 0; at <= text.size(); ++at) {
        if (at < text.size() && text[at] != u'\n' && text[at] != u'\r')
            continue;
        story.blocks.append(readLine(text.mid(begin, at - begin)));
        if (at + 1 < text.size() && text[at] == u'\r' && text[at + 1] == u'\n')
            ++at;
        begin = at + 1;
    }
    story.separation = separationIn(story.blocks);
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
