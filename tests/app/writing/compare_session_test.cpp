#include "app/writing/compare_session.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;

class CompareSessionTest : public QObject {
    Q_OBJECT

private slots:
    void theFirstDifferenceIsFound_data() {
        QTest::addColumn<QStringList>("first");
        QTest::addColumn<QStringList>("second");
        QTest::addColumn<qsizetype>("difference");
        QTest::newRow("at once") << QStringList{"a"} << QStringList{"b"} << qsizetype{0};
        QTest::newRow("later") << QStringList{"the ", "ferry"} << QStringList{"the ", "river"}
                               << qsizetype{4};
        QTest::newRow("never") << QStringList{"the ", "ferry"} << QStringList{"the ferry"} << qsizetype{-1};
        QTest::newRow("one is shorter") << QStringList{"the"} << QStringList{"the ferry"} << qsizetype{-1};
        QTest::newRow("not inside a pair") << QStringList{QStringLiteral("a\U0001F600")}
                                           << QStringList{QStringLiteral("a\U0001F601")} << qsizetype{1};
    }

    void theFirstDifferenceIsFound() {
        QFETCH(QStringList, first);
        QFETCH(QStringList, second);
        QFETCH(qsizetype, difference);
        CompareSession session;
        QSignalSpy found(&session, &CompareSession::firstDifferenceChanged);
        session.begin(1, 2);
        for (qsizetype i = 0; i < std::max(first.size(), second.size()); ++i) {
            if (i < first.size())
                session.append(Side::First, first[i], 1);
            if (i < second.size())
                session.append(Side::Second, second[i], 1);
        }
        QCOMPARE(session.firstDifference(), difference);
        QCOMPARE(found.count(), difference >= 0 ? 1 : 0);
    }

    void theEndCarriesTheMeasuredSpeeds() {
        CompareSession session;
        session.begin(1, 2);
        QVERIFY(session.isRunning());
        session.append(Side::First, QStringLiteral("a"), 1);
        Outcome outcome;
        outcome.timings[0] = {50, 0.1, 0.5};
        outcome.timings[1] = {50, 0.1, 1.0};
        session.finish(outcome);
        QCOMPARE(session.side(Side::First).tokensPerSecond, 100.0);
        QCOMPARE(session.side(Side::Second).tokensPerSecond, 50.0);
        QVERIFY(!session.isRunning());
        session.clear();
        QVERIFY(!session.hasResult());
    }
};

QTEST_GUILESS_MAIN(CompareSessionTest)
#include "compare_session_test.moc"
