// Tokens that count more than others: marked text and LongCE, on an RWKV-X, also when a training is resumed.
#include "engine/core/random.h"
#include "engine/formats/checkpoint.h"
#include "engine/training/model_gradient.h"
#include "engine/training/run/batch_gradient.h"
#include "tests/engine/training/rwkvx_training.h"
#include "tests/engine/training/training_fixture.h"

#include <QTest>

#include <cmath>

using namespace engine;
using fixture::Course;
using fixture::rwkvX;
using fixture::trainAll;

class TokenWeightsTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<fixture::TextFolder>();
        QVERIFY(m_folder->writeText());
    }

    // With a weight of 0 the rest of the text does not matter: the loss is that of the marked text.
    void onlyMarkedTextIsLearned() {
        TrainingSettings settings = marked(rwkvX(*m_folder, "marked.safetensors", 1));
        settings.tokens = 100 * 4 * 32;
        const Course course = trainAll(settings);
        QVERIFY2(course.problem.empty(), course.problem.c_str());
        // The marked letter repeats the one before; the others are random, so no one could
        // learn these (ln 8 = 2.1).
        QVERIFY2(course.losses.back() < 1, qPrintable(QString::number(course.losses.back())));
        settings.tokens /= 4;
        settings.output = m_folder->path("unmarked.safetensors");
        settings.unmarkedWeight = 0.9f;
        const Course other = trainAll(settings);
        QVERIFY2(other.losses.back() > 1.5, qPrintable(QString::number(other.losses.back())));
    }

    // LongCE: weights e^(short - own), at most 10, on what short contexts tell; and they are not
    // differentiated, so the gradient is that of the same weights given from outside.
    void longContextsCountMore() {
        TrainingSettings settings = rwkvX(*m_folder, "unused.safetensors", 1);
        settings.shape = fixture::smallShape("rwkvx base");
        settings.longCeWindow = 8;
        settings.threads = settings.microBatch = 1;
        settings.window = settings.segment = 30;
        settings.logitPull = 0;
        const ParameterLayout layout(settings.shape);
        auto parameters = fixture::randomParameters<float>(layout, 3);
        const auto inputs = fixture::randomTokens(30, 11, 1), targets = fixture::randomTokens(30, 11, 2);
        ThreadPool pool(1);
        BatchGradient<float> longCe(layout, settings);
        auto states = longCe.freshStates(1);
        longCe.setParameters(parameters, pool);
        const double loss = longCe.run(inputs, targets, states, true, pool);
        const std::vector<float> found(longCe.gradients()[0].begin(), longCe.gradients()[0].end());

        const auto lossesOf = [&](std::size_t begin, std::size_t count) {
            const auto first = static_cast<std::ptrdiff_t>(begin), n = static_cast<std::ptrdiff_t>(count);
            const std::vector<int> in(inputs.begin() + first, inputs.begin() + first + n),
                out(targets.begin() + first, targets.begin() + first + n);
            ModelGradient<float, float> pass(layout, 1, static_cast<int>(count));
            std::vector<TrainingState<float>> fresh(1, pass.freshState());
            std::vector<float> losses(count);
            TrainingBatch<float> batch;
            batch.inputs = in;
            batch.targets = out;
            batch.states = fresh;
            batch.keptLosses = losses;
            (void)pass.run(parameters.data(), parameters.data(), batch, nullptr);
            return losses;
        };
        const auto own = lossesOf(0, 30);
        std::vector<float> weights(30, 1.0f);
        bool isCapped = false, isMore = false;
        for (std::size_t start = 4; start < 26; start += 4) { // windows of 8 that begin every 4 tokens
            const auto shorter = lossesOf(start, std::min<std::size_t>(8, 30 - start));
            for (std::size_t i = 4; i < shorter.size(); ++i) {
                const double weight = std::exp(static_cast<double>(shorter[i]) - own[start + i]);
                isCapped = isCapped || weight > 10;
                isMore = isMore || (weight > 1.01 && weight < 10);
                weights[start + i] = static_cast<float>(std::min(weight, 10.0));
            }
        }
        QVERIFY(isMore);
        double expected = 0;
        for (std::size_t i = 0; i < 30; ++i)
            expected += static_cast<double>(weights[i]) * own[i];
        QVERIFY2(std::abs(loss - expected) < 1e-4 * expected,
                 qPrintable(QString("%1 instead of %2").arg(loss).arg(expected)));
        Q_UNUSED(isCapped)

        settings.longCeWindow = 0;
        BatchGradient<float> weighted(layout, settings);
        states = weighted.freshStates(1);
        weighted.setParameters(parameters, pool);
        (void)weighted.run(inputs, targets, states, true, pool, weights);
        // There the mean is over the sum of the weights.
        const double scale = weighted.weight() / 30;
        double largest = 0, error = 0;
        for (std::size_t i = 0; i < layout.size(); ++i) {
            const double wanted = scale * static_cast<double>(weighted.gradients()[0][i]);
            largest = std::max(largest, std::abs(wanted));
            error = std::max(error, std::abs(wanted - static_cast<double>(found[i])));
        }
        QVERIFY2(error < 1e-4 * largest, qPrintable(QString("%1 of %2").arg(error).arg(largest)));
    }

    void resumedTrainingEqualsUnbrokenOne() {
        TrainingSettings whole = marked(rwkvX(*m_folder, "whole.safetensors", 1));
        whole.longCeWindow = 8;
        QVERIFY2(trainAll(whole).problem.empty(), "");
        TrainingSettings broken = whole;
        broken.output = m_folder->path("broken.safetensors");
        QVERIFY(trainAll(broken, false, 4).problem.empty());
        QVERIFY(trainAll(broken, true).problem.empty());
        const auto a = Checkpoint::open(whole.output), b = Checkpoint::open(broken.output);
        QVERIFY(a.has_value() && b.has_value());
        QCOMPARE(*b->fingerprint(), *a->fingerprint());
    }

private:
    // Documents as long as a window: random letters of eight, of which the last, which is marked, is the
    // one before again.
    TrainingSettings marked(TrainingSettings settings) const {
        Random random(1);
        QByteArray text;
        for (int document = 0; document < 400; ++document) {
            QByteArray letters;
            for (int i = 0; i < 30; ++i)
                letters += static_cast<char>('a' + random.below(8));
            text += letters + "\2" + letters.back() + "\3\n\f\n";
        }
        if (!m_folder->write("marked.txt", text))
            qFatal("cannot write");
        settings.text = settings.validation = m_folder->path("marked.txt");
        settings.unmarkedWeight = 0;
        return settings;
    }

    std::unique_ptr<fixture::TextFolder> m_folder;
};

QTEST_GUILESS_MAIN(TokenWeightsTest)
#include "token_weights_test.moc"
