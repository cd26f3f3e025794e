#include "app/structure/outline.h"

#include "app/document/document.h"
#include "app/document/words.h"
#include "app/structure/story_outline.h"

#include <QRandomGenerator>
#include <QTest>

using namespace app;

namespace {

QString drawn(const Outline& outline, const QString& text) {
    QStringList lines;
    for (qsizetype section = 0; section < outline.sections(); ++section) {
        QString line = QString::number(outline.words(section));
        if (section > 0) {
            const OutlineHead& head = outline.heads()[section - 1];
            line += QStringLiteral(" %1 %2-%3 %4")
                        .arg(outline.level(section - 1))
                        .arg(head.start)
                        .arg(head.end)
                        .arg(titleOf(head, text));
        }
        lines.append(line);
    }
    return lines.join(u'\n');
}

QString parsed(const QString& text) {
    Outline outline;
    outline.parse(text);
    return drawn(outline, text);
}

// Pieces of which edits make and break lines.
QString piece(QRandomGenerator& random) {
    static const QStringList kPieces{
        "\n",   "\n\n",        "# ", "#",   "## A title", "* * *",   "***", "Chapter 3",
        "word", "Part Two",    " ",  "-",   "don't",      "\n***\n", "\r",  "Chapter",
        "\n# ", "some words ", "\\", "> q", "é",          "😀",       "*",   "\nChapter 4: x\n"};
    return kPieces[random.bounded(static_cast<int>(kPieces.size()))];
}

} // namespace

