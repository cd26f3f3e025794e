#include "app/document/packed_bytes.h"

#include <QTest>

using namespace app;

class PackedBytesTest : public QObject {
    Q_OBJECT

private slots:
    void comeBack() {
        for (const QByteArray& bytes : {QByteArray(), QByteArray("a"), QByteArray(3'000'000, 'x'),
                                        QByteArray(100'000, '\0')}) // as well as anything packs
            QCOMPARE(unpackBytes(qCompress(bytes, 9)), bytes);
    }

    void damagedOnesAreNothing() {
        const QByteArray packed = qCompress(QByteArray("Once upon a time").repeated(100));
        for (qsizetype length = 0; length < packed.size(); ++length)
            QVERIFY(!unpackBytes(packed.first(length)));
        // A length that nobody could have the memory for.
        QVERIFY(!unpackBytes(QByteArray("\xFF\xFF\xFF\xFF") + packed.sliced(4)));
        QVERIFY(!unpackBytes(QByteArray("\x7F\xFF\xFF\xFF")));
    }
};

QTEST_GUILESS_MAIN(PackedBytesTest)
#include "packed_bytes_test.moc"
