// What is drawn, against the plain distribution in double.
#include "engine/sampling/sampler.h"
#include "tests/engine/sampling/plain_sampler.h"
#include "tests/engine/sampling/sampled_settings.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace engine;
using namespace test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The value that chi-square with `freedom` degrees passes once in a million (Wilson and Hilferty's
// approximation).
double chiSquareLimit(double freedom) {
    const double spread = 2 / (9 * freedom);
    return freedom * std::pow(1 - spread + 4.75 * std::sqrt(spread), 3);
}

} // namespace

class SamplerDistributionTest : public QObject {
    Q_OBJECT

private slots:
    void drawsFollowTheDistribution_data() {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const Settings& s : oneOfEach())
            QTest::newRow(s.name) << index++;
    }

    // Every draw has a seed of its own and the same history, so that penalties stay the same.
    void drawsFollowTheDistribution() {
        QFETCH(int, index);
        constexpr int kDraws = 60'000;
        SamplerSettings settings = oneOfEach()[std::size_t(index)].settings;
        Random random(31);
        const std::vector<float> logits = randomLogits(random, 40, 1.5);
        const std::vector<int> history{1, 2, 3, 1, 1, 7, 39, 8, 1, 2};
        const auto expected = test::plainDistribution(logits, history, settings);
        QVERIFY(expected.margin > 1e-6);
        std::map<int, int> counts;
        for (int i = 0; i < kDraws; ++i) {
            settings.seed = std::uint64_t(i);
            Sampler sampler(settings);
            for (const int token : history)
                sampler.observe(token);
            ++counts[sampleCopy(sampler, logits)];
        }
        double chiSquare = 0;
        for (const auto& [token, probability] : expected.probabilities) {
            const double wanted = probability * kDraws;
            chiSquare += (counts[token] - wanted) * (counts[token] - wanted) / wanted;
        }
        QCOMPARE(counts.size(), expected.probabilities.size()); // nothing else was drawn
        if (expected.probabilities.size() > 1)
            QVERIFY2(chiSquare < chiSquareLimit(double(expected.probabilities.size() - 1)),
                     std::to_string(chiSquare).c_str());
    }

    void oneSamplersDrawsFollowTheDistribution() {
        constexpr int kDraws = 200'000;
        Random random(32);
        const std::vector<float> logits = randomLogits(random, 100, 1);
        const auto expected = test::plainDistribution(logits, {}, plainSettings());
        Sampler sampler(plainSettings());
        std::vector<int> counts(logits.size());
        std::vector<int> pairs(4);
        int before = 0;
        for (int i = 0; i < kDraws; ++i) {
            const int token = sampleCopy(sampler, logits);
            ++counts[std::size_t(token)];
            ++pairs[std::size_t(2 * (before % 2) + token % 2)];
            before = token;
        }
        double chiSquare = 0;
        double odd = 0;
        for (const auto& [token, probability] : expected.probabilities) {
            const double wanted = probability * kDraws;
            chiSquare += std::pow(counts[std::size_t(token)] - wanted, 2) / wanted;
            odd += token % 2 * probability;
        }
        QVERIFY2(chiSquare < chiSquareLimit(99), std::to_string(chiSquare).c_str());
        // A draw does not depend on the one before.
        double dependence = 0;
        for (int i = 0; i < 4; ++i) {
            const double wanted = kDraws * (i / 2 ? odd : 1 - odd) * (i % 2 ? odd : 1 - odd);
            dependence += std::pow(pairs[std::size_t(i)] - wanted, 2) / wanted;
        }
        QVERIFY2(dependence < chiSquareLimit(3), std::to_string(dependence).c_str());
    }

    void candidatesAreThePlainDistribution_data() {
        QTest::addColumn<int>("vocabulary");
        QTest::newRow("1") << 1;
        QTest::newRow("15, less than a vector") << 15;
        QTest::newRow("100") << 100;
        QTest::newRow("1037, not a multiple of anything") << 1037;
    }

    void candidatesAreThePlainDistribution() {
        QFETCH(int, vocabulary);
        Random random(33);
        int compared = 0;
        const int rounds = vocabulary > 1000 ? 300 : 1500;
        for (int round = 0; round < rounds; ++round) {
            SamplerSettings s;
            const auto chance = [&] { return random.below(2) == 0; };
            s.temperature = chance() ? 1.0f : static_cast<float>(0.05 + 2 * random.uniform());
            s.topK = chance() ? 0 : static_cast<int>(random.below(std::uint64_t(vocabulary) + 3));
            s.topP = chance() ? 1.0f : static_cast<float>(random.uniform());
            s.minP = chance() ? 0.0f : static_cast<float>(random.uniform() * 0.3);
            s.typical = chance() ? 1.0f : static_cast<float>(0.01 + 0.98 * random.uniform());
            s.presencePenalty = chance() ? 0.0f : static_cast<float>(random.normal());
            s.frequencyPenalty = chance() ? 0.0f : static_cast<float>(random.normal());
            s.repetitionPenalty = chance() ? 1.0f : static_cast<float>(0.5 + random.uniform());
            s.penaltyDecay = chance() ? 1.0f : static_cast<float>(0.5 + 0.5 * random.uniform());
            if (chance()) {
                s.dryMultiplier = static_cast<float>(2 * random.uniform());
                s.dryAllowedLength = 1 + static_cast<int>(random.below(3));
                s.dryRange = static_cast<int>(random.below(40));
                while (!chance())
                    s.dryBreakers.push_back(static_cast<int>(s.dryBreakers.size() * 3 + random.below(3)));
            }
            if (chance()) {
                s.xtcProbability = 1; // either has one distribution
                s.xtcThreshold = static_cast<float>(0.01 + 0.3 * random.uniform());
            }
            while (chance())
                s.biases[static_cast<int>(random.below(std::uint64_t(vocabulary) + 2))] =
                    chance() ? static_cast<float>(3 * random.normal()) : -kInfinity;
            while (!chance())
                s.bannedTokens.push_back(static_cast<int>(random.below(std::uint64_t(vocabulary))));
            QVERIFY(s.validate());
            std::vector<float> logits = randomLogits(random, std::size_t(vocabulary), chance() ? 1 : 4);
            if (chance()) // ties and tokens without a chance
                for (float& logit : logits)
                    logit = random.below(20) == 0 ? -kInfinity : std::round(logit);
            std::vector<int> history;
            for (std::uint64_t n = random.below(60); n > 0; --n)
                history.push_back(static_cast<int>(random.below(std::uint64_t(vocabulary) + 2)));
            if (chance()) // with repetitions
                for (std::size_t n = random.below(60), i = 0; n > 0 && !history.empty(); --n)
                    history.push_back(history[i++ % history.size()]);

            const auto expected = test::plainDistribution(logits, history, s);
            if (expected.margin < 2e-6)
                continue;
            Sampler sampler(s);
            for (const int token : history)
                sampler.observe(token);
            const int token = sampleCopy(sampler, logits);
            double total = 0;
            double missing = 0;
            float last = 2;
            std::set<int> seen;
            for (const auto& [candidate, probability] : sampler.candidates()) {
                QVERIFY(probability <= last);
                last = probability;
                seen.insert(candidate);
                total += probability;
                const auto found = expected.probabilities.find(candidate);
                QVERIFY2(found != expected.probabilities.end(), qPrintable(QString::number(round)));
                QVERIFY(std::abs(found->second - probability) < 1e-5);
            }
            for (const auto& [candidate, probability] : expected.probabilities)
                if (!seen.contains(candidate))
                    missing += probability;
            QVERIFY(missing < 1e-12); // below exp(-87) only
            QVERIFY(std::abs(total - 1) < 1e-5);
            QVERIFY(seen.contains(token));
            QVERIFY(sampler.drawnProbability() > 0);
            ++compared;
        }
        QVERIFY2(compared > rounds * 3 / 4, std::to_string(compared).c_str());
    }
};

QTEST_GUILESS_MAIN(SamplerDistributionTest)
#include "sampler_distribution_test.moc"
