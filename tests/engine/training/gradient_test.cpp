// Hand-written backward passes against finite differences in double precision, and the laws of windows.
#include "tests/engine/training/gradient_run.h"

#include <algorithm>
#include <cmath>

using namespace engine;
using fixture::addModels;
using fixture::kSequences;
using fixture::kTokens;
using fixture::Run;

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
};

QTEST_GUILESS_MAIN(GradientTest)
#include "gradient_test.moc"
