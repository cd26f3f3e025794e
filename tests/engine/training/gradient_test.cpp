// Hand-written backward passes against finite differences in double precision, and the laws of windows and
// precisions.
#include "engine/operations/products/dense/matrix_product.h"
#include "tests/engine/training/training_fixture.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace engine;

namespace {

constexpr int kSequences = 2;
constexpr int kTokens = 18; // more than RWKV-7 keeps states apart

template <class Real, class Operand> struct Run {
    explicit Run(const ParameterLayout& layout, int sequences = kSequences, int tokens = kTokens,
                 const FrozenMatrices<Real, Operand>* frozen = nullptr)
        : layout(layout)
        , gradient(layout, sequences, tokens, frozen)
        , states(static_cast<std::size_t>(sequences), gradient.freshState())
        , tokens(sequences * tokens)
        , operands(layout.size()) {}

    double operator()(const std::vector<Real>& parameters, const std::vector<int>& inputs,
                      const std::vector<int>& targets, Real* gradients, Real pull = 0) {
        for (std::size_t i = 0; i < parameters.size(); ++i)
            assign(operands[i], parameters[i]);
        TrainingBatch<Real> batch;
        batch.inputs = inputs;
        batch.targets = targets;
        batch.states = states;
        batch.scale = Real(1) / Real(tokens);
        batch.logitPull = pull;
        logits.resize(inputs.size() * static_cast<std::size_t>(layout.shape().model.vocabulary));
        batch.keptLogits = logits;
        return gradient.run(parameters.data(), operands.data(), batch, gradients) / tokens;
    }

    const ParameterLayout& layout;
    ModelGradient<Real, Operand> gradient;
    std::vector<TrainingState<Real>> states;
    int tokens;
    std::vector<Operand> operands;
    std::vector<Real> logits;
};

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

class GradientTest : public QObject {
    Q_OBJECT

private slots:
    void equalsFiniteDifference_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<bool>("isSparse");
        for (const std::string& name : fixture::models())
            QTest::newRow(name.c_str()) << QString::fromStdString(name) << false;
        for (const std::string& name : fixture::sparseModels())
            QTest::newRow(name.c_str()) << QString::fromStdString(name) << false;
        for (const char* model :
             {"rwkv6 base", "rwkv6 adaptive", "rwkv7 base", "rwkv7 adaptive", "rwkvx base"})
            QTest::addRow("%s, zeros left out", model) << QString(model) << true;
    }

