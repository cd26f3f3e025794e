// What operations promise beside their values, which operations_test compares: the ends that are exact, what
// stays as it was, and that a text gives the same bits in one piece or token by token.
#include "engine/operations/enhancement/adaptive_gate.h"
#include "engine/operations/enhancement/convolutional_shift.h"
#include "engine/operations/products/low_rank/low_rank.h"
#include "engine/operations/recurrence/wkv6.h"
#include "engine/operations/rows/activation.h"
#include "engine/operations/rows/layer_norm.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference/low_rank.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

using namespace engine;
using support::randomTensor;
using support::toDouble;

namespace {

// Wkv6 with random inputs, for any of its tokens.
struct Wkv6Inputs {
    static constexpr int kTokens = 33, kHeads = 3, kHeadSize = 64;
    static constexpr std::size_t kWidth = kHeads * kHeadSize;

    Wkv6Inputs() {
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = randomTensor(kTokens * kWidth, i, 1, -0.5);
        for (std::size_t i = 0; i < weights.size(); ++i)
            weights[i] = randomTensor(kWidth, 20 + i);
    }
    // From token number `first` on. `output` [T,C] is that of all.
    [[nodiscard]] Wkv6 operation(std::size_t first, int tokens, float* ownState, float* output) const {
        const std::size_t at = first * kWidth;
        Wkv6 op;
        op.tokens = tokens;
        op.heads = kHeads;
        op.headSize = kHeadSize;
        op.receptance = rows[0].data() + at;
        op.key = rows[1].data() + at;
        op.value = rows[2].data() + at;
        op.gate = rows[3].data() + at;
        op.decayLogit = rows[4].data() + at;
        op.bonus = weights[0].data();
        op.groupNorm = {weights[1].data(), weights[2].data(), 64e-5f};
        op.state = ownState;
        op.output = output + at;
        return op;
    }

    std::array<std::vector<float>, 5> rows;    // [T,C]
    std::array<std::vector<float>, 3> weights; // [C]
    std::vector<float> state = randomTensor(kWidth * kHeadSize, 31);
};

} // namespace

class PropertiesTest : public QObject {
    Q_OBJECT

private slots:
    // Not so wkv7, which keeps its state transposed while it reads many tokens.
    void wkv6OneByOneEqualsAtOnceBitForBit() {
        const Wkv6Inputs in;
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            std::vector<float> atOnce(in.rows[0].size()), oneByOne(atOnce);
            auto stateAtOnce = in.state, stateOneByOne = in.state;
            cpu::wkv6(in.operation(0, in.kTokens, stateAtOnce.data(), atOnce.data()), pool);
            for (std::size_t t = 0; t < std::size_t{in.kTokens}; ++t)
                cpu::wkv6(in.operation(t, 1, stateOneByOne.data(), oneByOne.data()), pool);
            QVERIFY2(atOnce == oneByOne, target);
            QVERIFY2(stateAtOnce == stateOneByOne, target);
        });
    }

    void lowRankMapsOneByOneEqualAtOnceBitForBit() {
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
                LowRank op;
                op.rank = kRank;
                op.width = kWidth;
                op.hidden = copy.data() + first * kRank;
                op.factor = stored->matrix();
                op.output = output.data();
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

    void aConstantRowBecomesTheBiasOfItsNorm() {
        const std::vector<float> input(33, 7.0f), weight(33, 2.0f), bias(33, -0.5f);
        std::vector<float> output(33);
        ThreadPool pool(1);
        cpu::layerNorm({1, 33, input.data(), {weight.data(), bias.data()}, output.data()}, pool);
        QCOMPARE(output, bias);
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

    void withoutTheEnhancementTheStreamGoesOn() {
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

    void positionFeaturesStayBounded() {
        for (const std::int64_t t : {std::int64_t{0}, std::int64_t{255}, std::int64_t{1} << 40})
            for (const float feature : positionFeatures(t))
                QVERIFY(std::abs(feature) <= 1.0f);
        QCOMPARE(positionFeatures(0)[0], 1.0f);
        QCOMPARE(positionFeatures(64)[0], 0.5f);
    }

    // Parts of the linear operation with kernels of their own.
    void activationsEqualTheReference_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("tanh") << static_cast<int>(ActivationKind::Tanh);
        QTest::newRow("sigmoid") << static_cast<int>(ActivationKind::Sigmoid);
        QTest::newRow("squared relu") << static_cast<int>(ActivationKind::SquaredRelu);
    }
    void activationsEqualTheReference() {
        QFETCH(int, kind);
        const auto input = randomTensor(37 * 211, 1, 6);
        auto expected = toDouble(input);
        for (double& x : expected)
            x = reference::activation(static_cast<ActivationKind>(kind), x);
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
};

QTEST_GUILESS_MAIN(PropertiesTest)
#include "properties_test.moc"
