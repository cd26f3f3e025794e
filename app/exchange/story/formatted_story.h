// formatted_story.h: a story as formats for people see it: lines with a kind, in which words can be
// emphasised.
//
// How a text is understood (story_text.h reads and writes it):
// - Every line is a paragraph of its own, however long; lines are never joined, so a text that was wrapped by
//   hand keeps its lines. "\r\n" and "\r" end lines too.
// - A line of nothing but spaces is blank. A story separates its paragraphs by blank lines or by line ends,
//   whichever it mostly does (Separation); that many, and one around headings and scene breaks, are what
//   divides blocks. Formats say it with indents and styles; any more blank lines become empty paragraphs.
// - app/structure/story_line.h says which lines are headings ("# One", "Chapter 1"), quotations and scene
//   breaks, which keep their form. Spaces and tabs at the beginning of a line are part of the paragraph; they
//   do not make it code, and "- " makes no list.
// - *emphasis* and **strong**: marks.h.
// Threads: values.
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace app {

struct TextRun {
    QString text; // without '\n'
    bool isEmphasis = false;
    bool isStrong = false;

    bool operator==(const TextRun&) const = default;
};

struct StoryBlock {
    enum class Kind { Blank, Paragraph, Heading, SceneBreak, Quotation };
    Kind kind = Kind::Paragraph;
    int level = 0;        // of a heading, 1 .. 6
    QList<TextRun> runs;  // of a scene break: its form; of a blank line: none
    bool isPlain = false; // of a heading: its words alone make it one, it has no '#'

    bool operator==(const StoryBlock&) const = default;
    [[nodiscard]] QString text() const;
    [[nodiscard]] bool isBlank() const { return kind == Kind::Blank; }
};

// What parts two paragraphs, and what else files do not say of the lines that they were made of.
struct Separation {
    enum Kind { BlankLine, LineEnd };
    Separation(Kind of = BlankLine) // NOLINT: a kind alone is a separation
        : kind(of) {}

    Kind kind;
    QList<int> plainHeadings; // numbers of the headings without '#' among all, ascending, from 0

    bool operator==(const Separation&) const = default;
};

// What a format says about a story beside its text. Empty: nothing is said.
struct StoryDetails {
    QString title;
    QString author;
    QString language; // BCP 47, e.g. "en" or "pt-BR"

    bool operator==(const StoryDetails&) const = default;
};

struct FormattedStory {
    QList<StoryBlock> blocks; // every line of the text, the blank ones too
    Separation separation;
    StoryDetails details;
};

// A block as a file holds it: usual blank lines are not there, others are.
struct FileBlock {
    StoryBlock block;
    bool isTight = false; // no blank line is before it, though that would be usual
};

inline constexpr qsizetype kBlocksBetweenLooks = 64; // at WriteProgress; some thousand words

[[nodiscard]] QList<FileBlock> toFileBlocks(const FormattedStory& story);
// The lines that are meant. `separation`: as the file says, if Inkgate wrote it; else blank lines are put
// between paragraphs, unless the file has empty paragraphs there already.
[[nodiscard]] FormattedStory fromFileBlocks(const QList<FileBlock>& blocks,
                                            std::optional<Separation> separation);

// As files say it: "lines" or "blank lines"; with "; plain headings 0 1 2" behind it where there are such.
[[nodiscard]] QString nameOf(const Separation& separation);
[[nodiscard]] std::optional<Separation> separationOf(QStringView name);

} // namespace app
