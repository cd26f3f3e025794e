// Which words of a story are looked up, and how they are written there.
#include "app/spelling/story_words.h"

#include <QTest>

using namespace app;

namespace {

QStringList forms(const QString& text, const TextRange& range) {
    QStringList found;
    for (const StoryWord& word : wordsIn(text, range))
        found.append(word.form);
    return found;
}
QStringList forms(const QString& text) { return forms(text, {0, text.size()}); }

} // namespace

class StoryWordsTest : public QObject {
    Q_OBJECT

private slots:
    void wordsArePartedAsAReaderPartsThem_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("words");
        const auto row = [](const char* name, const char* text, const char* words) {
            QTest::newRow(name) << QString::fromUtf8(text)
                                << QString::fromUtf8(words).split(u' ', Qt::SkipEmptyParts);
        };
        row("plain", "The old sea, and rain.", "The old sea and rain");
        row("typewriter's apostrophe", "don't", "don't");
        row("printer's apostrophe", "don’t", "don't");
        row("quotation marks", "‘He said “rain”’", "He said rain");
        row("hyphens", "well-known well‑known", "well-known well-known");
        row("dashes", "rain—and—sea rain--sea", "rain and sea rain sea");
        row("emphasis", "*really* **old** _sea_ ***rain***", "really old sea rain");
        row("emphasis inside", "un*believ*able un**believ**able", "unbelievable unbelievable");
        row("headings and quotations", "# Chapter\n> rain", "Chapter rain");
        row("soft hyphen", "un\u00adbelievable", "unbelievable");
        row("decomposed", "cafe\u0301", "café");
        row("digits", "42 4th R2D2 1990s and", "and");
        row("capitals", "NATO HELP NATO’s USAs Rain", "Rain");
        row("single letters", "a I x e.g. and", "and");
        row("address", "see https://example.org/some-page?x=y now (http://a.b/c) www.exampel.com", "see now");
        row("link", "[the house](https://exampel.org/hose)", "the house");
        row("e-mail", "write to jon.doe@exampel.org now", "write to now");
        row("files", "open notes.txt and /usr/shaer/foo and C:\\progs", "open and and");
        row("and/or", "rain/snow", "rain snow");
        row("missing space", "rain.Then", "rain Then");
        row("identifier and code", "snake_case `codd` and", "and");
        row("tags and entities", "<em>rain</em>&nbsp;sea", "rain sea");
        row("emoji", "rain😀sea", "rain sea");
        row("Chinese is not parted by spaces", "他说 rain", "rain");
        row("Cyrillic", "старый дом", "старый дом");
        row("letters outside of the first plane", "𝒜𝒷𝒸 rain", "rain");
        row("shout", "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaah rain",
            "rain");
    }
    void wordsArePartedAsAReaderPartsThem() {
        QFETCH(QString, text);
        QTEST(forms(text), "words");
    }

    void rangesCoverTheWordsAsTheyAreWritten() {
        const QString text = QStringLiteral("A un*believ*able, well\u2011known captain\u2019s “sea”");
        QStringList written;
        for (const StoryWord& word : wordsIn(text, {0, text.size()}))
            written.append(text.mid(word.range.position, word.range.length));
        QCOMPARE(written, (QStringList{QStringLiteral("un*believ*able"), QStringLiteral("well\u2011known"),
                                       QStringLiteral("captain\u2019s"), QStringLiteral("sea")}));
    }

    void whatStandsAroundAWordMayBelongToIt() {
        const QString text = QStringLiteral("’tis goin’ etc. ‘rain’");
        QStringList contexts;
        for (const StoryWord& word : wordsIn(text, {0, text.size()}))
            contexts.append(word.context);
        QCOMPARE(contexts, (QStringList{QStringLiteral("'tis"), QStringLiteral("goin'"),
                                        QStringLiteral("etc."), QStringLiteral("'rain'")}));
    }

    void aPartOfTheTextGivesItsWordsWhole() {
        const QString text = QStringLiteral("one unbelievable https://exampel.org/hose two");
        QCOMPARE(forms(text, {8, 3}), QStringList{QStringLiteral("unbelievable")});
        QCOMPARE(forms(text, {28, 4}), QStringList()); // inside of the address
        QCOMPARE(forms(text, {0, 4}), QStringList{QStringLiteral("one")});
        QCOMPARE(forms(text, {text.size(), 10}), QStringList());
        QCOMPARE(forms(QString(), {0, 10}), QStringList());
    }

    // A text without a single space costs no more than what is asked about.
    void aTextWithoutSpacesIsNotWalkedThrough() {
        const QString text(2'000'000, u'-');
        QCOMPARE(forms(text, {1'000'000, 10}), QStringList());
        QString letters;
        for (int i = 0; i < 100'000; ++i)
            letters += QStringLiteral("ab-");
        QVERIFY(wordsIn(letters, {150'000, 10}).size() < 3);
    }

    void partsOfAWordWithHyphens() {
        const QString text = QStringLiteral("the wel-known-X9-boat");
        const QList<StoryWord> words = wordsIn(text, {0, text.size()});
        QCOMPARE(words.size(), 1); // the other has a digit
        const QString plain = QStringLiteral("a wel-known-boat");
        const StoryWord word = wordsIn(plain, {0, plain.size()}).value(0);
        QStringList parts;
        for (const StoryWord& part : hyphenParts(plain, word))
            parts.append(plain.mid(part.range.position, part.range.length));
        QCOMPARE(parts,
                 (QStringList{QStringLiteral("wel"), QStringLiteral("known"), QStringLiteral("boat")}));
        QVERIFY(hyphenParts(plain, StoryWord{{2, 3}, QStringLiteral("wel"), {}}).isEmpty());
    }

    void replacementsTakeTheApostropheOfTheText() {
        QCOMPARE(writtenAs(QStringLiteral("don't"), u"dont’"), QStringLiteral("don’t"));
        QCOMPARE(writtenAs(QStringLiteral("don't"), u"dont'"), QStringLiteral("don't"));
    }
};

QTEST_APPLESS_MAIN(StoryWordsTest)
#include "story_words_test.moc"
