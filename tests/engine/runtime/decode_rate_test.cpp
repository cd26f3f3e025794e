#include "engine/runtime/decode_rate.h"

#include "engine/core/stopwatch.h"

#include <QTest>

#include <memory>
#include <stop_token>
#include <thread>

using namespace engine;

class DecodeRateTest : public QObject {
    Q_OBJECT

private slots:
    void isThatOfTheBytesRead_data() {
        QTest::addColumn<int>("weights");
        QTest::addColumn<double>("bytesPerWeight");
        QTest::newRow("bf16") << int(WeightType::BFloat16) << 2.0;
        QTest::newRow("q8") << int(WeightType::Q8) << 34.0 / 32;
        QTest::newRow("q4") << int(WeightType::Q4) << 18.0 / 32;
    }

    // Five of the nine rounds were at the median's rate or slower, so all of it took at least as long as five
    // rounds at that rate, on every machine, however busy. That it was not a thousand times as long finds a
    // unit that is wrong the other way. A round: four tokens, 200 million weights; a sixth meets zeros.
    void isThatOfTheBytesRead() {
        QFETCH(int, weights);
        QFETCH(double, bytesPerWeight);
        const auto pool = std::make_shared<ThreadPool>();
        const Stopwatch watch;
        const auto rate = measureDecodeRate(static_cast<WeightType>(weights), pool);
        const double seconds = watch.seconds();
        QVERIFY(rate.has_value());
        const double slowerRounds = 5 * (0.8 * 4 * 200e6 * bytesPerWeight) / (*rate * 1e9);
        QVERIFY2(seconds > slowerRounds && seconds < 1000 * slowerRounds,
                 qPrintable(QString("%1 GB/s in %2 s").arg(*rate).arg(seconds)));
    }

    void itCanBeStopped() {
        std::stop_source stop;
        const std::jthread other([&stop] { stop.request_stop(); });
        const auto rate = measureDecodeRate(WeightType::Q4, std::make_shared<ThreadPool>(), stop.get_token());
        QVERIFY(!rate.has_value());
        QCOMPARE(rate.error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(DecodeRateTest)
#include "decode_rate_test.moc"
