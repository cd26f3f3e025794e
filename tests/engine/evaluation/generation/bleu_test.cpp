// bleu_test.cpp: the words and figures of sacrebleu 2.6.0, on texts made to be difficult.
// tests/evidence/check_metrics.py holds many more against the package itself.
#include "engine/evaluation/generation/bleu.h"

#include "engine/evaluation/generation/mteval_words.h"
#include "engine/evaluation/generation/repetition.h"
#include "engine/evaluation/generation/self_bleu.h"

#include <QTest>

#include <cmath>

using namespace engine;

class BleuTest : public QObject {
    Q_OBJECT

private slots:
    void wordsAreThoseOf13a_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("words"); // with a space between
        QTest::newRow("empty") << QByteArray() << QByteArray();
        QTest::newRow("numbers")
            << QByteArray("It cost 1,234.5 pounds, or 3.14 or .5 or 5. or 1,000,000; not 10:30.")
            << QByteArray("It cost 1,234.5 pounds , or 3.14 or . 5 or 5 . or 1,000,000 ; not 10 : 30 .");
        QTest::newRow("hyphens") << QByteArray(
                                        "A well-known man of 20-30 years -- or 40- - or so -, said no-one.")
                                 << QByteArray(
                                        "A well-known man of 20 - 30 years -- or 40 - - or so - , said "
                                        "no-one .");
        QTest::newRow("entities")
            << QByteArray("R&amp;D &lt;b&gt;bold&lt;/b&gt; &quot;quoted&quot; &apos; &amp;amp; &nbsp; & &amp")
            << QByteArray("R & D < b > bold < / b > \" quoted \" & apos ; & amp ; & nbsp ; & & amp");
        QTest::newRow("line ends") << QByteArray(
                                          "a line that ends in a hyph-\nen and one that- \n does not-\n")
                                   << QByteArray("a line that ends in a hyphen and one that- does not-");
        QTest::newRow("white space beyond ASCII")
            << QByteArray("Non\u00a0breaking\u2009thin\u3000wide\u2028line\u2029paragraph\u1680ogham\u202f"
                          "narrow\u205fmath\u00a0")
            << QByteArray("Non breaking thin wide line paragraph ogham narrow math");
        QTest::newRow("points and commas in rows")
            << QByteArray(",,,...,,, .,.,., 1,,2 1..2 1.,2 ,1 .1 1, 1.")
            << QByteArray(", , , . . . , , , . , . , . , 1 , , 2 1 . . 2 1 . , 2 , 1 . 1 1 , 1 .");
        QTest::newRow("skipped") << QByteArray("<skipped>a <ski<skipped>pped>b")
                                 << QByteArray("a < skipped > b");
    }
    void wordsAreThoseOf13a() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, words);
        std::string found;
        for (const std::string& word : mtevalWords(text.toStdString()))
            found += (found.empty() ? "" : " ") + word;
        QCOMPARE(QByteArray::fromStdString(found), words);
    }

    void oneTextScoresAsInSacrebleu_data() {
        QTest::addColumn<QByteArray>("continuation");
        QTest::addColumn<QByteArray>("reference");
        QTest::addColumn<double>("score");
        const QByteArray fox("The quick brown fox jumps over the lazy dog.");
        QTest::newRow("the same") << fox << fox << 100.0;
        QTest::newRow("near") << fox << QByteArray("The quick brown fox jumped over the lazy dogs!")
                              << 37.99178428257963;
        QTest::newRow("smoothed") << QByteArray("the the the the the the the the the the") << fox
                                  << 4.196114906296549;
        QTest::newRow("two words") << QByteArray("one two") << QByteArray("one two") << 0.0;
        QTest::newRow("nothing in common") << QByteArray("one two three four five") << fox << 0.0;
        QTest::newRow("empty") << QByteArray() << fox << 0.0;
        QTest::newRow("empty reference") << fox << QByteArray() << 0.0;
        QTest::newRow("numbers")
            << QByteArray("It cost 1,234.5 pounds, or 3.14 or .5 or 5. or 1,000,000; not 10:30.")
            << QByteArray("It cost 1,234.5 pounds, or 3.14 or .5 or 5. or 1,000,001; not 10:31")
            << 76.1827408333416;
        QTest::newRow("hyphens and dashes")
            << QByteArray("A well-known man of 20-30 years -- or 40- - or so -, said no-one.")
            << QByteArray("A well-known man of 20 - 30 years \u2014 or 40\u201350 or so, said no one.")
            << 42.461633178803446;
        QTest::newRow("quotes") << QByteArray(
                                       "\"Don't,\" she said, 'it's the boys' turn.' \u201cDon\u2019t,\u201d "
                                       "\u2018he\u2019 said\u2026")
                                << QByteArray(
                                       "\"Don't,\" he said, 'it's the boy's turn.' \"Dont,\" 'he' said...")
                                << 27.075392202374655;
    }
    void oneTextScoresAsInSacrebleu() {
        QFETCH(QByteArray, continuation);
        QFETCH(QByteArray, reference);
        QFETCH(double, score);
        QVERIFY(std::abs(bleu(bleuCounts(continuation.toStdString(), reference.toStdString())) - score) <
                1e-9);
    }

    void countsAddUpBeforeTheyAreDivided() {
        const BleuCounts a = bleuCounts("the cat sat on the mat", "the cat sat on a mat"),
                         b = bleuCounts("a dog", "a dog lay on the mat");
        BleuCounts both = a;
        both.add(b);
        BleuCounts twice;
        twice.add(a, 2);
        QCOMPARE(both.words, 8);
        QCOMPARE(both.referenceWords, 12);
        QCOMPARE(both.ngrams, (std::array<std::int64_t, 4>{8, 6, 4, 3}));
        QCOMPARE(twice.matches[0], 2 * a.matches[0]);
        QVERIFY(std::abs(brevityPenalty(both) - std::exp(1 - 12.0 / 8)) < 1e-12);
        QVERIFY(std::abs(bleu(twice) - bleu(a)) < 1e-12);
    }

    void selfBleuIsEachAgainstAllOthers() {
        const std::vector<std::string> texts{"the cat sat on the mat today", "the cat sat on a mat",
                                             "a dog lay on the mat today", "nothing at all"};
        const std::vector<double> expected{76.52058832556892, 47.601165492440046, 43.47208719449914, 0.0};
        const auto scores = selfBleu(texts);
        QCOMPARE(scores.size(), expected.size());
        for (std::size_t i = 0; i < scores.size(); ++i)
            QVERIFY2(std::abs(scores[i] - expected[i]) < 1e-9,
                     qPrintable(QString::number(scores[i], 'g', 17)));
        QVERIFY(selfBleu(std::span(texts).first(1)).empty());
    }

    void aTextTwiceIsItsOwnCopy() {
        const std::vector<std::string> texts{"one two three four five", "one two three four five"};
        for (const double score : selfBleu(texts))
            QVERIFY(std::abs(score - 100) < 1e-9);
    }

    void repeatedFourGramsAreThoseAfterTheFirst_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("repeated");
        QTest::addColumn<int>("all");
        QTest::newRow("three words") << QByteArray("one two three") << 0 << 0;
        QTest::newRow("none") << QByteArray("one two three four five") << 0 << 2;
        QTest::newRow("one word") << QByteArray("la la la la la la") << 2 << 3;
        QTest::newRow("a sentence twice") << QByteArray("I ran home. I ran home.") << 1 << 5;
    }
    void repeatedFourGramsAreThoseAfterTheFirst() {
        QFETCH(QByteArray, text);
        QFETCH(int, repeated);
        QFETCH(int, all);
        const RepeatedNgrams found = repeatedFourGrams(text.toStdString());
        QCOMPARE(found.repeated, repeated);
        QCOMPARE(found.all, all);
    }
};

QTEST_GUILESS_MAIN(BleuTest)
#include "bleu_test.moc"
