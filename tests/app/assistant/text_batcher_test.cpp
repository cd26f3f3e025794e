#include "app/engine_thread/text_batcher.h"

#include "tests/app/support/packed_summary.h"

#include <QTest>

using namespace app;
using namespace std::chrono_literals;

namespace {

const TextBatcher::TimePoint kStart{1h};

GateFrames frame(int token) {
    GateFrames frames;
    frames.firstToken = token;
    frames.layers = 1;
    frames.width = 2;
    frames.summaries = test::packed({0.5F, 0, 0, 0.5F, 1, 0});
    frames.channelCodes = QByteArray(2, static_cast<char>(token));
    return frames;
}

} // namespace

class TextBatcherTest : public QObject {
    Q_OBJECT

private slots:
    void charactersCutBetweenTokensStayWhole_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("ascii") << QStringLiteral("ferry");
        QTest::newRow("two bytes") << QStringLiteral("größer");
        QTest::newRow("three bytes") << QStringLiteral("日本語");
        QTest::newRow("a mark among the words") << QStringLiteral("\ufeffa\ufeff\ufeff");
        QTest::newRow("parts of an emoji") << QStringLiteral("\U0001F468\u200D\U0001F469e\u0301");
        QTest::newRow("surrogate pairs") << QStringLiteral("a\U0001F600\U0001F680b");
    }

    // One byte per token and a batch after each is the hardest case.
    void charactersCutBetweenTokensStayWhole() {
        QFETCH(QString, text);
        TextBatcher batcher(1, Side::First);
        QString received;
        QList<RunToken> tokens;
        for (const char byte : text.toUtf8()) {
            batcher.push(static_cast<unsigned char>(byte), std::string_view(&byte, 1), 0.5F);
            const TokenBatch batch = batcher.take(kStart);
            QVERIFY(!batch.text.contains(QChar(QChar::ReplacementCharacter)));
            QVERIFY(batch.text.isEmpty() || !batch.text.back().isHighSurrogate());
            received += batch.text;
            tokens += batch.tokens;
        }
        QVERIFY(!batcher.takeLast());
        QCOMPARE(received, text);
        QCOMPARE(tokens.size(), text.toUtf8().size());
        qsizetype reached = 0;
        for (const RunToken& token : tokens) {
            QCOMPARE(token.start, reached); // no gap, no overlap
            reached = token.end;
        }
        QCOMPARE(reached, text.size());
    }

    void whatNeverBecomesACharacterIsReplacedAtTheEnd() {
        TextBatcher batcher(1, Side::First);
        batcher.push(7, "a\xF0\x9F", 1.0F);
        QCOMPARE(batcher.take(kStart).text, QStringLiteral("a"));
        const auto last = batcher.takeLast();
        QVERIFY(last);
        QCOMPARE(last->text, QString(QChar(QChar::ReplacementCharacter)));
    }

    void batchesComeAtMostEveryInterval() {
        TextBatcher batcher(1, Side::Second);
        QVERIFY(!batcher.isDue(kStart));
        batcher.push(1, "a", 1.0F);
        QVERIFY(batcher.isDue(kStart)); // the first at once
        QCOMPARE(batcher.take(kStart).side, Side::Second);
        batcher.push(2, "b", 1.0F);
        batcher.push(3, "c", 1.0F);
        QVERIFY(!batcher.isDue(kStart + TextBatcher::kInterval - 1ms));
        QVERIFY(batcher.isDue(kStart + TextBatcher::kInterval));
        const TokenBatch batch = batcher.take(kStart + TextBatcher::kInterval);
        QCOMPARE(batch.text, QStringLiteral("bc"));
        QCOMPARE(batch.tokens.size(), 2);
    }

    void gatesTravelWithTheText() {
        TextBatcher batcher(1, Side::First);
        batcher.push(frame(0));
        batcher.push(frame(1));
        const TokenBatch batch = batcher.take(kStart);
        QCOMPARE(batch.gates.tokenCount(), 2);
        batcher.push(frame(2));
        QVERIFY(batcher.isDue(kStart + 1h));
        QCOMPARE(batcher.take(kStart).gates.firstToken, 2);
    }
};

QTEST_GUILESS_MAIN(TextBatcherTest)
#include "tests/app/support/packed_summary.h"
#include "text_batcher_test.moc"
