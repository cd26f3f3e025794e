// How a prompt is put together: what stands where, what is counted, and where reading begins.
#include "app/reading/prompt_assembly.h"
#include "app/reading/story_places.h"
#include "tests/app/support/counted_units.h"

#include <QTest>

using namespace app;

namespace {

using Kind = PromptPart::Kind;

LoreEntry entry(const QString& name, const QString& key, LorePlace place = LorePlace::Top) {
    LoreEntry entry;
    entry.name = name;
    entry.text = name + QStringLiteral(" is lore.");
    entry.keys = {key};
    entry.place = place;
    return entry;
}

// "memory 3, story 12": kinds and tokens.
QString drawn(const Prompt& prompt) {
    QStringList parts;
    for (const PromptPart& part : prompt.parts)
        parts.append(QStringLiteral("%1:%2").arg(static_cast<int>(part.kind)).arg(part.tokens));
    return parts.join(u' ');
}

QString story(int paragraphs) {
    QString text;
    for (int number = 0; number < paragraphs; ++number)
        text += QStringLiteral("Paragraph %1 of the ferry's story, with some words in it.\n").arg(number);
    return text;
}

} // namespace

class PromptAssemblyTest : public QObject {
    Q_OBJECT

private slots:
    void ofAStoryAloneThePromptIsTheStory() {
        const CountedUnits units;
        const QString text = QStringLiteral("Once.\n\nTwice, the ferry");
        const Prompt prompt = assemblePrompt({text, {}}, &units);
        QCOMPARE(prompt.text, text);
        QVERIFY(prompt.isWholeStory() && prompt.isCounted);
        QCOMPARE(drawn(prompt), QStringLiteral("3:%1").arg(text.size()));
        QVERIFY(assemblePrompt({QString(), {}}, &units).text.isEmpty());
    }

    void everyPartHasItsPlace() {
        const CountedUnits units;
        PromptSource source;
        source.story = QStringLiteral("One ferry.\nTwo.\nThree.\nFour and");
        source.settings.memory = QStringLiteral("Memory.");
        source.settings.note = QStringLiteral("Note.\n\n"); // its own line ends are kept
        source.settings.noteDepth = 2;
        source.settings.lorebook.entries = {
            entry(QStringLiteral("Late"), QStringLiteral("two"), LorePlace::Note),
            entry(QStringLiteral("Ferry"), QStringLiteral("ferry")),
            entry(QStringLiteral("Absent"), QStringLiteral("castle"))};
        const Prompt prompt = assemblePrompt(source, &units);
        QCOMPARE(prompt.text, QStringLiteral("Memory.\nFerry is lore.\nOne ferry.\nTwo.\nLate is lore.\n"
                                             "Note.\n\nThree.\nFour and"));
        QCOMPARE(drawn(prompt), QStringLiteral("0:8 1:15 3:16 1:14 2:7 3:15"));
        QCOMPARE(prompt.tokens(), prompt.text.size());
        QCOMPARE(prompt.parts[1].name, QStringLiteral("Ferry"));
        QCOMPARE(prompt.parts[1].key, QStringLiteral("ferry"));
        QCOMPARE(prompt.parts[1].inStory, 4);
        QCOMPARE(prompt.parts[1].entry, 1);
        QCOMPARE(prompt.parts[5].inStory, source.story.indexOf(QStringLiteral("Three")));
        qsizetype end = 0;
        for (const PromptPart& part : prompt.parts) {
            QCOMPARE(part.start, end);
            end = part.end();
        }
        QCOMPARE(end, prompt.text.size());
        QVERIFY(!prompt.isWholeStory());
        QCOMPARE(assemblePrompt(source, &units), prompt); // the same each time
    }

    void blankPartsAreNoParts() {
        PromptSource source{QStringLiteral("Story"), {}};
        source.settings.memory = QStringLiteral(" \n ");
        source.settings.note = QStringLiteral("\n");
        QVERIFY(assemblePrompt(source, nullptr).isWholeStory());
    }

    void withoutAModelNothingIsCountedOrCut() {
        PromptSource source{story(100), {}};
        source.settings.limit = 100;
        const Prompt prompt = assemblePrompt(source, nullptr);
        QVERIFY(!prompt.isCounted && prompt.isWholeStory());
    }

