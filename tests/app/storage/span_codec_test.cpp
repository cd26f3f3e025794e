#include "app/storage/columns/span_codec.h"

#include <QRandomGenerator>
#include <QTest>

#include <limits>

using namespace app;

class SpanCodecTest : public QObject {
    Q_OBJECT

private slots:
    void spansComeBackAsTheyWere() {
        constexpr qint64 kHuge = std::numeric_limits<qint64>::max();
        const QList<Span> spans{{1, Origin::Typed, 0, 0},        {127, Origin::Imported, 0, 0},
                                {128, Origin::Generated, 1, 0},  {300'000, Origin::Generated, 1234567, 16383},
                                {5, Origin::Edited, 1234567, 0}, {1, Origin::Generated, kHuge, kHuge - 1}};
        QCOMPARE(unpackSpans(packSpans(spans)), spans);
        QCOMPARE(unpackSpans(QByteArray()), QList<Span>());
    }

    void cutBytesAreRefused() {
        const QByteArray bytes = packSpans({{300, Origin::Generated, 1000, 70'000}});
        for (qsizetype length = 1; length < bytes.size(); ++length)
            QVERIFY2(!unpackSpans(bytes.first(length)), qPrintable(QString::number(length)));
    }

    void nonsenseIsRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty span") << QByteArray("\x00\x00", 2);
        QTest::newRow("unknown origin") << QByteArray("\x01\x04", 2);
        QTest::newRow("no run") << QByteArray("\x01\x03\x00", 3);
        QTest::newRow("number without end") << QByteArray(12, '\xFF');
        QTest::newRow("number too large") << QByteArray("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x00", 11);
        QTest::newRow("offset past the end of numbers")
            << QByteArray("\x02\x02\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 12);
    }

    void nonsenseIsRefused() {
        QFETCH(QByteArray, bytes);
        QVERIFY(!unpackSpans(bytes));
    }

    void randomBytesNeverBecomeUnfitSpans() {
        QRandomGenerator random(3);
        for (int i = 0; i < 20'000; ++i) {
            QByteArray bytes;
            for (int length = random.bounded(20); length > 0; --length)
                bytes.append(static_cast<char>(random.bounded(256)));
            if (const auto spans = unpackSpans(bytes))
                for (const Span& span : *spans)
                    QVERIFY(span.length > 0 && span.run >= 0 && span.runOffset >= 0);
        }
    }
};

QTEST_GUILESS_MAIN(SpanCodecTest)
#include "span_codec_test.moc"
