// outline.h: the parts and chapters (headings) and the scenes (what scene breaks part) of a text, kept up to
// date edit by edit. Only lines that an edit touched are read again; where a heading or a scene break comes
// or goes, the words on both sides of it are counted anew.
// A text is its heads (lines that are headings or scene breaks) and, behind each, a section up to the next
// one. Section 0 is what stands before the first head; section n lies behind head n - 1.
// Threads: values.
#pragma once

#include "app/document/spanned_text.h"
#include "app/structure/story_line.h"

#include <QList>
#include <QString>
#include <QStringView>

#include <optional>

namespace app {

struct OutlineHead {
    qsizetype start = 0; // of its line
    qsizetype end = 0;   // behind its last unit, before the line end
    StoryLine line;

    [[nodiscard]] bool isHeading() const { return line.kind == StoryLine::Kind::Heading; }
    [[nodiscard]] bool isSceneBreak() const { return line.kind == StoryLine::Kind::SceneBreak; }
};

class Outline {
public:
    void parse(QStringView text);
    // A step's edits, in order; `inverses` take them back, and `text` is what they led to.
    void apply(QStringView text, const QList<TextEdit>& edits, const QList<TextEdit>& inverses);

    [[nodiscard]] const QList<OutlineHead>& heads() const { return m_heads; }
    [[nodiscard]] qsizetype sections() const { return m_heads.size() + 1; }
    // Of a section's text, without its head's line.
    [[nodiscard]] int words(qsizetype section) const { return m_words[section]; }
    // The section that holds a unit, or the cursor before it. A head's line belongs to the section behind it.
    [[nodiscard]] qsizetype sectionAt(qsizetype position) const;
    // From its head's line on to the next head or the end of the text.
    [[nodiscard]] qsizetype start(qsizetype section) const;
    [[nodiscard]] qsizetype end(qsizetype section, qsizetype textLength) const;
    // The text of a section without blank lines around it; empty, behind the head's line, if there is none.
    [[nodiscard]] TextRange body(qsizetype section, QStringView text) const;
    // A head's level: 1 .. 6 of headings, 7 of scene breaks.
    [[nodiscard]] int level(qsizetype head) const;
    static constexpr int kSceneLevel = 7;

    // Lines read, and units whose words were counted, since the start; tests hold edits to them.
    [[nodiscard]] qint64 linesRead() const { return m_linesRead; }
    [[nodiscard]] qint64 unitsCounted() const { return m_unitsCounted; }

private:
    struct Dirty {
        qsizetype from = 0, to = 0; // in the text after the step
    };

    void shift(const TextEdit& edit);
    // Reads the lines that the range touches again. True if heads came or went.
    bool readAgain(QStringView text, const Dirty& dirty, QList<qsizetype>& touched);
    QList<OutlineHead> headsIn(QStringView text, qsizetype from, qsizetype to);
    void count(QStringView text, qsizetype section);
    void noteParts();

    QList<OutlineHead> m_heads;
    QList<int> m_words{0}; // one for each section
    bool m_hasParts = false;
    qint64 m_linesRead = 0;
    qint64 m_unitsCounted = 0;
};

// The words of a heading's title, without marks; empty of a scene break.
[[nodiscard]] QString titleOf(const OutlineHead& head, QStringView text);

} // namespace app
