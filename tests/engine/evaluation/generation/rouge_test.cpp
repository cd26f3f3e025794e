// rouge_test.cpp: the words and figures of rouge-score 0.1.2 without its stemmer.
// tests/evidence/check_metrics.py holds many more against the package itself.
#include "engine/evaluation/generation/rouge.h"

#include <QTest>

#include <cmath>

using namespace engine;

class RougeTest : public QObject {
    Q_OBJECT

private slots:
    void wordsAreLettersAndDigits_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("empty") << QByteArray() << QByteArray();
        QTest::newRow("cases and digits")
            << QByteArray("ABC aBc 123abc, a1-B2!") << QByteArray("abc abc 123abc a1 b2");
        QTest::newRow("accents separate") << QByteArray("Caf\u00e9 na\u00efve") << QByteArray("caf na ve");
        QTest::newRow("capitals whose small letters are ASCII")
            << QByteArray("\u212aelvin \u0130stanbul K\u212aK") << QByteArray("kelvin i stanbul kkk");
    }
    void wordsAreLettersAndDigits() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, words);
        std::string found;
        for (const std::string& word : rougeWords(text.toStdString()))
            found += (found.empty() ? "" : " ") + word;
        QCOMPARE(QByteArray::fromStdString(found), words);
    }

    void scoresAreThoseOfRougeScore_data() {
        QTest::addColumn<QByteArray>("continuation");
        QTest::addColumn<QByteArray>("reference");
        QTest::addColumn<double>("rouge1");
        QTest::addColumn<double>("rougeL");
        const QByteArray fox("The quick brown fox jumps over the lazy dog.");
        QTest::newRow("near") << fox << QByteArray("The quick brown fox jumped over the lazy dogs!")
                              << 0.7777777777777778 << 0.7777777777777778;
        QTest::newRow("repeated") << QByteArray("the the the the the the the the the the") << fox
                                  << 0.2105263157894737 << 0.2105263157894737;
        QTest::newRow("another order")
            << QByteArray("one two three four") << QByteArray("four three two one") << 1.0 << 0.25;
        QTest::newRow("numbers")
            << QByteArray("It cost 1,234.5 pounds, or 3.14 or .5 or 5. or 1,000,000; not 10:30.")
            << QByteArray("It cost 1,234.5 pounds, or 3.14 or .5 or 5. or 1,000,001; not 10:31") << 0.9
            << 0.9;
        QTest::newRow("quotes") << QByteArray(
                                       "\"Don't,\" she said, 'it's the boys' turn.' \u201cDon\u2019t,\u201d "
                                       "\u2018he\u2019 said\u2026")
                                << QByteArray(
                                       "\"Don't,\" he said, 'it's the boy's turn.' \"Dont,\" 'he' said...")
                                << 0.6923076923076923 << 0.6923076923076923;
        QTest::newRow("accents")
            << QByteArray("Caf\u00e9 na\u00efve \u00c9lan \u00fcber Stra\u00dfe \u0130stanbul \u212aelvin "
                          "\u212bngstr\u00f6m \ufb01ne \u01c5ungla")
            << QByteArray("cafe naive Elan uber Strasse istanbul kelvin angstrom fine dzungla")
            << 0.08333333333333333 << 0.08333333333333333;
        QTest::newRow("empty") << QByteArray() << fox << 0.0 << 0.0;
        QTest::newRow("empty reference") << fox << QByteArray() << 0.0 << 0.0;
        QTest::newRow("no words at all") << QByteArray("...") << QByteArray("!") << 0.0 << 0.0;
    }
    void scoresAreThoseOfRougeScore() {
        QFETCH(QByteArray, continuation);
        QFETCH(QByteArray, reference);
        QFETCH(double, rouge1);
        QFETCH(double, rougeL);
        const RougeScores scores = rouge(continuation.toStdString(), reference.toStdString());
        QVERIFY(std::abs(scores.rouge1 - rouge1) < 1e-9);
        QVERIFY(std::abs(scores.rougeL - rougeL) < 1e-9);
    }
};

QTEST_GUILESS_MAIN(RougeTest)
#include "rouge_test.moc"
