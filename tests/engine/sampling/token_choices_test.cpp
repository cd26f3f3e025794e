// The likely tokens of a place, held against a sort of everything in double.
#include "engine/sampling/token_choices.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace engine;

namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

TokenChoices plain(std::vector<float> logits, int taken, int count) {
    for (float& logit : logits)
        if (std::isnan(logit))
            logit = kImpossible;
    std::vector<int> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](int a, int b) {
        return logits[static_cast<std::size_t>(a)] > logits[static_cast<std::size_t>(b)];
    });
    long double sum = 0;
    for (const float logit : logits)
        sum += std::exp(static_cast<long double>(logit));
    const auto probability = [&](int token) {
        return static_cast<float>(static_cast<long double>(logits[static_cast<std::size_t>(token)]) -
                                  std::log(sum));
    };
    TokenChoices choices;
    choices.rank = static_cast<int>(std::ranges::find(order, taken) - order.begin()) + 1;
    choices.logProbability = probability(taken);
    for (const int token : order)
        if (static_cast<int>(choices.best.size()) < count &&
            logits[static_cast<std::size_t>(token)] != kImpossible)
            choices.best.push_back({token, probability(token)});
    return choices;
}

// A float's rounding of values up to some 20.
bool areClose(float a, float b) { return a == b || std::abs(a - b) <= 4e-6f; }

} // namespace

class TokenChoicesTest : public QObject {
    Q_OBJECT

private slots:
    void equalASortOfEverything() {
        std::mt19937 random(7);
        std::normal_distribution<float> normal(0, 4);
        for (int round = 0; round < 300; ++round) {
            std::vector<float> logits(1 + random() % 400);
            for (float& logit : logits) {
                logit = normal(random);
                if (random() % 8 == 0)
                    logit = std::round(logit); // equals
                if (random() % 16 == 0)
                    logit = random() % 2 == 0 ? kImpossible : std::numeric_limits<float>::quiet_NaN();
            }
            logits[random() % logits.size()] = 1;
            const int taken = static_cast<int>(random() % logits.size());
            const int count = static_cast<int>(random() % 12);
            const TokenChoices expected = plain(logits, taken, count);
            const TokenChoices found = tokenChoices(logits, taken, count);
            const bool isPossible = expected.logProbability != kImpossible;
            QVERIFY(!isPossible || found.rank == expected.rank);
            QVERIFY(areClose(found.logProbability, expected.logProbability));
            QCOMPARE(found.best.size(), expected.best.size());
            for (std::size_t i = 0; i < found.best.size(); ++i) {
                QCOMPARE(found.best[i].token, expected.best[i].token);
                QVERIFY(areClose(found.best[i].logProbability, expected.best[i].logProbability));
            }
        }
    }

    void greatLogitsDoNotOverflow() {
        std::vector<float> logits{10'000, 10'000, -10'000};
        const TokenChoices choices = tokenChoices(logits, 1, 10);
        QCOMPARE(choices.rank, 2);
        QVERIFY(areClose(choices.logProbability, std::log(0.5f)));
        QCOMPARE(choices.best.size(), std::size_t{3});
    }

    void whereAllIsImpossibleThereIsNoChoice() {
        std::vector<float> logits{kImpossible, kImpossible};
        const TokenChoices choices = tokenChoices(logits, 1, 10);
        QVERIFY(choices.best.empty());
        QCOMPARE(choices.logProbability, kImpossible);
    }
};

QTEST_GUILESS_MAIN(TokenChoicesTest)
#include "token_choices_test.moc"
