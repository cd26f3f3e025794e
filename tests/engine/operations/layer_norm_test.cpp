// Layer norm and the embedding against plain loops in double.
#include "engine/operations/rows/embedding.h"
#include "engine/operations/rows/layer_norm.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference/layer_norm.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <array>
#include <span>

using namespace engine;
using support::randomTensor;
using support::toDouble;

class LayerNormTest : public QObject {
    Q_OBJECT

private slots:
    void equalsReference_data() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("width");
        QTest::newRow("one token") << 1 << 128;
        QTest::newRow("width below a vector") << 3 << 5;
        QTest::newRow("odd width, several threads") << 300 << 701;
        QTest::newRow("official width") << 7 << 2048;
    }

    void equalsReference() {
        QFETCH(int, tokens);
        QFETCH(int, width);
        const auto w = static_cast<std::size_t>(width);
        const auto input = randomTensor(static_cast<std::size_t>(tokens) * w, 1, 3, 40);
        const auto weight = randomTensor(w, 2);
        const auto bias = randomTensor(w, 3);
        const auto expected = reference::layerNorm(toDouble(input), toDouble(weight), toDouble(bias));
        ThreadPool pool(2);
        support::onEveryInstructionSet([&](const char* target) {
            std::vector<float> output(input.size());
            cpu::layerNorm({tokens, width, input.data(), {weight.data(), bias.data()}, output.data()}, pool);
            const auto result = support::compare(output, std::span<const double>(expected));
            QVERIFY2(result.isWithin(1e-4),
                     qPrintable(QString("%1: %2").arg(target, result.describe().c_str())));
        });
    }

    void worksInPlace() {
        auto values = randomTensor(4 * 70, 1);
        const auto weight = randomTensor(70, 2);
        const auto bias = randomTensor(70, 3);
        const auto expected = reference::layerNorm(toDouble(values), toDouble(weight), toDouble(bias));
        ThreadPool pool(1);
        cpu::layerNorm({4, 70, values.data(), {weight.data(), bias.data()}, values.data()}, pool);
        const auto result = support::compare(values, std::span<const double>(expected));
        QVERIFY2(result.isWithin(1e-5), result.describe().c_str());
    }

    void aConstantRowBecomesTheBias() {
        const std::vector<float> input(33, 7.0f), weight(33, 2.0f), bias(33, -0.5f);
        std::vector<float> output(33);
        ThreadPool pool(1);
        cpu::layerNorm({1, 33, input.data(), {weight.data(), bias.data()}, output.data()}, pool);
        QCOMPARE(output, bias);
    }

    void embeddingReadsEveryTypeAndNormalises_data() {
        QTest::addColumn<int>("type");
        QTest::newRow("float32") << static_cast<int>(DataType::Float32);
        QTest::newRow("float16") << static_cast<int>(DataType::Float16);
        QTest::newRow("bfloat16") << static_cast<int>(DataType::BFloat16);
    }

    void embeddingReadsEveryTypeAndNormalises() {
        QFETCH(int, type);
        constexpr int kRows = 9, kWidth = 37;
        const auto values = randomTensor(kRows * kWidth, 1);
        const auto weight = randomTensor(kWidth, 2);
        const auto bias = randomTensor(kWidth, 3);
        const auto table = LinearWeights::fromFloat32(values, kRows, kWidth, static_cast<DataType>(type));
        QVERIFY(table.has_value());
        const auto kept = support::valuesOf(*table); // as rounded by the type
        QCOMPARE(kept.size(), values.size());
        const std::array tokens{8, 0, 3, 3};
        std::vector<double> rows;
        for (const int token : tokens)
            rows.insert(rows.end(), kept.begin() + token * kWidth, kept.begin() + (token + 1) * kWidth);
        const auto expected = reference::layerNorm(rows, toDouble(weight), toDouble(bias));
        std::vector<float> stream(tokens.size() * kWidth);
        ThreadPool pool(2);
        cpu::embedding({tokens, table->matrix(), {weight.data(), bias.data()}, stream.data()}, pool);
        const auto result = support::compare(stream, std::span<const double>(expected));
        QVERIFY2(result.isWithin(1e-5), result.describe().c_str());
    }
};

QTEST_GUILESS_MAIN(LayerNormTest)
#include "layer_norm_test.moc"
