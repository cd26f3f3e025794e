#include "app/structure/story_line.h"

#include "app/structure/heading_words.h"

#include <algorithm>

namespace app {

namespace {

using Kind = StoryLine::Kind;

bool isSceneBreak(QStringView trimmed) {
    if (trimmed == u"#" || trimmed == u"⁂")
        return true;
    if (!QStringView(u"*-_").contains(trimmed.front()))
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
int markedLevel(QStringView line) {
    int level = 0;
    while (level < line.size() && line[level] == u'#')
        ++level;
    const bool isHeading = level >= 1 && level <= 6 && level < line.size() && line[level] == u' ';
    return isHeading && !line.mid(level + 1).trimmed().isEmpty() ? level : 0;
}

bool isQuotation(QStringView line) { return line == u">" || line.startsWith(u"> "); }

} // namespace

StoryLine readStoryLine(QStringView line) {
    const QStringView trimmed = line.trimmed();
    if (trimmed.isEmpty())
        return {Kind::Blank, 0, 0, false};
    if (isSceneBreak(trimmed))
        return {Kind::SceneBreak, 0, 0, false};
    if (const int level = markedLevel(line))
        return {Kind::Heading, level, level + 1, divisionIn(line.mid(level + 1)) == Division::Part};
    if (isQuotation(line))
        return {Kind::Quotation, 0, std::min<qsizetype>(2, line.size()), false};
    if (const Division division = divisionIn(line); division != Division::None)
        return {Kind::Heading, 0, 0, division == Division::Part};
    if (line.front() == u'\\') {
        const Kind without = readStoryLine(line.mid(1)).kind;
        if (without == Kind::Heading || without == Kind::Quotation)
            return {Kind::Paragraph, 0, 1, false};
    }
    return {Kind::Paragraph, 0, 0, false};
}

} // namespace app
