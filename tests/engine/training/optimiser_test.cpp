// AdamW, its schedule and the start values against plain forms of docs/spec/rwkv-models.md sections 11 and
// 12.
#include "tests/engine/training/training_fixture.h"

#include "engine/training/adamw.h"
#include "engine/training/parameters/start_values.h"

#include <QTest>

#include <cmath>

using namespace engine;

class OptimiserTest : public QObject {
    Q_OBJECT

private slots:
    // Ten steps in double precision, parameter by parameter, decay on matrices named ".weight" only,
    // time_decay at twice the rate, the gate at three times.
    void equalsPlainAdamW() {
        const ParameterLayout layout(fixture::smallShape("adaptive"));
        auto parameters = fixture::randomParameters<float>(layout, 1);
        const std::vector<double> start(parameters.begin(), parameters.end());
        std::vector<double> expected = start, first(layout.size()), second(layout.size());
        AdamWSettings settings;
        settings.weightDecay = 0.3f;
        settings.clip = 5;
        settings.enhancementScale = 3;
        AdamW optimiser(layout, settings);
        ThreadPool pool(2);
        Random random(9);
        for (int step = 1; step <= 10; ++step) {
            std::vector<float> a(layout.size()), b(layout.size());
            double norm = 0;
            for (const Parameter& p : layout.parameters())
                for (std::size_t i = p.offset; i < p.offset + p.size; ++i) {
                    a[i] = static_cast<float>(0.1 * random.normal());
                    b[i] = static_cast<float>(0.1 * random.normal());
                    norm += std::pow(static_cast<double>(a[i]) + b[i], 2);
                }
            norm = std::sqrt(norm);
            const double rate = 1e-2, clip = norm > 5 ? 5 / norm : 1;
            for (const Parameter& p : layout.parameters()) {
                const bool isTimeDecay = p.name.ends_with("time_decay");
                const bool decays = p.name.ends_with(".weight") && p.shape.size() == 2;
                for (std::size_t i = p.offset; i < p.offset + p.size; ++i) {
                    const double g = (static_cast<double>(a[i]) + b[i]) * clip,
                                 lr = rate * (isTimeDecay ? 2 : 1) * (p.name.starts_with("enhance.") ? 3 : 1);
                    first[i] = 0.9 * first[i] + 0.1 * g;
                    second[i] = 0.99 * second[i] + 0.01 * g * g;
                    const double m = first[i] / (1 - std::pow(0.9, step)),
                                 v = second[i] / (1 - std::pow(0.99, step));
                    expected[i] -= lr * (m / (std::sqrt(v) + 1e-18) + (decays ? 0.3 * expected[i] : 0));
                }
            }
            const std::span<float> gradients[] = {a, b};
            const double found = optimiser.step(parameters, gradients, {.learningRate = 1e-2f}, pool);
            QVERIFY(std::abs(found - norm) < 1e-5 * norm);
        }
        for (const Parameter& p : layout.parameters())
            for (std::size_t i = p.offset; i < p.offset + p.size; ++i)
                QVERIFY2(std::abs(parameters[i] - expected[i]) < 2e-5,
                         qPrintable(QString::fromStdString(p.name) +
                                    QString(": %1, expected %2").arg(parameters[i]).arg(expected[i])));
    }

    void gradientThatIsNotFiniteChangesNothing() {
        const ParameterLayout layout(fixture::smallShape("base"));
        auto parameters = fixture::randomParameters<float>(layout, 1);
        const auto before = parameters;
        std::vector<float> gradient(layout.size(), 1.0f);
        gradient[layout.find("head.weight")->offset] = std::nanf("");
        AdamW optimiser(layout, {});
        ThreadPool pool(1);
        const std::span<float> gradients[] = {gradient};
        QVERIFY(!std::isfinite(optimiser.step(parameters, gradients, {.learningRate = 0.1f}, pool)));
        QCOMPARE(parameters, before);
        QCOMPARE(optimiser.steps(), 0L);
    }

    void scheduleWarmsUpAndFalls() {
        const LearningRateSchedule schedule{1e-3f, 1e-4f, 10, 110};
        QVERIFY(std::abs(schedule.at(0) - 1e-5f) < 1e-8f);
        QVERIFY(std::abs(schedule.at(5) - 1e-3f * (0.01f + 0.99f * 0.5f)) < 1e-8f);
        QVERIFY(std::abs(schedule.at(10) - 1e-3f) < 1e-8f);
        QVERIFY(std::abs(schedule.at(60) - 5.5e-4f) < 1e-8f);
        QVERIFY(std::abs(schedule.at(110) - 1e-4f) < 1e-8f);
        for (int step = 10; step < 110; ++step)
            QVERIFY(schedule.at(step + 1) < schedule.at(step));
    }

    void linearScheduleIsKeptForHalfAndFallsToItsLast() {
        const LearningRateSchedule schedule{1e-3f, 0, 10, 110, 0, LearningRateDecay::Linear};
        QVERIFY(std::abs(schedule.at(5) - 1e-3f * (0.01f + 0.99f * 0.5f)) < 1e-8f);
        for (int step = 10; step <= 55; ++step)
            QCOMPARE(schedule.at(step), 1e-3f);
        QVERIFY(std::abs(schedule.at(66) - 0.8e-3f) < 1e-8f); // a fifth of the second half
        QCOMPARE(schedule.at(110), 0.0f);
        for (int step = 55; step < 110; ++step)
            QVERIFY(schedule.at(step + 1) < schedule.at(step));
        // A warm-up longer than half: the fall begins behind it.
        const LearningRateSchedule late{1e-3f, 0, 80, 110, 0, LearningRateDecay::Linear};
        QVERIFY(std::abs(late.at(80) - 1e-3f) < 1e-8f);
    }

