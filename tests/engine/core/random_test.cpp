#include "engine/core/random.h"

#include <QTest>

#include <array>
#include <cmath>
#include <vector>

using engine::Random;

class RandomTest : public QObject {
    Q_OBJECT

private slots:
    // Published for xoshiro256++ started from the state 1, 2, 3, 4.
    void sequenceIsTheGenerators() {
        Random random;
        random.setState({1, 2, 3, 4});
        const std::array<std::uint64_t, 10> expected = {41943041u,
                                                        58720359u,
                                                        3588806011781223u,
                                                        3591011842654386u,
                                                        9228616714210784205u,
                                                        9973669472204895162u,
                                                        14011001112246962877u,
                                                        12406186145184390807u,
                                                        15849039046786891736u,
                                                        10450023813501588000u};
        for (const std::uint64_t value : expected)
            QCOMPARE(random.next(), value);
    }

    // The first outputs of SplitMix64 started from 0.
    void seedIsSpreadBySplitMix() {
        const Random::State expected = {0xE220A8397B1DCDAFu, 0x6E789E6AA1B965F4u, 0x06C45D188009454Fu,
                                        0xF88BB8A8724C81ECu};
        QVERIFY(Random(0).state() == expected);
    }

    void restoredStateContinuesTheSequence() {
        Random random(3);
        for (int i = 0; i < 100; ++i)
            (void)random.next();
        const Random::State saved = random.state();
        std::vector<double> first;
        for (int i = 0; i < 50; ++i)
            first.push_back(random.normal());
        Random restored;
        restored.setState(saved);
        for (const double value : first)
            QVERIFY(restored.normal() == value);
    }

    void seedsDiffer() { QVERIFY(Random(1).next() != Random(2).next()); }

    void uniformIsUniform() {
        Random random(17);
        constexpr int kSamples = 1000000, kBins = 20;
        std::array<int, kBins> bins{};
        for (int i = 0; i < kSamples; ++i) {
            const double value = random.uniform();
            QVERIFY(value >= 0 && value < 1);
            ++bins[static_cast<std::size_t>(value * kBins)];
        }
        // Six standard deviations of a bin's count.
        const double expected = double(kSamples) / kBins, allowed = 6 * std::sqrt(expected);
        for (const int count : bins)
            QVERIFY2(std::abs(count - expected) < allowed, qPrintable(QString::number(count)));
    }

    void normalHasItsMoments() {
        Random random(23);
        constexpr int kSamples = 1000000;
        double sum = 0, squares = 0, cubes = 0, fourths = 0;
        for (int i = 0; i < kSamples; ++i) {
            const double x = random.normal();
            QVERIFY(std::isfinite(x));
            sum += x;
            squares += x * x;
            cubes += x * x * x;
            fourths += x * x * x * x;
        }
        // Six standard errors: the moments' variances are 1, 2, 15 and 96.
        const double n = kSamples;
        QVERIFY(std::abs(sum / n) < 6 * std::sqrt(1 / n));
        QVERIFY(std::abs(squares / n - 1) < 6 * std::sqrt(2 / n));
        QVERIFY(std::abs(cubes / n) < 6 * std::sqrt(15 / n));
        QVERIFY(std::abs(fourths / n - 3) < 6 * std::sqrt(96 / n));
    }

    void belowStaysBelowWithoutBias_data() {
        QTest::addColumn<quint64>("bound");
        QTest::newRow("one") << quint64{1};
        QTest::newRow("die") << quint64{6};
        QTest::newRow("power of two") << quint64{16};
        // A plain remainder would return the lower half twice as often.
        QTest::newRow("two thirds of the range") << quint64{0xAAAAAAAAAAAAAAAAu};
    }

    void belowStaysBelowWithoutBias() {
        QFETCH(quint64, bound);
        Random random(29);
        constexpr int kSamples = 200000;
        int lowerHalf = 0;
        for (int i = 0; i < kSamples; ++i) {
            const std::uint64_t value = random.below(bound);
            QVERIFY(value < bound);
            lowerHalf += value < bound / 2;
        }
        const double share = double(bound / 2) / double(bound);
        QVERIFY2(std::abs(lowerHalf - share * kSamples) <= 6 * std::sqrt(kSamples / 4.0),
                 qPrintable(QString::number(lowerHalf)));
    }
};

QTEST_GUILESS_MAIN(RandomTest)
#include "random_test.moc"