class OutlineTest : public QObject {
    Q_OBJECT

private slots:
    void readsLines_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("kind");
        const auto row = [](const char* line, const char* kind) {
            QTest::newRow(line) << QString::fromUtf8(line) << QString::fromUtf8(kind);
        };
        row("# One", "heading 1 of 'One'");
        row("### The  ferry ", "heading 3 of 'The  ferry '");
        row("#", "break");
        row("#no space", "text");
        row("####### seven", "text");
        row("# ", "break"); // '#' alone, spaces around it
        row("* * *", "break");
        row("***", "break");
        row("---", "break");
        row("  * * *  ", "break");
        row("**", "text");
        row("* * x", "text");
        row("⁂", "break");
        row("", "blank");
        row(" \t", "blank");
        row("> said", "quotation");
        row("Chapter 1", "heading 0 of 'Chapter 1'");
        row("CHAPTER TWELVE", "heading 0 of 'CHAPTER TWELVE'");
        row("Chapter XIV", "heading 0 of 'Chapter XIV'");
        row("Chapter Twenty-One", "heading 0 of 'Chapter Twenty-One'");
        row("Chapter 3: The ferry", "heading 0 of 'Chapter 3: The ferry'");
        row("Chapter 3. The ferry", "heading 0 of 'Chapter 3. The ferry'");
        row("Chapter 3 — The ferry?", "heading 0 of 'Chapter 3 — The ferry?'");
        row("**Chapter 3**", "heading 0 of '**Chapter 3**'");
        row("Part II", "part 0 of 'Part II'");
        row("# Part One", "part 1 of 'Part One'");
        row("Chapter 3 was the longest.", "text");
        row("Part of the ship sank", "text");
        row("Part I remember well", "text");
        row("Part one. He left the house.", "text");
        row("chapter 3", "text");
        row("The chapter", "text");
        row("\\# One", "text");
        row("\\Chapter 1", "text");
    }

    void readsLines() {
        QFETCH(const QString, line);
        const StoryLine read = readStoryLine(line);
        QString kind;
        switch (read.kind) {
        case StoryLine::Kind::Blank: kind = "blank"; break;
        case StoryLine::Kind::Paragraph: kind = "text"; break;
        case StoryLine::Kind::SceneBreak: kind = "break"; break;
        case StoryLine::Kind::Quotation: kind = "quotation"; break;
        case StoryLine::Kind::Heading:
            kind = QStringLiteral("%1 %2 of '%3'")
                       .arg(read.isPart ? "part" : "heading")
                       .arg(read.level)
                       .arg(line.sliced(read.content));
        }
        QTEST(kind, "kind");
    }

    void chaptersAreBelowPartsWhereThereAreParts() {
        QCOMPARE(parsed("Chapter 1\n\nA b.\n\n***\n\nC.\n\nChapter 2\n"),
                 QStringLiteral("0\n2 1 0-9 Chapter 1\n1 7 17-20 \n0 1 26-35 Chapter 2"));
        QCOMPARE(parsed("Part One\n\nChapter 1\n\nA b.\n"),
                 QStringLiteral("0\n0 1 0-8 Part One\n2 2 10-19 Chapter 1"));
        QCOMPARE(parsed("# Part One\n## Two\nChapter 1\nA b.\n"),
                 QStringLiteral("0\n0 1 0-10 Part One\n0 2 11-17 Two\n2 2 18-27 Chapter 1"));
    }

    void sectionsHoldTheirHeads() {
        Outline outline;
        const QString text = QStringLiteral("Begin\n\n# One\n\n  Text here \n\n***\n");
        outline.parse(text);
        QCOMPARE(outline.sectionAt(0), 0);
        QCOMPARE(outline.sectionAt(6), 0);
        QCOMPARE(outline.sectionAt(7), 1);
        QCOMPARE(outline.sectionAt(text.size()), 2);
        QCOMPARE(outline.body(0, text), (TextRange{0, 5}));
        QCOMPARE(outline.body(1, text), (TextRange{14, 11})); // with its indent
        QCOMPARE(outline.body(2, text), (TextRange{text.size() - 1, 0}));
    }

    // Whatever is done to the text, the outline is that of the text.
    void randomEditsEqualReadingAnew() {
        for (quint32 seed = 1; seed <= 40; ++seed) {
            QRandomGenerator random(seed);
            Document story;
            StoryOutline outline(story);
            QStringList edits; // of the last step
            connect(&story, &Document::changed, this, [&](const DocumentChange& change) {
                edits.append(QStringLiteral("%1 -“%2” +“%3”")
                                 .arg(change.edit.position)
                                 .arg(change.inverse.inserted, change.edit.inserted));
            });
            for (int step = 0; step < 150; ++step) {
                const qsizetype size = story.size();
                edits.clear();
                const auto place = [&] {
                    return static_cast<qsizetype>(random.bounded(static_cast<int>(size) + 1));
                };
                const int kind = random.bounded(10);
                if (kind == 0) {
                    story.undo();
                } else if (kind == 1) {
                    story.redo();
                } else if (kind == 2 && size > 4) {
                    const qsizetype from = random.bounded(static_cast<int>(size) - 2);
                    const qsizetype length = 1 + random.bounded(static_cast<int>(size - from - 1));
                    story.moveRange({from, length}, place());
                } else if (kind == 3 && size > 8) {
                    const qsizetype half = size / 2;
                    story.applyReplacements({{{half / 2, half / 4}, piece(random)},
                                             {{half, random.bounded(4)}, piece(random) + piece(random)}});
                } else {
                    const qsizetype from = place();
                    const qsizetype removed =
                        random.bounded(2)
                            ? 0
                            : random.bounded(static_cast<int>(std::min<qsizetype>(size - from, 6)) + 1);
                    story.applyUserEdit(from, removed, piece(random));
                }
                const QString now = drawn(outline.outline(), story.text());
                if (now != parsed(story.text()))
                    QFAIL(qPrintable(QStringLiteral("seed %1 step %2\n%3\ninstead of\n%4\nin “%5” by %6")
                                         .arg(seed)
                                         .arg(step)
                                         .arg(now, parsed(story.text()), story.text(), edits.join(u'\n'))));
            }
        }
    }

    // A key in a long novel costs what its paragraph costs.
    void aKeyReadsOneLine() {
        QString text;
        for (int chapter = 1; chapter <= 60; ++chapter) {
            text += QStringLiteral("# Chapter %1\n\n").arg(chapter);
            for (int paragraph = 0; paragraph < 40; ++paragraph)
                text += QStringLiteral("It was a quiet evening and nobody came over the river.\n\n");
        }
        Document story;
        story.reset(SpannedText(text, Origin::Typed));
        StoryOutline outline(story);
        const qint64 lines = outline.outline().linesRead();
        const qint64 units = outline.outline().unitsCounted();
        const qsizetype middle = text.indexOf(QStringLiteral("quiet"), text.size() / 2);
        for (const QChar key : QStringLiteral("very "))
            story.applyUserEdit(middle, 0, key);
        QCOMPARE(outline.outline().linesRead(), lines + 5);
        QCOMPARE(outline.outline().unitsCounted(), units);
        QCOMPARE(drawn(outline.outline(), story.text()), parsed(story.text()));
        // A title is a line of its own; a new heading has the words around it counted, and no others.
        const qsizetype title = story.text().indexOf(QStringLiteral("# Chapter 31")) + 12;
        story.applyUserEdit(title, 0, QStringLiteral("a"));
        QCOMPARE(outline.outline().unitsCounted(), units);
        story.applyUserEdit(middle, 0, QStringLiteral("\n# Here\n"));
        QVERIFY(outline.outline().unitsCounted() - units < text.size() / 50);
        QCOMPARE(drawn(outline.outline(), story.text()), parsed(story.text()));
    }
};

QTEST_GUILESS_MAIN(OutlineTest)
#include "outline_test.moc"
