// Low-rank maps, activations and stream updates against plain loops in double.
#include "engine/operations/products/low_rank/low_rank.h"
#include "engine/operations/rows/activation.h"
#include "engine/operations/rows/stream_update.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference/low_rank.h"
#include "tests/support/reference/stream_update.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <span>

using namespace engine;
using support::randomTensor;
using support::toDouble;

class LowRankTest : public QObject {
    Q_OBJECT

private slots:
    void equalsReference_data() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("rank");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("type");
        for (const DataType type : {DataType::Float32, DataType::Float16, DataType::BFloat16}) {
            const auto row = [type](const char* what, int tokens, int rank, int width) {
                QTest::addRow("%s, %s", what, std::string(name(type)).c_str())
                    << tokens << rank << width << static_cast<int>(type);
            };
            row("one token", 1, 64, 320);
            row("one wide token, threads take columns", 1, 96, 2053);
            row("one token, more columns than are summed at once", 1, 37, 2100);
            row("rank 1", 3, 1, 17);
            row("odd sizes, threads take tokens", 61, 37, 333);
        }
    }

    void equalsReference() {
        QFETCH(int, tokens);
        QFETCH(int, rank);
        QFETCH(int, width);
        QFETCH(int, type);
        const auto t = static_cast<std::size_t>(tokens);
        const auto r = static_cast<std::size_t>(rank);
        const auto w = static_cast<std::size_t>(width);
        const auto hidden = randomTensor(t * r, 1);
        const auto stored =
            LinearWeights::fromFloat32(randomTensor(r * w, 2), rank, width, static_cast<DataType>(type));
        QVERIFY(stored);
        const auto factor = support::valuesOf(*stored);
        const auto bias = randomTensor(w, 3);
        auto activated = toDouble(hidden);
        for (double& value : activated)
            value = std::tanh(value);
        const auto withTanh = reference::lowRank(activated, r, toDouble(factor), toDouble(bias));
        const auto plain = reference::lowRank(toDouble(hidden), r, toDouble(factor), {});
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            auto first = hidden, second = hidden;
            std::vector<float> outputs[2] = {std::vector<float>(t * w), std::vector<float>(t * w)};
            const LowRank ops[] = {{rank, width, first.data(), 0, ActivationKind::Tanh, stored->matrix(),
                                    bias.data(), outputs[0].data()},
                                   {rank, width, second.data(), rank, ActivationKind::None, stored->matrix(),
                                    nullptr, outputs[1].data()}};
            cpu::lowRank(ops, tokens, pool);
            for (int i = 0; i < 2; ++i) {
                const auto result =
                    support::compare(outputs[i], std::span<const double>(i == 0 ? withTanh : plain));
                QVERIFY2(
                    result.isWithinShare(2e-6),
                    qPrintable(QString("%1, map %2: %3").arg(target).arg(i).arg(result.describe().c_str())));
            }
        });
    }

    // So a text read in one go and the same text written token by token agree to the bit.
    void tokensAloneAndTogetherAreTheSame() {
        constexpr int kTokens = 3, kRank = 35, kWidth = 1333;
        const auto hidden = randomTensor(kTokens * kRank, 1);
        const auto stored =
            LinearWeights::fromFloat32(randomTensor(kRank * kWidth, 2), kRank, kWidth, DataType::BFloat16);
        QVERIFY(stored);
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            const auto mapped = [&](int first, int tokens) {
                auto copy = hidden;
                std::vector<float> output(static_cast<std::size_t>(tokens) * kWidth);
                const LowRank op{kRank,
                                 kWidth,
                                 copy.data() + first * kRank,
                                 0,
                                 ActivationKind::None,
                                 stored->matrix(),
                                 nullptr,
                                 output.data()};
                cpu::lowRank({&op, 1}, tokens, pool);
                return output;
            };
            std::vector<float> alone;
            for (int token = 0; token < kTokens; ++token) {
                const auto one = mapped(token, 1);
                alone.insert(alone.end(), one.begin(), one.end());
            }
            QVERIFY2(alone == mapped(0, kTokens), target);
        });
    }

    void activationsEqualReference_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("tanh") << static_cast<int>(ActivationKind::Tanh);
        QTest::newRow("sigmoid") << static_cast<int>(ActivationKind::Sigmoid);
        QTest::newRow("squared relu") << static_cast<int>(ActivationKind::SquaredRelu);
    }

    void activationsEqualReference() {
        QFETCH(int, kind);
        const auto input = randomTensor(37 * 211, 1, 6);
        auto expected = toDouble(input);
        for (double& x : expected)
            x = kind == static_cast<int>(ActivationKind::Tanh)      ? std::tanh(x)
                : kind == static_cast<int>(ActivationKind::Sigmoid) ? reference::sigmoid(x)
                                                                    : std::pow(std::max(x, 0.0), 2);
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            auto values = input;
            cpu::activation({static_cast<ActivationKind>(kind), 37, 211, values.data()}, pool);
            const auto result = support::compare(values, std::span<const double>(expected));
            QVERIFY2(result.isWithinShare(1e-6),
                     qPrintable(QString("%1: %2").arg(target, result.describe().c_str())));
        });
    }

    void sigmoidReachesItsEndsExactly() {
        constexpr float kInfinity = std::numeric_limits<float>::infinity();
        std::vector<float> values{-kInfinity, -1e30f, -1000.0f, 0.0f, 1000.0f, 1e30f, kInfinity};
        ThreadPool pool(1);
        support::onEveryInstructionSet([&](const char*) {
            for (const int columns : {1, 7}) { // one lane at a time, and whole vectors where they fit
                auto copy = values;
                cpu::activation({ActivationKind::Sigmoid, 7 / columns, columns, copy.data()}, pool);
                QCOMPARE(copy, (std::vector<float>{0, 0, 0, 0.5f, 1, 1, 1}));
            }
            std::vector<float> wide(16, -1000.0f);
            cpu::activation({ActivationKind::Sigmoid, 1, 16, wide.data()}, pool);
            QCOMPARE(wide, std::vector<float>(16, 0.0f));
        });
    }

    void streamUpdatesEqualReference_data() {
        QTest::addColumn<bool>("hasReceptance");
        QTest::newRow("plain") << false;
        QTest::newRow("with receptance") << true;
    }

    void streamUpdatesEqualReference() {
        QFETCH(bool, hasReceptance);
        const auto stream = randomTensor(41 * 203, 1);
        const auto value = randomTensor(stream.size(), 2);
        const auto receptance = hasReceptance ? randomTensor(stream.size(), 3, 4) : std::vector<float>();
        const auto expected = reference::addToStream(toDouble(stream), toDouble(value), toDouble(receptance));
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            auto updated = stream;
            cpu::addToStream(
                {41, 203, value.data(), hasReceptance ? receptance.data() : nullptr, updated.data()}, pool);
            const auto result = support::compare(updated, std::span<const double>(expected));
            QVERIFY2(result.isWithin(1e-6),
                     qPrintable(QString("%1: %2").arg(target, result.describe().c_str())));
        });
    }
};

QTEST_GUILESS_MAIN(LowRankTest)
#include "low_rank_test.moc"
