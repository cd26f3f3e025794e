// The text of the page as a formatted story, and back.
#include "app/exchange/story/marks.h"
#include "app/exchange/story/story_text.h"
#include "tests/app/exchange/samples.h"

#include <QTest>

#include <random>

using namespace app;

namespace {

using Kind = StoryBlock::Kind;

// Runs as a line that shows where each begins: "i" emphasis, "b" strong.
QString shown(const QList<TextRun>& runs) {
    QString text;
    for (const TextRun& run : runs)
        text += (run.isStrong ? QStringLiteral("b") : QString()) +
                (run.isEmphasis ? QStringLiteral("i") : QString()) + u'[' + run.text + u']';
    return text;
}

} // namespace

class StoryTextTest : public QObject {
    Q_OBJECT

private slots:
    void marksAreRead_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("runs");
        const auto row = [](const char* name, const char* line, const char* runs) {
            QTest::newRow(name) << QString::fromUtf8(line) << QString::fromUtf8(runs);
        };
        row("none", "plain", "[plain]");
        row("emphasis", "a *b* c", "[a ]i[b][ c]");
        row("strong", "a **b** c", "[a ]b[b][ c]");
        row("both", "***b***", "bi[b]");
        row("nested", "**a *b* c**", "b[a ]bi[b]b[ c]");
        row("nested at the end", "*a **b***", "i[a ]bi[b]");
        row("product", "2 * 3 * 4", "[2 * 3 * 4]");
        row("one side", "a* b", "[a* b]");
        row("unmatched", "a *b", "[a *b]");
        row("underscores", "_snake_case_", "[_snake_case_]");
        row("tags", "<b>x</b> &amp;", "[<b>x</b> &amp;]");
        row("escaped", "\\*a\\*", "[*a*]");
        row("backslash", "C:\\new\\dir", "[C:\\new\\dir]");
        row("backslash and mark", "\\\\*a*", "[\\]i[a]");
        row("quotes", "*“Yes,”* he said", "i[“Yes,”][ he said]");
        row("beside Chinese marks", "他说**“你好”**。", "[他说]b[“你好”][。]");
        row("emoji", "*😀*", "i[😀]");
        row("more stars than words", "**a*", "[*]i[a]");
        row("part of a word", "un*believ*able", "[un]i[believ][able]");
    }
    void marksAreRead() {
        QFETCH(QString, line);
        QFETCH(QString, runs);
        QCOMPARE(shown(readMarks(line)), runs);
        // What is written means the same, if it is not the very line.
        QCOMPARE(shown(readMarks(writeMarks(readMarks(line)))), runs);
    }

    // Any runs come back, as far as asterisks can say them: spaces at their ends are outside of the marks.
    void anyRunsAreWrittenAndReadAgain() {
        std::mt19937 random(7);
        const QStringList words{QStringLiteral("a"),  QStringLiteral("* "), QStringLiteral(" b"),
                                QStringLiteral("\\"), QStringLiteral("*"),  QStringLiteral("“x”."),
                                QStringLiteral("**"), QStringLiteral(" "),  QStringLiteral("😀")};
        int lost = 0;
        constexpr int kTries = 20'000;
        for (int attempt = 0; attempt < kTries; ++attempt) {
            QList<TextRun> runs;
            QString text;
            for (unsigned count = 1 + random() % 6; count > 0; --count) {
                TextRun run{words[static_cast<qsizetype>(random() % 9)], random() % 2 == 0,
                            random() % 3 == 0};
                text += run.text;
                runs.append(run);
            }
            const QList<TextRun> read = readMarks(writeMarks(runs));
            QString readText;
            for (const TextRun& run : read)
                readText += run.text;
            QCOMPARE(readText, text); // never a word
            if (read != readMarks(writeMarks(read)))
                ++lost;
        }
        QCOMPARE(lost, 0);
    }

    void linesHaveKinds_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("level");
        const auto row = [](const char* line, Kind kind, int level = 0) {
            QTest::newRow(line) << QString::fromUtf8(line) << static_cast<int>(kind) << level;
        };
        row("# One", Kind::Heading, 1);
        row("###### Six", Kind::Heading, 6);
        row("####### Seven", Kind::Paragraph);
        row("Chapter 3: The ferry", Kind::Heading, 1);
        row("Part Two", Kind::Heading, 1);
        row("\\Chapter 3", Kind::Paragraph);
        row("#tag", Kind::Paragraph);
        row("#", Kind::SceneBreak);
        row("***", Kind::SceneBreak);
        row("* * *", Kind::SceneBreak);
        row("---", Kind::SceneBreak);
        row("___", Kind::SceneBreak);
        row("⁂", Kind::SceneBreak);
        row("**", Kind::Paragraph);
        row("*-*", Kind::Paragraph);
        row("> said", Kind::Quotation);
        row(">said", Kind::Paragraph);
        row("   ", Kind::Blank);
        row("    indented", Kind::Paragraph);
        row("- item", Kind::Paragraph);
        row("\\# no heading", Kind::Paragraph);
    }
    void linesHaveKinds() {
        QFETCH(QString, line);
        QFETCH(int, kind);
        QFETCH(int, level);
        const FormattedStory story = readStoryText(line);
        QCOMPARE(story.blocks.size(), 1);
        QCOMPARE(static_cast<int>(story.blocks[0].kind), kind);
        QCOMPARE(story.blocks[0].level, level);
    }

    void aTextIsReadAndWrittenUnchanged_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << QString();
        QTest::newRow("one line") << QStringLiteral("x");
        QTest::newRow("line ends alone") << QStringLiteral("\n\n\n");
        QTest::newRow("ends in a line end") << QStringLiteral("a\n\nb\n");
        QTest::newRow("begins with blank lines") << QStringLiteral("\n\na");
        QTest::newRow("blank lines") << samples::wholeStory();
        QTest::newRow("lines") << samples::lineStory();
    }
    void aTextIsReadAndWrittenUnchanged() {
        QFETCH(QString, text);
        QCOMPARE(writeStoryText(readStoryText(text)), text);
        FormattedStory story = readStoryText(text);
        story.blocks = fromFileBlocks(toFileBlocks(story), story.separation).blocks;
        QCOMPARE(writeStoryText(story), text);
    }

    // The level of a chapter is that of a chapter of this story; a paragraph of another program's file that
    // is one by its words is meant as one.
    void chaptersAreHeadingsByTheirWords() {
        FormattedStory story = readStoryText(u"Chapter 1\n\na\n\n# Chapter 2");
        QVERIFY(story.blocks[0].isPlain && story.blocks[0].level == 1 && !story.blocks[4].isPlain);
        QCOMPARE(nameOf(story.separation), QStringLiteral("blank lines; plain headings 0"));
        QCOMPARE(separationOf(nameOf(story.separation)), std::optional(story.separation));
        QCOMPARE(readStoryText(u"# Part One\n\nChapter 1").blocks[2].level, 2);
        const QList<FileBlock> foreign{
            {{StoryBlock::Kind::Paragraph, 0, {{QStringLiteral("Chapter 1")}}}},
            {{StoryBlock::Kind::Paragraph, 0, {{QStringLiteral("# no heading")}}}}};
        const FormattedStory imported = fromFileBlocks(foreign, std::nullopt);
        QCOMPARE(imported.blocks[0].kind, StoryBlock::Kind::Heading);
        QCOMPARE(writeStoryText(imported), QStringLiteral("Chapter 1\n\n\\# no heading"));
    }

    void otherLineEndsEndLines() {
        QCOMPARE(writeStoryText(readStoryText(u"a\r\nb\rc")), QStringLiteral("a\nb\nc"));
    }

    // A line of asterisks that open and close nothing takes no longer per asterisk than a short one.
    void hostileLinesAreQuick() {
        const QString line =
            QStringLiteral("a**b* ").repeated(100'000) + QStringLiteral("*a _").repeated(100'000);
        QVERIFY(!readMarks(line).isEmpty());
    }

    void anUntitledStoryIsCalledByItsFirstWords() {
        QCOMPARE(firstWords(u""), QString());
        QCOMPARE(firstWords(u"\n * * *\n\n# The *Ferry* House\n\nText."), QStringLiteral("The Ferry House"));
        QCOMPARE(firstWords(u"It was a dark and stormy night when the last of the ferries left."),
                 QStringLiteral("It was a dark and stormy night when the…"));
        QVERIFY(firstWords(QString(100'000, u'x')).size() <= 41);
    }
};

QTEST_APPLESS_MAIN(StoryTextTest)
#include "story_text_test.moc"
