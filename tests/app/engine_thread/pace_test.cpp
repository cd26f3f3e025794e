#include "app/engine_thread/pace.h"

#include <QTest>

#include <thread>

using namespace app;
using namespace std::chrono_literals;

class PaceTest : public QObject {
    Q_OBJECT

private slots:
    void textIsDueAtTheSpeedOfReading() {
        Pace pace(250, {}); // 25 characters a second
        const Pace::Clock::time_point start{};
        QVERIFY(pace.due(5, start) == 0ms);
        QVERIFY(pace.due(10, start) == 200ms);
        QVERIFY(pace.due(5, start + 200ms) == 400ms);
        QVERIFY(pace.due(5, start + 10s) == 0ms); // the model was slower
        QVERIFY(pace.due(5, start + 10s) == 200ms);
    }

    void withoutALimitNothingWaits() {
        Pace pace(0, {});
        QVERIFY(!pace.isLimited());
        pace.wait(1'000'000);
    }

    void stoppingEndsTheWait() {
        std::stop_source stop;
        Pace pace(1, stop.get_token());
        pace.wait(1'000'000);
        std::thread stopping([&stop] { stop.request_stop(); });
        pace.wait(1); // would take months
        stopping.join();
    }
};

QTEST_GUILESS_MAIN(PaceTest)
#include "pace_test.moc"
