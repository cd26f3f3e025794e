// bootstrap_test.cpp: intervals are as wide as theory says, the same every time, and know what a drawing
// lacks.
#include "engine/evaluation/bootstrap.h"

#include "engine/core/random.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace engine;

class BootstrapTest : public QObject {
    Q_OBJECT

private:
    static std::vector<double> normals(std::size_t count) {
        Random random(5);
        std::vector<double> values(count);
        for (double& value : values)
            value = 10 + random.normal();
        return values;
    }

private slots:
    void theSameEveryTime() {
        const auto values = normals(50);
        const auto once = bootstrapMean(values, {500, 3}), again = bootstrapMean(values, {500, 3}),
                   other = bootstrapMean(values, {500, 4});
        QCOMPARE(once.value, again.value);
        QCOMPARE(once.interval.low, again.interval.low);
        QCOMPARE(once.interval.high, again.interval.high);
        QCOMPARE(once.value, other.value);
        QVERIFY(once.interval.low != other.interval.low);
    }

    // Of the mean of n values with deviation 1: 1.96 / sqrt(n) to both sides. Of the median: from the value
    // that is 0.98 sqrt(n) places before the middle to the one as far behind it, as the number of drawn
    // values below the middle is binomial.
    void asWideAsTheorySays() {
        auto values = normals(400);
        const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 400;
        const auto ofMean = bootstrapMean(values, {4000, 1});
        QVERIFY(std::abs(ofMean.value - mean) < 1e-12);
        QVERIFY(ofMean.interval.low < mean && mean < ofMean.interval.high);
        const double width = 2 * 1.96 / 20;
        QVERIFY(std::abs((ofMean.interval.high - ofMean.interval.low) / width - 1) < 0.1);
        const auto ofMedian = bootstrapMedian(values, {4000, 1});
        std::ranges::sort(values);
        QVERIFY(values[176] < ofMedian.interval.low && ofMedian.interval.low < values[184]);
        QVERIFY(values[215] < ofMedian.interval.high && ofMedian.interval.high < values[223]);
    }

    void theMedianIsTheMiddle_data() {
        QTest::addColumn<QList<double>>("values");
        QTest::addColumn<double>("median");
        QTest::newRow("one") << QList<double>{7} << 7.0;
        QTest::newRow("odd") << QList<double>{9, 1, 5} << 5.0;
        QTest::newRow("even") << QList<double>{9, 1, 5, 7} << 6.0;
        QTest::newRow("equal") << QList<double>{2, 2, 2, 2} << 2.0;
    }
    void theMedianIsTheMiddle() {
        QFETCH(QList<double>, values);
        QFETCH(double, median);
        const auto estimate = bootstrapMedian(std::vector<double>(values.begin(), values.end()), {100, 1});
        QCOMPARE(estimate.value, median);
        QVERIFY(estimate.interval.low <= median && median <= estimate.interval.high);
    }

    void oneUnitLeavesNoDoubt() {
        const std::vector<double> one{0.25};
        const auto estimate = bootstrapMean(one, {100, 1});
        QCOMPARE(estimate.interval.low, 0.25);
        QCOMPARE(estimate.interval.high, 0.25);
    }

    // Each drawing has as many units as there are.
    void drawingsAreComplete() {
        const auto compute = [](std::span<const std::uint32_t> counts, std::span<double> values) {
            values[0] = std::accumulate(counts.begin(), counts.end(), 0.0);
        };
        const auto estimate = bootstrap(17, 1, {200, 1}, compute).front();
        QCOMPARE(estimate.interval.low, 17.0);
        QCOMPARE(estimate.interval.high, 17.0);
    }

    // Only the first unit has the figure; drawings without it do not count.
    void drawingsWithoutTheFigureAreLeftOut() {
        constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
        const auto compute = [](std::span<const std::uint32_t> counts, std::span<double> values) {
            values[0] = counts[0] > 0 ? 3.0 : kNone;
            values[1] = kNone;
        };
        const auto estimates = bootstrap(4, 2, {200, 1}, compute);
        QCOMPARE(estimates[0].interval.low, 3.0);
        QCOMPARE(estimates[0].interval.high, 3.0);
        QVERIFY(std::isnan(estimates[1].value) && std::isnan(estimates[1].interval.low));
    }
};

QTEST_GUILESS_MAIN(BootstrapTest)
#include "bootstrap_test.moc"
