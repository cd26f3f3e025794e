// The recurrence of RWKV-5.2 and 6 against plain loops in double.
#include "engine/operations/recurrence/wkv6.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference/wkv6.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <algorithm>
#include <span>

using namespace engine;
using support::randomTensor;
using support::toDouble;

namespace {

struct Inputs {
    Inputs(int tokens, int heads, int headSize, bool decayIsConstant)
        : width(static_cast<std::size_t>(heads) * static_cast<std::size_t>(headSize))
        , rows(static_cast<std::size_t>(tokens) * width)
        , receptance(randomTensor(rows, 1))
        , key(randomTensor(rows, 2))
        , value(randomTensor(rows, 3))
        , gate(randomTensor(rows, 4, 2))
        , decayLogit(randomTensor(decayIsConstant ? width : rows, 5, 2.5, -2))
        , bonus(randomTensor(width, 6))
        , weight(randomTensor(width, 7))
        , bias(randomTensor(width, 8))
        , state(randomTensor(width * static_cast<std::size_t>(headSize), 9)) {
        decayLogit[0] = 200; // forgets all at once, without overflow
        op = {.tokens = tokens,
              .heads = heads,
              .headSize = headSize,
              .receptance = receptance.data(),
              .key = key.data(),
              .value = value.data(),
              .gate = gate.data(),
              .decayLogit = decayLogit.data(),
              .decayIsConstant = decayIsConstant,
              .bonus = bonus.data(),
              .groupNorm = {weight.data(), bias.data(), 64e-5f},
              .state = nullptr,
              .output = nullptr};
    }

    std::size_t width, rows;
    std::vector<float> receptance, key, value, gate, decayLogit, bonus, weight, bias, state;
    Wkv6 op;
};

} // namespace

class Wkv6Test : public QObject {
    Q_OBJECT

private slots:
    void equalsReference_data() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("headSize");
        QTest::addColumn<bool>("decayIsConstant");
        QTest::newRow("one token") << 1 << 4 << 64 << false;
        QTest::newRow("several threads") << 70 << 5 << 64 << false;
        QTest::newRow("constant decay") << 70 << 5 << 64 << true;
        QTest::newRow("small heads") << 20 << 3 << 8 << true;
        QTest::newRow("odd heads") << 20 << 3 << 27 << false;
        QTest::newRow("large heads") << 9 << 2 << 160 << false;
    }

    void equalsReference() {
        QFETCH(int, tokens);
        QFETCH(int, heads);
        QFETCH(int, headSize);
        QFETCH(bool, decayIsConstant);
        Inputs in(tokens, heads, headSize, decayIsConstant);
        reference::Wkv6 plain{static_cast<std::size_t>(tokens),
                              static_cast<std::size_t>(heads),
                              static_cast<std::size_t>(headSize),
                              toDouble(in.receptance),
                              toDouble(in.key),
                              toDouble(in.value),
                              toDouble(in.gate),
                              toDouble(in.decayLogit),
                              toDouble(in.bonus),
                              toDouble(in.weight),
                              toDouble(in.bias),
                              64e-5,
                              toDouble(in.state)};
        const auto expected = reference::wkv6(plain);
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            auto state = in.state;
            std::vector<float> output(in.rows);
            in.op.state = state.data();
            in.op.output = output.data();
            cpu::wkv6(in.op, pool);
            const auto values = support::compare(output, std::span<const double>(expected));
            QVERIFY2(values.isWithinShare(1e-5),
                     qPrintable(QString("%1: %2").arg(target, values.describe().c_str())));
            const auto states = support::compare(state, std::span<const double>(plain.state));
            // A slow decay adds up the rounding of many tokens.
            QVERIFY2(states.isWithinShare(5e-6),
                     qPrintable(QString("%1: %2").arg(target, states.describe().c_str())));
        });
    }

    void oneByOneEqualsAtOnceBitForBit() {
        Inputs in(33, 3, 64, false);
        ThreadPool pool(2);
        auto stateAtOnce = in.state, stateOneByOne = in.state;
        std::vector<float> atOnce(in.rows), oneByOne(in.rows);
        in.op.state = stateAtOnce.data();
        in.op.output = atOnce.data();
        cpu::wkv6(in.op, pool);
        for (std::size_t t = 0; t < 33; ++t) {
            Wkv6 one = in.op;
            one.tokens = 1;
            one.receptance += t * in.width;
            one.key += t * in.width;
            one.value += t * in.width;
            one.gate += t * in.width;
            one.decayLogit += t * in.width;
            one.state = stateOneByOne.data();
            one.output = oneByOne.data() + t * in.width;
            cpu::wkv6(one, pool);
        }
        QVERIFY(atOnce == oneByOne);
        QVERIFY(stateAtOnce == stateOneByOne);
    }

    void outputMayReplaceTheReceptance() {
        Inputs in(12, 2, 64, false);
        ThreadPool pool(1);
        auto state = in.state, again = in.state;
        std::vector<float> output(in.rows);
        in.op.state = state.data();
        in.op.output = output.data();
        cpu::wkv6(in.op, pool);
        in.op.state = again.data();
        in.op.output = in.receptance.data();
        cpu::wkv6(in.op, pool);
        QVERIFY(in.receptance == output);
    }
};

QTEST_GUILESS_MAIN(Wkv6Test)
#include "wkv6_test.moc"
