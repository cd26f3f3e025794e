// The system's ways to end a program arrive as a signal of Qt, and nothing else happens.
#include "app/quit_signals.h"

#include <QSignalSpy>
#include <QTest>

#include <csignal>

class QuitSignalsTest : public QObject {
    Q_OBJECT

private slots:
    void eachIsToldOnce_data() {
        QTest::addColumn<int>("number");
        QTest::newRow("log-out") << SIGTERM;
        QTest::newRow("closed terminal") << SIGHUP;
        QTest::newRow("Ctrl+C") << SIGINT;
    }

    void eachIsToldOnce() {
        QFETCH(int, number);
        app::QuitSignals quitSignals;
        QSignalSpy received(&quitSignals, &app::QuitSignals::received);
        std::raise(number);
        QCOMPARE(received.count(), 0); // not inside the handler
        QTRY_COMPARE(received.count(), 1);
    }

    void whatIsIgnoredStaysIgnored() {
        std::signal(SIGHUP, SIG_IGN); // as under nohup
        {
            app::QuitSignals quitSignals;
            QSignalSpy received(&quitSignals, &app::QuitSignals::received);
            std::raise(SIGHUP);
            QTest::qWait(20);
            QCOMPARE(received.count(), 0);
        }
        QVERIFY(std::signal(SIGHUP, SIG_DFL) == SIG_IGN);
        QVERIFY(std::signal(SIGTERM, SIG_DFL) == SIG_DFL); // as it was before
    }
};

QTEST_GUILESS_MAIN(QuitSignalsTest)
#include "quit_signals_test.moc"
