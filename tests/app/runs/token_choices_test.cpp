#include "app/generation/token_choices.h"

#include <QTest>

#include <cmath>

using namespace app;

class TokenChoicesTest : public QObject {
    Q_OBJECT

private slots:
    void comeBackAsTheyWerePacked() {
        TokenChoices choices{70'000, -12.5F, 3, {}};
        for (int i = 0; i < kTokenChoices; ++i)
            choices.best.append({65'535 - i, -0.25F * static_cast<float>(i), QByteArray(i * 12, '\xE2')});
        choices.best.last().logProbability = -INFINITY;
        QCOMPARE(unpackChoices(packChoices(choices)), choices);
        // More than are kept are left out.
        TokenChoices more = choices;
        more.best.append({1, -9, "x"});
        QCOMPARE(unpackChoices(packChoices(more)), choices);
    }

    void damagedBytesAreNoChoices() {
        const QByteArray packed = packChoices({2, -1, 0, {{7, -0.5F, " bell"}, {8, -1, " a"}}});
        for (qsizetype length = 0; length < packed.size(); ++length)
            QVERIFY(!unpackChoices(packed.first(length)));
        QVERIFY(!unpackChoices(packed + '\0'));
        QVERIFY(!unpackChoices(packChoices({}))); // nothing was collected
    }

    void areShownAsAReaderCanTellThemApart_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("repeated");
        QTest::addColumn<QString>("shown");
        QTest::newRow("word") << QByteArray(" bell") << 0 << QStringLiteral("␣bell");
        QTest::newRow("new lines") << QByteArray("\n\n") << 0 << QStringLiteral("↵↵");
        QTest::newRow("behind what is there") << QByteArray(" seas") << 4 << QStringLiteral("s");
        QTest::newRow("all is there") << QByteArray("sea") << 3 << QString();
        QTest::newRow("letters of several bytes") << QByteArray("é—") << 0 << QStringLiteral("é—");
        QTest::newRow("half a letter") << QByteArray("\xE2\x80") << 0 << QStringLiteral("\\xE2\\x80");
    }
    void areShownAsAReaderCanTellThemApart() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, repeated);
        QFETCH(QString, shown);
        QCOMPARE(visibleText({1, 0, bytes}, repeated), shown);
    }
};

QTEST_GUILESS_MAIN(TokenChoicesTest)
#include "token_choices_test.moc"
