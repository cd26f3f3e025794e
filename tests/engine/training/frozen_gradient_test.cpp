// The gradient of a gate on a base that stays as it is: that of training the whole model.
#include "tests/engine/training/gradient_run.h"

#include <algorithm>
#include <cmath>

using namespace engine;
using fixture::kSequences;
using fixture::kTokens;
using fixture::Run;

namespace {

// The frozen tensors of `layout` out of the parameters of a layout that has all.
struct FrozenParameters final : FrozenMatrices<double, double> {
    const ParameterLayout &layout, &whole;
    const std::vector<double>& parameters; // of `whole`

    FrozenParameters(const ParameterLayout& frozen, const ParameterLayout& all,
                     const std::vector<double>& values)
        : layout(frozen)
        , whole(all)
        , parameters(values) {}

    const double* operand(std::size_t offset, std::size_t count, double* scratch) const override {
        values(offset, count, scratch);
        return scratch;
    }
    void values(std::size_t offset, std::size_t count, double* out) const override {
        for (const Parameter& p : layout.parameters())
            if (p.use == TensorUse::Frozen && p.offset <= offset && offset + count <= p.offset + p.size)
                std::copy_n(parameters.data() + whole.find(p.name)->offset + offset - p.offset, count, out);
    }
};

} // namespace

class FrozenGradientTest : public QObject {
    Q_OBJECT

private slots:
    void frozenBaseHasTheSameGradient_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<bool>("isSparse");
        for (const std::string& name : fixture::models())
            if (!name.ends_with("base"))
                QTest::newRow(name.c_str()) << QString::fromStdString(name) << false;
        for (const std::string& name : fixture::sparseModels())
            if (!name.ends_with("base"))
                QTest::newRow(name.c_str()) << QString::fromStdString(name) << false;
        for (const char* model : {"rwkv6 conv-routing", "rwkv7 conv-routing"})
            QTest::addRow("%s, zeros left out", model) << QString(model) << true;
    }
    // A gate on a base that stays as it is: its gradient is that of training the whole model. Two windows, so
    // that scratch which one leaves would show in the next.
    void frozenBaseHasTheSameGradient() {
        QFETCH(QString, model);
        QFETCH(bool, isSparse);
        const TrainingShape shape = fixture::smallShape(model.toStdString());
        const ParameterLayout whole(shape), gate(shape, TrainedPart::Enhancement);
        QVERIFY(gate.trainedSize() > 0);
        QVERIFY(gate.largestFrozen() > 0);
        auto parameters = fixture::randomParameters<double>(whole, 3);
        if (isSparse)
            fixture::quietChannelMixing(whole, parameters);
        std::vector<double> kept(gate.size());
        for (const Parameter& p : gate.parameters())
            if (p.use != TensorUse::Frozen)
                std::copy_n(parameters.data() + whole.find(p.name)->offset, p.size, kept.data() + p.offset);
        const FrozenParameters frozen(gate, whole, parameters);
        Run<double, double> all(whole), one(gate, kSequences, kTokens, &frozen);
        for (const std::uint64_t seed : {1, 2}) {
            const auto inputs = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, seed);
            const auto targets =
                fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, seed + 10);
            std::vector<double> expected(whole.size()), found(gate.size());
            const double loss = all(parameters, inputs, targets, expected.data());
            QVERIFY(std::abs(one(kept, inputs, targets, found.data()) - loss) < 1e-14 * loss);
            QCOMPARE(one.gradient.skippedMultiplyAdds() > 0, isSparse);
            for (const Parameter& p : gate.parameters()) {
                if (p.use != TensorUse::Trained)
                    continue;
                const double* const same = expected.data() + whole.find(p.name)->offset;
                for (std::size_t i = 0; i < p.size; ++i)
                    QVERIFY2(std::abs(found[p.offset + i] - same[i]) <=
                                 1e-12 * std::max(1.0, std::abs(same[i])),
                             qPrintable(QString::fromStdString(p.name)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(FrozenGradientTest)
#include "frozen_gradient_test.moc"
