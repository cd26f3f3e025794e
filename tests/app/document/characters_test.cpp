#include "app/document/characters.h"

#include <QTest>
#include <QTextBoundaryFinder>

using namespace app;

class CharactersTest : public QObject {
    Q_OBJECT

private slots:
    void placesAreThoseOfTheReader_data() {
        QTest::addColumn<QString>("character"); // one, as a reader sees it
        QTest::newRow("letter") << QStringLiteral("a");
        QTest::newRow("emoji") << QStringLiteral("\U0001F600");
        QTest::newRow("accent of its own") << QStringLiteral("e\u0301");
        QTest::newRow("two accents") << QStringLiteral("o\u0302\u0301");
        QTest::newRow("skin tone") << QStringLiteral("\U0001F44D\U0001F3FD");
        QTest::newRow("family") << QStringLiteral("\U0001F468\u200D\U0001F469\u200D\U0001F467");
        QTest::newRow("flag") << QStringLiteral("\U0001F1E9\U0001F1EA");
        QTest::newRow("variation") << QStringLiteral("\u2764\uFE0F");
        QTest::newRow("hangul in parts") << QStringLiteral("\u1112\u1161\u11AB");
        QTest::newRow("thai") << QStringLiteral("\u0E17\u0E35\u0E48");
        QTest::newRow("line end") << QStringLiteral("\r\n");
    }
    void placesAreThoseOfTheReader() {
        QFETCH(QString, character);
        const qsizetype size = character.size();
        for (const QString& before :
             {QString(), QStringLiteral("ab "), QString(500, u'x'), QString(300, u'\u6771')}) {
            const QString text = before + character + QStringLiteral("z\U0001F60E");
            const qsizetype start = before.size();
            QVERIFY(isBetweenCharacters(text, start));
            QVERIFY(isBetweenCharacters(text, start + size));
            for (qsizetype inside = 1; inside < size; ++inside) {
                QVERIFY(!isBetweenCharacters(text, start + inside));
                QCOMPARE(characterStart(text, start + inside), start);
                QCOMPARE(characterEnd(text, start + inside), start + size);
            }
        }
    }

    void aLookAroundSeesWhatALookAtAllSees() {
        const QString text =
            QStringLiteral("Ae\u0301 \U0001F468\u200D\U0001F469 x\U0001F600\U0001F60E\u0E17\u0E35\u0E48\n"
                           "\U0001F44D\U0001F3FD\U00020BB7 \u2764\uFE0F\r\nend")
                .repeated(3);
        QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
        for (qsizetype at = 0; at <= text.size(); ++at) {
            finder.setPosition(at);
            // Behind Thai, Qt 6.4 takes places inside of pairs for boundaries.
            QCOMPARE(isBetweenCharacters(text, at), finder.isAtBoundary() && !splitsPair(text, at));
        }
    }

    void widenedEditsLeadToTheSameText() {
        const QString text = QStringLiteral("\U0001F600a\U0001F60E");
        for (qsizetype from = 0; from <= text.size(); ++from) {
            for (qsizetype length = 0; length <= text.size() - from; ++length) {
                for (const QString& inserted :
                     {QString(), QStringLiteral("b"), QStringLiteral("\U0001F60E").mid(1),
                      QStringLiteral("\U0001F60E").first(1)}) {
                    qsizetype position = from;
                    qsizetype removed = length;
                    QString widened = inserted;
                    widenToPairs(text, position, removed, widened);
                    const QString plain = QString(text).replace(from, length, inserted);
                    if (plain.isValidUtf16()) {
                        QCOMPARE(QString(text).replace(position, removed, widened), plain);
                    } else if (inserted.isValidUtf16()) {
                        QVERIFY(QString(text).replace(position, removed, widened).isValidUtf16());
                    }
                    QVERIFY(!splitsPair(text, position) && !splitsPair(text, position + removed));
                    const QString after = QString(text).replace(position, removed, widened);
                    QVERIFY(!splitsPair(after, position) && !splitsPair(after, position + widened.size()));
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(CharactersTest)
#include "characters_test.moc"
