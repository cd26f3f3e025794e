#include "app/structure/story_line.h"

#include <QRegularExpression>

namespace app {

namespace {

using Kind = StoryLine::Kind;

constexpr qsizetype kLongestChapterLine = 120;

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

const QRegularExpression& chapterPattern() {
    static const QRegularExpression pattern(QStringLiteral(
        "^\\*{0,3}(?:Chapter|CHAPTER|(Part|PART))[ \\t]+"
        "(?:\\d{1,4}|[IVXLC]{1,8}|(?i:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
        "thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
        "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
        "(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?)))"
        "\\*{0,3}"
        // Nothing more, or a title that does not end as a sentence of prose does.
        "(?:[.:]?[ \\t]*|(?:[.:][ \\t]+|[ \\t]+[-–—][ \\t]+)\\S(?:.*[^\\s.,;])?[ \\t]*)$"));
    return pattern;
}

enum class Division { None, Chapter, Part };

Division divisionIn(QStringView line) {
    if (line.isEmpty() || line.size() > kLongestChapterLine || !QStringView(u"CP*").contains(line.front()))
        return Division::None;
    const QRegularExpressionMatch match = chapterPattern().match(line.toString());
    if (!match.hasMatch())
        return Division::None;
    return match.capturedLength(1) > 0 ? Division::Part : Division::Chapter;
}

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