    // Every tensor: the derivative along a random direction within the tensor, by central differences, from
    // states that a first window left behind.
    void equalsFiniteDifference() {
        QFETCH(QString, model);
        QFETCH(bool, isSparse);
        const TrainingShape shape = fixture::smallShape(model.toStdString());
        const ParameterLayout layout(shape);
        auto parameters = fixture::randomParameters<double>(layout, 3);
        if (isSparse)
            fixture::quietChannelMixing(layout, parameters);
        const auto inputs = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 1);
        auto targets = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 2);
        targets[5] = -1; // one that does not count

        Run<double, double> run(layout);
        run(parameters, fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 4), targets,
            nullptr);
        const auto carried = run.states;
        std::vector<double> gradient(layout.size());
        run(parameters, inputs, targets, gradient.data());
        QCOMPARE(run.gradient.skippedMultiplyAdds() > 0, isSparse);

        Random random(7);
        for (const Parameter& p : layout.parameters()) {
            std::vector<double> direction(p.size);
            double expected = 0;
            for (std::size_t i = 0; i < p.size; ++i) {
                direction[i] = random.normal();
                expected += direction[i] * gradient[p.offset + i];
            }
            const auto difference = [&](double h) {
                double loss[2];
                for (int side = 0; side < 2; ++side) {
                    auto moved = parameters;
                    for (std::size_t i = 0; i < p.size; ++i)
                        moved[p.offset + i] += (side == 0 ? -h : h) * direction[i];
                    run.states = carried;
                    loss[side] = run(moved, inputs, targets, nullptr);
                }
                return (loss[1] - loss[0]) / (2 * h);
            };
            // Central differences err by h² times a third derivative, which is in the ten thousands here; two
            // of them cancel that. What is left is h⁴ times a fifth (6e-6 at h = 4e-6 where RWKV-7 is routed
            // from everything), and rounding over h: below 1e-8.
            const double h = 2e-6;
            const double measured = (4 * difference(h) - difference(2 * h)) / 3;
            const double error = std::abs(measured - expected);
            QVERIFY2(error <= 1e-6 * std::max(1.0, std::abs(expected)),
                     qPrintable(QString("%1: backward %2, difference %3")
                                    .arg(QString::fromStdString(p.name))
                                    .arg(expected, 0, 'g', 12)
                                    .arg(measured, 0, 'g', 12)));
            QVERIFY2(std::abs(expected) > 1e-7,
                     qPrintable(QString::fromStdString(p.name) + " has no gradient to compare"));
        }
    }

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

    // The control of fits: adapters in place of a gate, against finite differences.
    void adaptersEqualFiniteDifference_data() {
        QTest::addColumn<QString>("model");
        QTest::newRow("rwkv6") << "rwkv6 base";
        QTest::newRow("rwkv7") << "rwkv7 base";
    }
    void adaptersEqualFiniteDifference() {
        QFETCH(QString, model);
        TrainingShape shape = fixture::smallShape(model.toStdString());
        shape.adapterRank = 3;
        const ParameterLayout layout(shape);
        const auto parameters = fixture::randomParameters<double>(layout, 3);
        const auto inputs = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 1);
        const auto targets = fixture::randomTokens(kSequences * kTokens, shape.model.vocabulary, 2);
        Run<double, double> run(layout);
        const auto fresh = run.states;
        std::vector<double> gradient(layout.size());
        run(parameters, inputs, targets, gradient.data());
        for (const char* name : {"adapter.0.a", "adapter.0.b", "adapter.1.a", "adapter.1.b"}) {
            const Parameter* const p = layout.find(name);
            QVERIFY(p != nullptr);
            for (std::size_t i = p->offset; i < p->offset + p->size; i += 7) {
                double loss[2];
                for (int side = 0; side < 2; ++side) {
                    auto moved = parameters;
                    moved[i] += side == 0 ? -1e-5 : 1e-5;
                    run.states = fresh;
                    loss[side] = run(moved, inputs, targets, nullptr);
                }
                // Central differences: h² times a third derivative, and rounding over h.
                QVERIFY2(std::abs((loss[1] - loss[0]) / 2e-5 - gradient[i]) < 1e-6, name);
            }
        }
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

    void windowsCarryState_data() { addModels(); }

    // The loss over one window of 2T tokens is that of two windows of T tokens.
    void windowsCarryState() {
        QFETCH(QString, model);
        const TrainingShape shape = fixture::smallShape(model.toStdString());
        const ParameterLayout layout(shape);
        const auto parameters = fixture::randomParameters<double>(layout, 5);
        const auto inputs = fixture::randomTokens(2 * kTokens, shape.model.vocabulary, 1);
        const auto targets = fixture::randomTokens(2 * kTokens, shape.model.vocabulary, 2);
        Run<double, double> whole(layout, 1, 2 * kTokens), part(layout, 1, kTokens);
        const double expected = whole(parameters, inputs, targets, nullptr);
        double loss = 0;
        std::vector<double> logits;
        for (int half = 0; half < 2; ++half) {
            const auto from = half * kTokens;
            loss += 0.5 * part(parameters, {inputs.begin() + from, inputs.begin() + from + kTokens},
                               {targets.begin() + from, targets.begin() + from + kTokens}, nullptr);
            logits.insert(logits.end(), part.logits.begin(), part.logits.end());
        }
        QVERIFY(std::abs(loss - expected) < 1e-12);
        for (std::size_t i = 0; i < logits.size(); ++i)
            QVERIFY(std::abs(logits[i] - whole.logits[i]) < 1e-10);
        QCOMPARE(part.states[0].position, whole.states[0].position);
        for (std::size_t i = 0; i < part.states[0].values.size(); ++i)
            QVERIFY(std::abs(part.states[0].values[i] - whole.states[0].values[i]) < 1e-10);
    }

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

    // The pull adds scale * pull * max at the largest logit of each position: seen in the head's bias-free
    // gradient.
    void logitPullReachesTheLargestLogitOnly() {
        const TrainingShape shape = fixture::smallShape("base");
        const ParameterLayout layout(shape);
        const auto parameters = fixture::randomParameters<double>(layout, 3);
        const auto inputs = fixture::randomTokens(kTokens, shape.model.vocabulary, 1);
        const auto targets = fixture::randomTokens(kTokens, shape.model.vocabulary, 2);
        std::vector<double> plain(layout.size()), pulled(layout.size());
        Run<double, double> run(layout, 1, kTokens);
        run(parameters, inputs, targets, plain.data());
        run.states[0].reset();
        run(parameters, inputs, targets, pulled.data(), 0.5);
        const std::size_t head = layout.find("head.weight")->offset;
        std::vector<bool> isLargest(static_cast<std::size_t>(shape.model.vocabulary));
        for (int t = 0; t < kTokens; ++t) {
            const auto row = run.logits.begin() + t * shape.model.vocabulary;
            isLargest[static_cast<std::size_t>(std::max_element(row, row + shape.model.vocabulary) - row)] =
                true;
        }
        for (std::size_t token = 0; token < isLargest.size(); ++token) {
            double change = 0;
            for (int i = 0; i < shape.model.width; ++i) {
                const std::size_t at =
                    head + token * static_cast<std::size_t>(shape.model.width) + static_cast<std::size_t>(i);
                change += std::abs(pulled[at] - plain[at]);
            }
            QCOMPARE(change > 1e-12, static_cast<bool>(isLargest[token]));
        }
    }

private:
    static void addModels() {
        QTest::addColumn<QString>("model");
        for (const std::string& name : fixture::models())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
};

QTEST_GUILESS_MAIN(GradientTest)
#include "gradient_test.moc"