    void theNoteStandsAboveTheLastParagraphs_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("depth");
        QTest::addColumn<QString>("expected");
        const auto add = [](const char* name, const char* text, int depth, const char* expected) {
            QTest::newRow(name) << QString::fromUtf8(text) << depth << QString::fromUtf8(expected);
        };
        add("above the one at the cursor", "A\nB\nC", 1, "A\nB\n|C");
        add("an empty line at the cursor counts", "A\nB\n", 1, "A\nB\n|");
        add("three", "A\nB\nC", 3, "|A\nB\nC");
        add("blank lines between are no paragraphs", "A\n\n  \nB\n\nC", 2, "A\n\n  \n|B\n\nC");
        add("more than there are", "A\nB", 9, "|A\nB");
        add("no story", "", 3, "|");
    }
    void theNoteStandsAboveTheLastParagraphs() {
        QFETCH(QString, text);
        QFETCH(int, depth);
        QFETCH(QString, expected);
        QCOMPARE(QString(text).insert(startOfLastParagraphs(text, depth), u'|'), expected);
    }

    void theLimitIsKeptAndAtLeastThreeQuartersAreRead() {
        const CountedUnits units(4);
        const QString text = story(400);
        for (const int limit : {64, 500, 1000, 5000}) {
            for (qsizetype end = text.size() - 700; end <= text.size(); end += 7) {
                PromptSource source{text.first(end), {}};
                source.settings.limit = limit;
                const Prompt prompt = assemblePrompt(source, &units);
                QVERIFY(prompt.tokens() <= limit + 1); // the cut may part a token
                QVERIFY2(limit < 200 || prompt.tokens() >= limit * 3 / 4 - 20,
                         qPrintable(QString::number(prompt.tokens())));
                QCOMPARE(prompt.text, source.story.sliced(prompt.storyStart));
                QCOMPARE(prompt.storyEnd, end);
                if (limit > 200) // a paragraph has 15 tokens
                    QVERIFY(source.story[prompt.storyStart - 1] == u'\n');
            }
        }
    }

    // What the model remembers is known by its beginning, so that has to stay where it is.
    void theCutMovesOncePerQuarterOfTheLimit() {
        const CountedUnits units(4);
        const QString text = story(400);
        QSet<qsizetype> starts;
        const qsizetype from = text.size() - 8000; // units: two limits of 1000 tokens
        for (qsizetype end = from; end <= text.size(); ++end) {
            PromptSource source{text.first(end), {}};
            source.settings.limit = 1000;
            starts.insert(assemblePrompt(source, &units).storyStart);
        }
        QVERIFY2(starts.size() >= 8 && starts.size() <= 10, qPrintable(QString::number(starts.size())));
    }

    void aTextWithoutParagraphsIsCutBetweenWordsOrCharacters() {
        const CountedUnits units(4);
        const QString words = QStringLiteral("ferry boat ").repeated(500);
        PromptSource source{words, {}};
        source.settings.limit = 200;
        const Prompt prompt = assemblePrompt(source, &units);
        QVERIFY(words[prompt.storyStart - 1] == u' ');
        const QString emoji = QStringLiteral("\U0001F600").repeated(2000);
        const qsizetype place = startWithin(emoji, *CountedUnits(1).ends(emoji), 333);
        QVERIFY(place > 0 && place % 2 == 0);
    }

    void theNoteIsNeverInWhatIsNotRead() {
        const CountedUnits units(1);
        PromptSource source{story(50), {}};
        source.settings.limit = 100;
        source.settings.note = QStringLiteral("Note.");
        source.settings.noteDepth = 40;
        const Prompt prompt = assemblePrompt(source, &units);
        QVERIFY(prompt.text.startsWith(QStringLiteral("Note.\n")));
        QCOMPARE(prompt.text.sliced(6), source.story.sliced(prompt.storyStart));
    }

    void theLastWordsAreCounted() {
        const QString text = QStringLiteral("one two  three\nfour");
        QCOMPARE(startOfLastWords(text, 1), text.indexOf(QStringLiteral("four")));
        QCOMPARE(startOfLastWords(text, 2), text.indexOf(QStringLiteral("three")));
        QCOMPARE(startOfLastWords(text, 3), text.indexOf(QStringLiteral("two")));
        QCOMPARE(startOfLastWords(text, 9), 0);
        QCOMPARE(startOfLastWords(QString(), 3), 0);
        const QString without(10'000, QChar(0x732B)); // no spaces: bounded all the same
        QCOMPARE(startOfLastWords(without, 10), without.size() - 80);
    }
};

QTEST_GUILESS_MAIN(PromptAssemblyTest)
#include "prompt_assembly_test.moc"
