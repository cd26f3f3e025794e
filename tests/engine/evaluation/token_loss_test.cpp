// token_loss_test.cpp: -ln softmax against the same in double, for every size and for logits that would
// overflow.
#include "engine/evaluation/token_loss.h"

#include "engine/core/random.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <vector>

using namespace engine;

class TokenLossTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithDoubles_data() {
        QTest::addColumn<int>("vocabulary");
        QTest::addColumn<double>("scale");
        for (const int vocabulary : {1, 2, 15, 16, 17, 256, 1023, 8192, 65536})
            QTest::addRow("%d tokens", vocabulary) << vocabulary << 4.0;
        QTest::newRow("logits far apart") << 1000 << 1e4;
        QTest::newRow("all logits equal") << 1000 << 0.0;
    }
    void agreesWithDoubles() {
        QFETCH(int, vocabulary);
        QFETCH(double, scale);
        Random random(11);
        std::vector<float> logits(static_cast<std::size_t>(vocabulary));
        double largest = -1e300;
        for (float& logit : logits) {
            logit = static_cast<float>(scale * random.normal());
            largest = std::max(largest, static_cast<double>(logit));
        }
        double sum = 0;
        for (const float logit : logits)
            sum += std::exp(static_cast<double>(logit) - largest);
        for (const int target : {0, vocabulary / 2, vocabulary - 1}) {
            const double expected =
                std::log(sum) + largest - static_cast<double>(logits[static_cast<std::size_t>(target)]);
            // Exponentials are float32; a difference of logits is rounded to float32 as well.
            QVERIFY(std::abs(tokenLoss(logits, target) - expected) <= 2e-6 + 1e-6 * std::abs(expected));
        }
    }

    void bannedTokensCountForNothing() {
        const float banned = -std::numeric_limits<float>::infinity();
        std::vector<float> logits(40, banned);
        logits[3] = logits[30] = 1.0f;
        QVERIFY(std::abs(tokenLoss(logits, 30) - std::log(2.0)) < 1e-6);
    }

    void notANumberIsPassedOn() {
        std::vector<float> logits(40, 1.0f);
        logits[17] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(std::isnan(tokenLoss(logits, 2)));
    }
};

QTEST_GUILESS_MAIN(TokenLossTest)
#include "token_loss_test.moc"