    void scheduleIsJoinedWarmedUp() {
        const LearningRateSchedule whole{1e-3f, 1e-4f, 10, 110}, joined{1e-3f, 1e-4f, 10, 110, 60};
        QVERIFY(joined.at(60) < 0.02f * whole.at(60));
        for (int step = 70; step <= 110; ++step)
            QCOMPARE(joined.at(step), whole.at(step));
    }

    void startValuesFollowTheTable() {
        TrainingShape shape = fixture::smallShape("adaptive");
        shape.model.layers = 3;
        shape.model.vocabulary = 100;
        const ParameterLayout layout(shape);
        std::vector<float> values(layout.size());
        setStartValues(layout, 5, values);
        const auto at = [&](const std::string& name, std::size_t i) {
            return values[layout.find(name)->offset + i];
        };
        const auto near = [](double a, double b) { return std::abs(a - b) < 1e-6; };
        const double f = 7.0 / 32, h = 7.0 / 31, eta = 1 - 1.0 / 3, rho = 0.5;
        QVERIFY(near(at("blocks.1.att.time_maa_x", 7), 1 - std::pow(f, eta)));
        QVERIFY(near(at("blocks.1.att.time_maa_w", 7), 1 - std::pow(f, eta)));
        QVERIFY(near(at("blocks.1.att.time_maa_v", 7), 1 - std::pow(f, eta) - 0.3 * rho));
        QVERIFY(near(at("blocks.1.att.time_maa_r", 7), 1 - std::pow(f, eta / 2)));
        QVERIFY(near(at("blocks.1.att.time_maa_g", 7), 1 - std::pow(f, eta / 2)));
        QVERIFY(near(at("blocks.1.ffn.time_maa_k", 7), 1 - std::pow(f, eta * eta * eta)));
        QVERIFY(near(at("blocks.1.att.time_decay", 7), -6 + 5 * std::pow(h, 0.7 + 1.3 * rho)));
        QVERIFY(near(at("blocks.1.att.time_faaaa", 7), rho * (1 - h) + 0.1 * (8 % 3 - 1)));
        QVERIFY(near(at("blocks.1.att.ln_x.weight", 3), std::pow(2.0 / 3, 0.7)));
        QVERIFY(near(at("blocks.2.ln1.weight", 0), 1) && near(at("ln_out.bias", 0), 0));
        for (const char* zero :
             {"blocks.1.att.output.weight", "blocks.1.ffn.value.weight", "blocks.1.ffn.receptance.weight",
              "blocks.1.att.time_maa_w1", "blocks.1.att.time_decay_w1", "enhance.1.gate.weight"})
            for (std::size_t i = 0; i < layout.find(zero)->size; ++i)
                QCOMPARE(at(zero, i), 0.0f);
        QCOMPARE(at("enhance.1.gate.bias", 3), -2.0f);
        QCOMPARE(at("enhance.1.norm.weight", 3), 1.0f);
        // orth(1): rows of a square matrix are orthonormal; the tall head has orthogonal columns of length
        // 0.5 sqrt(V/C).
        for (int a = 0; a < 32; ++a)
            for (int b = 0; b < 32; ++b) {
                double square = 0, tall = 0;
                for (std::size_t i = 0; i < 32; ++i)
                    square += static_cast<double>(at("blocks.0.att.receptance.weight",
                                                     32 * static_cast<std::size_t>(a) + i)) *
                              at("blocks.0.att.receptance.weight", 32 * static_cast<std::size_t>(b) + i);
                for (std::size_t i = 0; i < 100; ++i)
                    tall += static_cast<double>(at("head.weight", 32 * i + static_cast<std::size_t>(a))) *
                            at("head.weight", 32 * i + static_cast<std::size_t>(b));
                QVERIFY(std::abs(square - (a == b ? 1 : 0)) < 1e-5);
                QVERIFY(std::abs(tall - (a == b ? 0.25 * 100 / 32 : 0)) < 1e-5);
            }
        float largest = 0;
        for (std::size_t i = 0; i < 3200; ++i)
            largest = std::max(largest, std::abs(at("emb.weight", i)));
        QVERIFY(largest <= 1e-4f && largest > 0.9e-4f);
    }

    void enhancedModelStartsFromTheSameBase() {
        const ParameterLayout base(fixture::smallShape("base")), gated(fixture::smallShape("conv-routing"));
        std::vector<float> a(base.size()), b(gated.size());
        setStartValues(base, 3, a);
        setStartValues(gated, 3, b);
        for (const Parameter& p : base.parameters())
            for (std::size_t i = 0; i < p.size; ++i)
                QCOMPARE(a[p.offset + i], b[gated.find(p.name)->offset + i]);
    }
};

QTEST_GUILESS_MAIN(OptimiserTest)
#include "optimiser_test.moc"
