// The recurrence of RWKV-7 against plain loops in double.
#include "engine/operations/recurrence/wkv7.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference/wkv7.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <span>

using namespace engine;
using support::randomTensor;
using support::toDouble;

class Wkv7Test : public QObject {
    Q_OBJECT

private slots:
    void equalsReference_data() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("headSize");
        QTest::addColumn<bool>("isFirstLayer");
        QTest::newRow("one token") << 1 << 4 << 64 << false;
        QTest::newRow("first layer") << 40 << 3 << 64 << true;
        QTest::newRow("several threads") << 70 << 5 << 64 << false;
        QTest::newRow("small heads") << 20 << 3 << 8 << false;
        QTest::newRow("odd heads") << 20 << 3 << 27 << true;
        QTest::newRow("few tokens") << 9 << 3 << 64 << false;
        QTest::newRow("wide heads") << 30 << 2 << 128 << false;
        QTest::newRow("large heads") << 20 << 2 << 160 << false;
    }

    void equalsReference() {
        QFETCH(int, tokens);
        QFETCH(int, heads);
        QFETCH(int, headSize);
        QFETCH(bool, isFirstLayer);
        const std::size_t width = static_cast<std::size_t>(heads) * static_cast<std::size_t>(headSize);
        const std::size_t rows = static_cast<std::size_t>(tokens) * width;
        const auto receptance = randomTensor(rows, 1), value = randomTensor(rows, 3),
                   gate = randomTensor(rows, 4);
        auto key = randomTensor(rows, 2);
        std::fill_n(key.begin(), headSize, 0.0f); // a key of length 0 must not divide by zero
        const auto decayLogit = randomTensor(rows, 5, 3), rateLogit = randomTensor(rows, 6, 2);
        const auto valueMixLogit = randomTensor(rows, 7, 2), firstValue = randomTensor(rows, 8);
        const auto removalScale = randomTensor(width, 9), rateScale = randomTensor(width, 10);
        const auto bonus = randomTensor(width, 11), weight = randomTensor(width, 12),
                   bias = randomTensor(width, 13);
        const auto startState = randomTensor(width * static_cast<std::size_t>(headSize), 14);

        reference::Wkv7 plain{static_cast<std::size_t>(tokens),
                              static_cast<std::size_t>(heads),
                              static_cast<std::size_t>(headSize),
                              toDouble(receptance),
                              toDouble(key),
                              toDouble(value),
                              toDouble(decayLogit),
                              toDouble(rateLogit),
                              isFirstLayer ? reference::Tensor() : toDouble(valueMixLogit),
                              toDouble(gate),
                              toDouble(firstValue),
                              toDouble(removalScale),
                              toDouble(rateScale),
                              toDouble(bonus),
                              toDouble(weight),
                              toDouble(bias),
                              64e-5,
                              toDouble(startState)};
        const auto expected = reference::wkv7(plain);
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            auto state = startState;
            auto layerValue = firstValue;
            std::vector<float> output(rows);
            cpu::wkv7({.tokens = tokens,
                       .heads = heads,
                       .headSize = headSize,
                       .receptance = receptance.data(),
                       .key = key.data(),
                       .value = value.data(),
                       .decayLogit = decayLogit.data(),
                       .rateLogit = rateLogit.data(),
                       .valueMixLogit = isFirstLayer ? nullptr : valueMixLogit.data(),
                       .gate = gate.data(),
                       .firstLayerValue = layerValue.data(),
                       .removalScale = removalScale.data(),
                       .rateScale = rateScale.data(),
                       .bonus = bonus.data(),
                       .groupNorm = {weight.data(), bias.data(), 64e-5f},
                       .state = state.data(),
                       .output = output.data()},
                      pool);
            const auto values = support::compare(output, std::span<const double>(expected));
            QVERIFY2(values.isWithinShare(1e-5),
                     qPrintable(QString("%1: %2").arg(target, values.describe().c_str())));
            const auto states = support::compare(state, std::span<const double>(plain.state));
            QVERIFY2(states.isWithinShare(1e-5),
                     qPrintable(QString("%1: %2").arg(target, states.describe().c_str())));
            const auto kept = support::compare(layerValue, std::span<const double>(plain.firstLayerValue));
            QVERIFY2(kept.isWithin(0), kept.describe().c_str());
        });
    }
};

QTEST_GUILESS_MAIN(Wkv7Test)
#include "wkv7_test.moc"
