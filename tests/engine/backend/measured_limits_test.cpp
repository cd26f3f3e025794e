#include "engine/backend/measured_limits.h"

#include "engine/core/stopwatch.h"
#include "engine/operations/products/dense/matrix_product.h"

#include <QTest>

using namespace engine;

namespace {

// A clock that goes only when it is told to.
struct SetClock {
    using duration = std::chrono::milliseconds;
    using time_point = std::chrono::time_point<SetClock, duration>;
    static inline time_point s_now{};
    static time_point now() { return s_now; }
};

// Work that takes so long.
auto taking(int milliseconds) {
    return [milliseconds]() -> Expected<void> {
        SetClock::s_now += std::chrono::milliseconds(milliseconds);
        return {};
    };
}

// `gigaPerSecond` was the best rate while `work` was done `times` times within `seconds`. Nothing was done
// faster than that, so it took at least as long as at the best rate, on every machine, however busy. That it
// was not a thousand times as long finds a unit that is wrong the other way.
void expectBestOf(double gigaPerSecond, double work, int times, double seconds) {
    const double atBest = work * times / (gigaPerSecond * 1e9);
    QVERIFY2(
        seconds >= atBest && seconds < 1000 * atBest,
        qPrintable(QString("%1 G/s, which takes %2 s, in %3 s").arg(gigaPerSecond).arg(atBest).arg(seconds)));
}

} // namespace

class MeasuredLimitsTest : public QObject {
    Q_OBJECT

private slots:
    void aRateIsWorkPerSecond() {
        BestRate<SetClock> rate(3e9);
        QCOMPARE(rate.giga(), 0.0);
        QVERIFY(rate.measure(taking(1500)).has_value());
        QCOMPARE(rate.giga(), 2.0);
        QCOMPARE(rate.seconds(), 1.5);
    }

    void theFastestMeasurementCounts() {
        BestRate<SetClock> rate(3e9);
        for (const int milliseconds : {1000, 1500, 500, 6000})
            QVERIFY(rate.measure(taking(milliseconds)).has_value());
        QCOMPARE(rate.giga(), 6.0);
        QCOMPARE(rate.seconds(), 0.5);
    }

    void whatFailsMeasuresNothing() {
        BestRate<SetClock> rate(3e9);
        QVERIFY(rate.measure(taking(1000)).has_value());
        const auto failed = rate.measure([]() -> Expected<void> {
            SetClock::s_now += std::chrono::milliseconds(1);
            return failure(ErrorCode::OutOfMemory, "no more");
        });
        QVERIFY(!failed.has_value());
        QCOMPARE(failed.error().code, ErrorCode::OutOfMemory);
        QCOMPARE(rate.giga(), 3.0);
    }

    void aClockThatStandsStillMeasuresNothing() {
        BestRate<SetClock> rate(3e9);
        QVERIFY(rate.measure(taking(0)).has_value());
        QCOMPARE(rate.giga(), 0.0);
    }

    void theBandwidthIsThatOfTheBytesRead() {
        ThreadPool pool;
        const Stopwatch watch;
        const auto bandwidth = measureBandwidth(pool);
        QVERIFY(bandwidth.has_value());
        expectBestOf(*bandwidth, static_cast<double>(kBandwidthBytes), kBandwidthPasses, watch.seconds());
    }

    void theMatrixRateIsThatOfTheProducts() {
        ThreadPool pool;
        const Stopwatch watch;
        const auto rate = measureMatrixRate(DataType::Float32, pool);
        QVERIFY(rate.has_value());
        expectBestOf(*rate, 2.0 * 2048 * 2048 * 2048, kMatrixPasses, watch.seconds());
    }

    void aRateMeasuredAgainIsTheBest() {
        ThreadPool pool;
        auto rate = MatrixRate::measure(DataType::Float32, pool);
        QVERIFY(rate.has_value());
        double best = rate->best();
        QVERIFY(best > 0);
        for (int i = 0; i < 3; ++i) {
            const Stopwatch watch;
            QVERIFY(rate->measureAgain().has_value());
            // As fast as the product just done, or faster.
            expectBestOf(rate->best(), kProductFlops, 1, watch.seconds());
            QVERIFY(rate->best() >= best);
            best = rate->best();
        }
        QCOMPARE(rate->seconds(), kProductFlops / best * 1e-9);
    }

    void unsupportedTypesAreErrors() {
        ThreadPool pool;
        const auto rate = measureMatrixRate(DataType::Int8, pool);
        QVERIFY(!rate.has_value());
        QCOMPARE(rate.error().code, ErrorCode::UnsupportedType);
        QCOMPARE(measureMatrixRate(DataType::BFloat16, pool).has_value(), hasBfloat16Products());
    }
};

QTEST_GUILESS_MAIN(MeasuredLimitsTest)
#include "measured_limits_test.moc"
