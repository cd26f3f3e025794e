// The enhancement's operations against plain loops in double.
#include "engine/operations/rows/adaptive_gate.h"
#include "engine/operations/rows/convolutional_shift.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference/adaptive_gate.h"
#include "tests/support/reference/convolutional_shift.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <cstring>
#include <span>

using namespace engine;
using support::randomTensor;
using support::toDouble;

class AdaptiveGateTest : public QObject {
    Q_OBJECT

private slots:
    void equalsReference_data() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("width");
        QTest::addColumn<bool>("isFixed");
        QTest::addColumn<bool>("hasNorm");
        QTest::addColumn<bool>("hasChange");
        QTest::addColumn<bool>("isGiven");
        QTest::newRow("identity shift") << 5 << 128 << false << true << false << false;
        QTest::newRow("no layer norm, several threads") << 90 << 203 << false << false << false << false;
        QTest::newRow("fixed gate") << 5 << 77 << true << true << false << false;
        QTest::newRow("mlp shift") << 1 << 64 << false << true << true << false;
        QTest::newRow("routed") << 6 << 40 << false << true << false << true;
    }

    void equalsReference() {
        QFETCH(int, tokens);
        QFETCH(int, width);
        QFETCH(bool, isFixed);
        QFETCH(bool, hasNorm);
        QFETCH(bool, hasChange);
        QFETCH(bool, isGiven);
        const auto w = static_cast<std::size_t>(width);
        const std::size_t size = static_cast<std::size_t>(tokens) * w;
        const auto rows = randomTensor(size + w, 1); // the row before the first, then the stream
        const std::vector<float> stream(rows.begin() + width, rows.end());
        const auto change = randomTensor(size, 2);
        const auto given = randomTensor(2 * size, 3);
        const auto logits = randomTensor(size, 4, 3);
        const auto bias = randomTensor(w, 5);
        const auto weight = randomTensor(w, 6), normBias = randomTensor(w, 7);

        reference::Tensor shifted(size), sums;
        for (std::size_t i = 0; i < size; ++i) {
            shifted[i] =
                isGiven ? given[i / w * 2 * w + w + i % w] : rows[i] + (hasChange ? double{change[i]} : 0.0);
            if (!isFixed)
                sums.push_back(double{logits[i]} + (isGiven ? 0.0 : double{bias[i % w]}));
        }
        const auto expected =
            reference::adaptiveGate(toDouble(stream), shifted, sums,
                                    hasNorm ? toDouble(weight) : reference::Tensor(), toDouble(normBias));
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            auto gates = logits;
            std::vector<float> output(size);
            AdaptiveGate op;
            op.tokens = tokens;
            op.width = width;
            op.stream = stream.data();
            std::vector<float> earlier(rows.begin(), rows.begin() + width);
            op.earlier = {1, earlier.data()};
            if (isGiven) {
                op.shifted = given.data() + w;
                op.shiftedStride = 2 * width;
            }
            op.shiftChange = hasChange ? change.data() : nullptr;
            op.gates = gates.data();
            op.isFixed = isFixed;
            op.bias = isGiven ? nullptr : bias.data();
            if (hasNorm)
                op.norm = NormParameters{weight.data(), normBias.data()};
            op.output = output.data();
            cpu::adaptiveGate(op, pool);
            const auto result = support::compare(output, std::span<const double>(expected.output));
            QVERIFY2(result.isWithinShare(2e-6),
                     qPrintable(QString("%1: %2").arg(target, result.describe().c_str())));
            const auto used = support::compare(gates, std::span<const double>(expected.gates));
            QVERIFY2(used.isWithin(1e-6), qPrintable(QString("%1: %2").arg(target, used.describe().c_str())));
            QVERIFY(std::equal(earlier.begin(), earlier.end(), stream.end() - width));
        });
    }

    void aClosedGateReturnsTheStreamBitForBit() {
        const auto stream = randomTensor(3 * 53, 1, 100);
        auto earlier = randomTensor(53, 2, 100);
        std::vector<float> gates(3 * 53, 0.0f), output(3 * 53);
        const std::vector<float> bias(53, -1000.0f);
        ThreadPool pool(1);
        support::onEveryInstructionSet([&](const char*) {
            AdaptiveGate op;
            op.tokens = 3;
            op.width = 53;
            op.stream = stream.data();
            op.earlier = {1, earlier.data()};
            op.gates = gates.data();
            op.bias = bias.data();
            op.output = output.data();
            cpu::adaptiveGate(op, pool);
            QCOMPARE(std::memcmp(output.data(), op.stream, output.size() * sizeof(float)), 0);
        });
    }

    void whoDoesNotWearItGetsTheStream() {
        const auto stream = randomTensor(3 * 40, 1);
        const auto before = randomTensor(40, 2);
        auto earlier = before;
        std::vector<float> gates(3 * 40, 7.0f), output(3 * 40);
        ThreadPool pool(1);
        AdaptiveGate op;
        op.tokens = 3;
        op.width = 40;
        op.stream = stream.data();
        op.earlier = {1, earlier.data()};
        op.gates = gates.data();
        op.output = output.data();
        op.isEnabled = false;
        cpu::adaptiveGate(op, pool);
        QVERIFY(output == stream);
        QVERIFY(earlier == before);
        QVERIFY(gates == std::vector<float>(3 * 40, 7.0f));
    }

    void earlierRowsAdvanceByAnyNumberOfTokens() {
        const auto stream = randomTensor(6 * 3, 1);
        for (std::size_t tokens = 1; tokens <= 6; ++tokens) {
            auto rows = randomTensor(4 * 3, 2); // newest first
            std::vector<float> text;            // oldest first, then the stream
            for (std::size_t k = 4; k >= 1; --k)
                text.insert(text.end(), rows.begin() + static_cast<std::ptrdiff_t>((k - 1) * 3),
                            rows.begin() + static_cast<std::ptrdiff_t>(k * 3));
            text.insert(text.end(), stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(tokens * 3));
            EarlierRows{4, rows.data()}.advance(stream.data(), 3, tokens);
            for (std::size_t k = 1; k <= 4; ++k)
                QVERIFY(std::equal(rows.begin() + static_cast<std::ptrdiff_t>((k - 1) * 3),
                                   rows.begin() + static_cast<std::ptrdiff_t>(k * 3),
                                   text.end() - static_cast<std::ptrdiff_t>(k * 3)));
        }
    }

    void convolutionEqualsReference_data() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("taps");
        QTest::addColumn<qint64>("position");
        QTest::newRow("start of a text") << 9 << 128 << 4 << qint64{0};
        QTest::newRow("one token") << 1 << 61 << 4 << qint64{1000};
        QTest::newRow("several threads, far on") << 80 << 203 << 3 << qint64{5'000'000};
        QTest::newRow("one tap") << 5 << 16 << 1 << qint64{7};
    }

    void convolutionEqualsReference() {
        QFETCH(int, tokens);
        QFETCH(int, width);
        QFETCH(int, taps);
        QFETCH(qint64, position);
        const auto t = static_cast<std::size_t>(tokens);
        const auto w = static_cast<std::size_t>(width);
        const auto k = static_cast<std::size_t>(taps);
        const auto rows = randomTensor((k + t) * w, 1);
        const auto kernel = randomTensor(k * w, 2);
        const auto positional = randomTensor(k * 5 * w, 3);
        const auto expected = reference::convolutionalShift(toDouble(rows), k, w, position, toDouble(kernel),
                                                            toDouble(positional));
        std::vector<float> earlier; // newest first
        for (std::size_t row = k; row-- > 0;)
            earlier.insert(earlier.end(), rows.begin() + static_cast<std::ptrdiff_t>(row * w),
                           rows.begin() + static_cast<std::ptrdiff_t>((row + 1) * w));
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            std::vector<float> routed(2 * t * w);
            cpu::convolutionalShift({tokens,
                                     width,
                                     taps,
                                     position,
                                     rows.data() + k * w,
                                     {taps, earlier.data()},
                                     kernel.data(),
                                     positional.data(),
                                     routed.data()},
                                    pool);
            std::vector<float> shifted(t * w);
            for (std::size_t i = 0; i < t; ++i) {
                QCOMPARE(std::memcmp(routed.data() + 2 * i * w, rows.data() + (k + i) * w, w * sizeof(float)),
                         0);
                std::copy_n(routed.data() + (2 * i + 1) * w, w, shifted.data() + i * w);
            }
            const auto result = support::compare(shifted, std::span<const double>(expected));
            QVERIFY2(result.isWithinShare(1e-6),
                     qPrintable(QString("%1: %2").arg(target, result.describe().c_str())));
        });
    }

    void positionFeaturesStayBounded() {
        for (const std::int64_t t : {std::int64_t{0}, std::int64_t{255}, std::int64_t{1} << 40})
            for (const float feature : positionFeatures(t))
                QVERIFY(std::abs(feature) <= 1.0f);
        QCOMPARE(positionFeatures(0)[0], 1.0f);
        QCOMPARE(positionFeatures(64)[0], 0.5f);
    }
};

QTEST_GUILESS_MAIN(AdaptiveGateTest)
#include "adaptive_gate_test.moc"
