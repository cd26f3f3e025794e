// Gradients in float32 and with bfloat16 products, against those in double precision.
#include "engine/operations/products/dense/matrix_product.h"
#include "tests/engine/training/gradient_run.h"

#include <algorithm>
#include <cmath>

using namespace engine;
using fixture::addModels;
using fixture::kSequences;
using fixture::kTokens;
using fixture::Run;

class GradientPrecisionTest : public QObject {
    Q_OBJECT

private slots:
    // With and without zeros to leave out, on the instruction set that trains.
    void floatEqualsDouble_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<bool>("isSparse");
        for (const char* model : {"rwkv6 adaptive", "rwkv7 adaptive", "rwkvx base"}) {
            QTest::addRow("%s, dense", model) << QString(model) << false;
            QTest::addRow("%s, zeros left out", model) << QString(model) << true;
        }
    }
    void floatEqualsDouble() {
        QFETCH(QString, model);
        QFETCH(bool, isSparse);
        TrainingShape shape = fixture::smallShape(model.toStdString());
        shape.model.width = 128; // two slices of the products that leave out zeros
        shape.model.heads = 8;
        const ParameterLayout layout(shape);
        auto parameters = fixture::randomParameters<double>(layout, 3, 0.1);
        if (isSparse)
            fixture::quietChannelMixing(layout, parameters);
        const std::vector<float> rounded(parameters.begin(), parameters.end());
        parameters.assign(rounded.begin(), rounded.end());
        const auto inputs = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 1);
        const auto targets = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 2);
        std::vector<double> exact(layout.size());
        std::vector<float> found(layout.size());
        Run<double, double> doubles(layout);
        Run<float, float> floats(layout);
        const double loss = doubles(parameters, inputs, targets, exact.data());
        QVERIFY(std::abs(floats(rounded, inputs, targets, found.data()) - loss) < 1e-5 * loss);
        QCOMPARE(floats.gradient.skippedMultiplyAdds() > 0, isSparse);
        QCOMPARE(floats.gradient.skippedMultiplyAdds(), doubles.gradient.skippedMultiplyAdds());
        for (const Parameter& p : layout.parameters()) {
            double largest = 0, error = 0;
            for (std::size_t i = p.offset; i < p.offset + p.size; ++i) {
                largest = std::max(largest, std::abs(exact[i]));
                error = std::max(error, std::abs(exact[i] - static_cast<double>(found[i])));
            }
            // Layers of random values enlarge what float32 rounds away; a wrong term is off by a hundred
            // times more.
            QVERIFY2(error <= 5e-4 * largest, qPrintable(QString("%1: off by %2 of %3")
                                                             .arg(QString::fromStdString(p.name))
                                                             .arg(error)
                                                             .arg(largest)));
        }
    }

    void bfloat16StaysNearFloat_data() {
        addModels();
        for (const std::string& name : fixture::sparseModels())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void bfloat16StaysNearFloat() {
        if (!hasBfloat16Products())
            QSKIP("This processor has no bfloat16 products; training uses float32 on it.");
        QFETCH(QString, model);
        const TrainingShape shape = fixture::smallShape(model.toStdString());
        const ParameterLayout layout(shape);
        const auto parameters = fixture::randomParameters<float>(layout, 3, 0.1);
        const auto inputs = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 1);
        const auto targets = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 2);
        std::vector<float> exact(layout.size()), rounded(layout.size());
        Run<float, float> floats(layout);
        Run<float, BFloat16> operands(layout);
        const double a = floats(parameters, inputs, targets, exact.data());
        const double b = operands(parameters, inputs, targets, rounded.data());
        QVERIFY2(std::abs(a - b) < 0.02 * a, qPrintable(QString("%1 and %2").arg(a).arg(b)));
        double difference = 0, norm = 0;
        for (std::size_t i = 0; i < exact.size(); ++i) {
            difference += std::pow(exact[i] - rounded[i], 2);
            norm += std::pow(exact[i], 2);
        }
        // Operands keep 8 bits; what is left after products of width 32, without the averaging of real
        // widths, is about a tenth.
        QVERIFY2(std::sqrt(difference / norm) < 0.15,
                 qPrintable(QString::number(std::sqrt(difference / norm))));
    }
};

QTEST_GUILESS_MAIN(GradientPrecisionTest)
#include "gradient_precision_test.moc"
