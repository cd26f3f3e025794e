#include "app/document/sentences.h"

#include <QTest>

using namespace app;

class SentencesTest : public QObject {
    Q_OBJECT

private slots:
    // The cursor is at the bar.
    void finds_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* text, const char* sentence) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(sentence);
        };
        row("He ca|me. She went.", "He came.");
        row("He came.| She went.", "He came.");
        row("He came. |She went.", "She went.");
        row("He came. She went.|", "She went.");
        row("He came.\nShe |went", "She went");
        row("Mr. Smith sa|w J. R. Brown. He left.", "Mr. Smith saw J. R. Brown.");
        row("“Stop!” he |said. “No.”", "“Stop!” he said.");
        row("“Stop! |Now.” He ran.", "Now.”");
        row("It was 3.|5 km. Far.", "It was 3.5 km.");
        row("What…? |Nothing.", "Nothing.");
        row("彼は来た。彼女は|行った。", "彼女は行った。");
        row("He said little said under of. Opened str|eet quiet her winter looked never river mother night "
            "little. "
            "Street winter mother night under winter table looked.",
            "Opened street quiet her winter looked never river mother night little.");
        row("“No.| No!” She left.", "“No.");
        row("|", "");
        row("One.\n|\nTwo.", "");
    }

    void finds() {
        QFETCH(QString, text);
        const qsizetype at = text.indexOf(u'|');
        text.remove(at, 1);
        const TextRange range = sentenceAt(text, at);
        QTEST(text.sliced(range.position, range.length), "sentence");
    }

    void looksNoFurtherThanItSays() {
        const QString text(1'000'000, u'a');
        QCOMPARE(sentenceAt(text, 500'000), (TextRange{500'000 - kSentenceSight, 2 * kSentenceSight}));
    }
};

QTEST_GUILESS_MAIN(SentencesTest)
#include "sentences_test.moc"
