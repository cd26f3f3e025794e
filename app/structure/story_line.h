// story_line.h: what a line of the story is by its form: the one definition that the outline and the formats
// of app/exchange share (formatted_story.h says how the rest of a text is understood).
// - "# " to "###### " with words behind it is a heading.
// - "Chapter" or "Part" with a number (3, III, Three, Twenty-one) is one by its words alone, in nine
//   languages (heading_words.h), if nothing else is in the line but a title behind a colon, a full stop or a
//   dash, as in "Chapter 3: The ferry".
// - Three or more of one of * - _ (spaces between them allowed), "#" alone and "⁂" are scene breaks.
// - "> " begins a quotation. A line of nothing but spaces is blank.
// - A backslash before what would be a heading or a quotation makes it a paragraph.
// Threads: pure functions.
#pragma once

#include <QString>
#include <QStringView>

namespace app {

struct StoryLine {
    enum class Kind { Blank, Paragraph, Heading, SceneBreak, Quotation };
    Kind kind = Kind::Paragraph;
    int level = 0;         // of a heading: the number of '#'; 0: it is one by its words alone
    qsizetype content = 0; // where the words begin: behind "# ", "> " or the backslash
    bool isPart = false;   // a heading that begins a part of the book, as "# Part Two"
};

// `line` is without its end.
[[nodiscard]] StoryLine readStoryLine(QStringView line);

// The level that a heading has: that of its '#'; of one by its words alone 1, but 2 for a chapter of a story
// that has parts.
[[nodiscard]] inline int headingLevel(const StoryLine& heading, bool hasParts) {
    return heading.level > 0 ? heading.level : hasParts && !heading.isPart ? 2 : 1;
}

[[nodiscard]] inline bool endsLine(QChar unit) { return unit == u'\n' || unit == u'\r'; }

} // namespace app
