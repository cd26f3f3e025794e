// Muon against plain loops in double, and what it promises: a direction whose singular values are near 1.
#include "engine/training/muon.h"

#include "engine/training/adamw.h"
#include "tests/engine/training/training_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

using namespace engine;

namespace {

using Doubles = std::vector<double>;

// A B, or A Bᵀ.
Doubles product(const Doubles& a, const Doubles& b, std::size_t m, std::size_t n, std::size_t k,
                bool transposeB) {
    Doubles c(m * n, 0.0);
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t l = 0; l < k; ++l)
                c[i * n + j] += a[i * k + l] * (transposeB ? b[j * k + l] : b[l * n + j]);
    return c;
}

// docs/spec/training.md, on a matrix that is not transposed: X Xᵀ has the size of its outputs.
Doubles orthogonalised(Doubles x, std::size_t outputs, std::size_t inputs) {
    double squares = 0;
    for (const double value : x)
        squares += value * value;
    for (double& value : x)
        value /= std::sqrt(squares) + 1e-7;
    for (int step = 0; step < 5; ++step) {
        const Doubles gram = product(x, x, outputs, outputs, inputs, true);
        const Doubles cube = product(gram, x, outputs, inputs, outputs, false);
        const Doubles fifth = product(gram, cube, outputs, inputs, outputs, false);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = 3.4445 * x[i] - 4.7750 * cube[i] + 2.0315 * fifth[i];
    }
    return x;
}

} // namespace

class MuonTest : public QObject {
    Q_OBJECT

private slots:
    void equalsPlainLoops_data() {
        QTest::addColumn<QString>("model");
        QTest::newRow("rwkv6") << QStringLiteral("rwkv6 adaptive");
        QTest::newRow("rwkv7") << QStringLiteral("rwkv7 adaptive");
    }

    void equalsPlainLoops() {
        QFETCH(QString, model);
        const ParameterLayout layout(fixture::smallShape(model.toStdString()));
        auto parameters = fixture::randomParameters<float>(layout, 1);
        const auto start = parameters;
        std::vector<float> momenta(layout.size());
        Doubles expected(parameters.begin(), parameters.end()), momentum(layout.size());
        Muon muon(layout);
        ThreadPool pool(2);
        Random random(3);
        int matrices = 0;
        for (int turn = 0; turn < 3; ++turn) {
            std::vector<float> gradients(layout.size());
            for (float& g : gradients)
                g = static_cast<float>(random.normal());
            const Muon::Step step{.learningRate = 0.02f, .weightDecay = 0.3f, .momentum = 0.9f, .clip = 0.5f};
            QVERIFY(muon.step(parameters, gradients, momenta, step, pool).has_value());
            matrices = 0;
            for (const Parameter& p : layout.parameters()) {
                if (!Muon::takes(p))
                    continue;
                ++matrices;
                Doubles direction(p.size);
                for (std::size_t i = 0; i < p.size; ++i) {
                    const double g = 0.5 * double{gradients[p.offset + i]};
                    momentum[p.offset + i] = 0.9 * momentum[p.offset + i] + 0.1 * g;
                    direction[i] = 0.1 * g + 0.9 * momentum[p.offset + i];
                }
                const auto outputs = static_cast<std::size_t>(p.shape[0]);
                const auto inputs = static_cast<std::size_t>(p.shape[1]);
                direction = orthogonalised(std::move(direction), outputs, inputs);
                const double scale =
                    std::sqrt(std::max(1.0, static_cast<double>(outputs) / static_cast<double>(inputs)));
                for (std::size_t i = 0; i < p.size; ++i) {
                    double& weight = expected[p.offset + i];
                    const double move = scale * direction[i];
                    weight -= 0.02 * (move + (move * weight > 0 ? 0.3 * weight : 0));
                }
            }
        }
        QVERIFY(matrices > 10);
        // Float32 products, five times on one another: some 1e-5 of a direction of size 1, times the rate.
        for (const Parameter& p : layout.parameters())
            for (std::size_t i = p.offset; i < p.offset + p.size; ++i)
                if (Muon::takes(p))
                    QVERIFY2(std::abs(parameters[i] - expected[i]) < 2e-6,
                             qPrintable(QString::fromStdString(p.name)));
                else
                    QCOMPARE(parameters[i], start[i]);
    }

    // For any gradient: rows (of the narrow side) of length near 1, nearly at right angles.
    void theDirectionIsNearlyOrthogonal() {
        const ParameterLayout layout(fixture::smallShape("rwkv7 base"));
        std::vector<float> parameters(layout.size()), momenta(layout.size()), gradients(layout.size());
        Random random(4);
        for (float& g : gradients)
            g = static_cast<float>(1e-3 * random.normal());
        Muon muon(layout);
        ThreadPool pool(1);
        QVERIFY(
            muon.step(parameters, gradients, momenta, {.learningRate = 1, .momentum = 0}, pool).has_value());
        const Parameter* const p = layout.find("blocks.1.att.receptance.weight");
        QVERIFY(p != nullptr);
        const auto n = static_cast<std::size_t>(p->shape[0]);
        const Doubles x(parameters.begin() + static_cast<std::ptrdiff_t>(p->offset),
                        parameters.begin() + static_cast<std::ptrdiff_t>(p->offset + p->size));
        const Doubles gram = product(x, x, n, n, n, true);
        double trace = 0, others = 0;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                (i == j ? trace : others) += i == j ? gram[i * n + j] : std::abs(gram[i * n + j]);
        QVERIFY2(trace / static_cast<double>(n) > 0.5 && trace / static_cast<double>(n) < 1.5,
                 qPrintable(QString::number(trace / static_cast<double>(n))));
        QVERIFY(others / static_cast<double>(n * (n - 1)) < 0.1);
    }

    void theOtherOptimiserLeavesItsMatricesAlone() {
        const ParameterLayout layout(fixture::smallShape("rwkv6 base"));
        auto parameters = fixture::randomParameters<float>(layout, 1);
        const auto before = parameters;
        std::vector<float> gradient(layout.size(), 0.01f);
        AdamW optimiser(layout, {}, [](const Parameter& p) { return !Muon::takes(p); });
        ThreadPool pool(1);
        const std::span<float> gradients[] = {gradient};
        QVERIFY(optimiser.step(parameters, gradients, {.learningRate = 1e-2f}, pool) > 0);
        for (const Parameter& p : layout.parameters()) {
            const auto at = static_cast<std::ptrdiff_t>(p.offset);
            const bool isSame =
                std::equal(before.begin() + at, before.begin() + at + static_cast<std::ptrdiff_t>(p.size),
                           parameters.begin() + at);
            QVERIFY2(isSame == Muon::takes(p), p.name.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(MuonTest)
#include "muon_test.moc"
