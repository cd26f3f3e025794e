#include "engine/sampling/sampler.h"
#include "tests/engine/sampling/sampled_settings.h"

#include <QElapsedTimer>
#include <QTest>

#include <cmath>
#include <limits>

using namespace engine;
using namespace test;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

} // namespace

class SamplerTest : public QObject {
    Q_OBJECT

private slots:
    void greedyTakesTheLargestAndTheLowestOfEquals() {
        SamplerSettings s;
        s.temperature = 0;
        Sampler sampler(s);
        QCOMPARE(sampleCopy(sampler, {1, 3, 2, 3, 3}), 1);
        QCOMPARE(sampler.candidates(), (std::vector<Candidate>{{1, 1.0f}}));
        QCOMPARE(sampler.drawnProbability(), 1.0f);
        s.bannedTokens = {1};
        QCOMPARE(sampleCopy(sampler = Sampler(s), {1, 3, 2, 3, 3}), 3);
        s.presencePenalty = 2;
        sampler = Sampler(s);
        sampler.observe(3);
        QCOMPARE(sampleCopy(sampler, {1, 3, 2, 3, 2.5f}), 4);
    }

    void coldSamplingIsGreedy() {
        Random random(34);
        for (int round = 0; round < 200; ++round) {
            const std::vector<float> logits = randomLogits(random, 300, 3);
            const int best = int(std::max_element(logits.begin(), logits.end()) - logits.begin());
            for (const float temperature : {1e-30f, 1e-6f}) {
                SamplerSettings s = plainSettings();
                s.temperature = temperature;
                Sampler sampler(s);
                QCOMPARE(sampleCopy(sampler, logits), best);
            }
            SamplerSettings s;
            s.temperature = 100;
            s.topK = 1;
            Sampler sampler(s);
            QCOMPARE(sampleCopy(sampler, logits), best);
        }
    }

    void theBestOfOthersIsTakenWhereBiasesLeaveNothing() {
        SamplerSettings s = plainSettings();
        s.topK = 1;
        s.biases = {{1, -kInfinity}, {3, -kInfinity}};
        Sampler sampler(s);
        QCOMPARE(sampleCopy(sampler, {1, 9, 2, 8, 3}), 4);
        s.topK = 0;
        s.minP = 1;
        QCOMPARE(sampleCopy(sampler = Sampler(s), {1, 9, 2, 8, 3}), 4);
        s.temperature = 0;
        s.biases[2] = 1.5f;
        QCOMPARE(sampleCopy(sampler = Sampler(s), {1, 9, 2, 8, 3}), 2);
        QVERIFY(!sampler.drawsOnDevice());
    }

    void aTokenTakenBackWasNeverSeen() {
        SamplerSettings s = plainSettings();
        s.frequencyPenalty = 0.7f;
        s.repetitionPenalty = 1.2f;
        s.penaltyDecay = 0.8f;
        s.dryMultiplier = 1;
        Random random(35);
        const std::vector<float> logits = randomLogits(random, 30, 1);
        Sampler plain(s);
        Sampler undone(s);
        for (const int token : {1, 2, 3, 4, 1, 2, 3}) {
            plain.observe(token);
            undone.observe(token);
        }
        undone.setUndoable(true);
        for (const int token : {4, 1, 1, 29, 2})
            undone.observe(token);
        for (int i = 0; i < 5; ++i)
            undone.takeBack();
        QCOMPARE(sampleCopy(undone, logits), sampleCopy(plain, logits));
        QCOMPARE(undone.candidates(), plain.candidates());
    }

    void tiesGoToTheLowerId() {
        SamplerSettings s = plainSettings();
        s.topK = 2;
        Sampler topK(s);
        (void)sampleCopy(topK, {0, 1, 1, 1});
        QCOMPARE(topK.candidates(), (std::vector<Candidate>{{1, 0.5f}, {2, 0.5f}}));
        s = plainSettings();
        s.topP = 0.5f;
        Sampler topP(s);
        (void)sampleCopy(topP, {1, 1, 1, 1});
        QCOMPARE(topP.candidates(), (std::vector<Candidate>{{0, 0.5f}, {1, 0.5f}}));
        s = plainSettings();
        s.typical = 0.3f;
        Sampler typical(s);
        (void)sampleCopy(typical, {1, 1, 1, 1});
        QCOMPARE(typical.candidates(), (std::vector<Candidate>{{0, 0.5f}, {1, 0.5f}}));
        std::vector<float> many(5000, 2.0f);
        s = plainSettings();
        s.topK = 3;
        Sampler flat(s);
        (void)sampleCopy(flat, many);
        QCOMPARE(flat.candidates().size(), std::size_t(3));
        QCOMPARE(flat.candidates()[2].token, 2);
    }

    void brokenLogitsAreSurvived_data() {
        QTest::addColumn<QList<float>>("logits");
        QTest::addColumn<QList<int>>("banned");
        QTest::addColumn<QList<int>>("possible");
        QTest::newRow("NaN never wins") << QList<float>{kNaN, 0, kNaN, 0} << QList<int>{} << QList<int>{1, 3};
        QTest::newRow("-inf never wins")
            << QList<float>{-kInfinity, 0, -kInfinity} << QList<int>{} << QList<int>{1};
        QTest::newRow("+inf always wins") << QList<float>{5, kInfinity, 7} << QList<int>{} << QList<int>{1};
        QTest::newRow("two +inf") << QList<float>{5, kInfinity, kInfinity} << QList<int>{}
                                  << QList<int>{1, 2};
        QTest::newRow("all NaN") << QList<float>{kNaN, kNaN} << QList<int>{} << QList<int>{0};
        QTest::newRow("all -inf") << QList<float>{-kInfinity, -kInfinity} << QList<int>{0} << QList<int>{1};
        QTest::newRow("all banned") << QList<float>{1, 2} << QList<int>{0, 1} << QList<int>{0};
        QTest::newRow("NaN and a banned one")
            << QList<float>{kNaN, 9, kNaN} << QList<int>{1} << QList<int>{0};
        QTest::newRow("huge") << QList<float>{3e38f, -3e38f, 3e38f} << QList<int>{} << QList<int>{0, 2};
        QTest::newRow("one token") << QList<float>{-4} << QList<int>{} << QList<int>{0};
    }

    void brokenLogitsAreSurvived() {
        QFETCH(QList<float>, logits);
        QFETCH(QList<int>, banned);
        QFETCH(QList<int>, possible);
        for (const Settings& each : oneOfEach()) {
            SamplerSettings s = each.settings;
            if (s.bannedTokens.size() > 0)
                continue;
            s.bannedTokens.assign(banned.begin(), banned.end());
            for (const float temperature : {0.0f, 0.01f, 1.0f}) {
                s.temperature = temperature;
                for (s.seed = 0; s.seed < 20; ++s.seed) {
                    Sampler sampler(s);
                    const int token = sampleCopy(sampler, {logits.begin(), logits.end()});
                    QVERIFY2(possible.contains(token), each.name);
                    double total = 0;
                    for (const Candidate& c : sampler.candidates())
                        total += c.probability;
                    QVERIFY2(std::abs(total - 1) < 1e-5, each.name);
                }
            }
        }
    }

    void bannedTokensAreNeverDrawn() {
        SamplerSettings s = plainSettings();
        s.bannedTokens = {2, 4, 4, 900};
        s.presencePenalty = -5; // must not lift a ban
        Sampler sampler(s);
        sampler.observe(2);
        for (int i = 0; i < 2000; ++i) {
            const int token = sampleCopy(sampler, {0, 0, 50, 0, kInfinity, 0});
            QVERIFY(token != 2 && token != 4);
        }
    }

    void sameSeedDrawsTheSame() {
        Random random(35);
        const std::vector<float> logits = randomLogits(random, 500, 1);
        const auto draw = [&](std::uint64_t seed) {
            SamplerSettings s;
            s.seed = seed;
            s.frequencyPenalty = 0.2f;
            Sampler sampler(s);
            std::vector<int> tokens;
            for (int i = 0; i < 100; ++i) {
                tokens.push_back(sampleCopy(sampler, logits));
                if (seed == 1 && i % 3 == 0)
                    (void)sampler.candidates(); // looking changes nothing
            }
            return tokens;
        };
        QCOMPARE(draw(1), draw(1));
        QVERIFY(draw(1) != draw(2));
        QVERIFY(draw(2) != draw(3));
    }

    void copiesGoOnAlike() {
        Random random(36);
        const std::vector<float> logits = randomLogits(random, 50, 1);
        SamplerSettings s;
        s.repetitionPenalty = 1.3f;
        Sampler first(s);
        for (int i = 0; i < 10; ++i)
            (void)sampleCopy(first, logits);
        Sampler second = first;
        for (int i = 0; i < 50; ++i)
            QCOMPARE(sampleCopy(first, logits), sampleCopy(second, logits));
    }

    void drawnTokensCountAsSeen() {
        SamplerSettings s;
        s.temperature = 0;
        s.presencePenalty = 1;
        Sampler sampler(s);
        QCOMPARE(sampleCopy(sampler, {2.5f, 2.4f, 2.3f}), 0);
        QCOMPARE(sampleCopy(sampler, {2.5f, 2.4f, 2.3f}), 1);
        QCOMPARE(sampleCopy(sampler, {2.5f, 2.4f, 2.3f}), 2);
        QCOMPARE(sampleCopy(sampler, {2.5f, 2.4f, 2.3f}), 0);
    }

    void settingsOutOfRangeAreNamed_data() {
        QTest::addColumn<int>("field");
        QTest::addColumn<float>("value");
        QTest::addColumn<QString>("name"); // empty: valid
        const char* names[] = {"temperature",
                               "top-p",
                               "min-p",
                               "typical",
                               "presence penalty",
                               "frequency penalty",
                               "repetition penalty",
                               "penalty decay",
                               "top-k",
                               "banned token"};
        const std::vector<std::vector<float>> bad = {{-0.1f, 101}, {-0.1f, 1.1f}, {-0.1f, 1.1f}, {0, 1.1f},
                                                     {101, -101},  {101, -101},   {0, -1, 101},  {0, 1.1f},
                                                     {-1},         {-1}};
        const std::vector<std::vector<float>> good = {{0, 1, 100}, {0, 1}, {0, 1},  {0.1f, 1},  {-2, 2},
                                                      {-2, 2},     {0.5f}, {1e-3f}, {0, 70000}, {0, 65535}};
        for (int field = 0; field < 10; ++field) {
            for (const float value : bad[std::size_t(field)])
                QTest::addRow("%s %g", names[field], double(value)) << field << value << names[field];
            if (field < 8)
                QTest::addRow("%s NaN", names[field]) << field << kNaN << names[field];
            if (field < 8)
                QTest::addRow("%s inf", names[field]) << field << kInfinity << names[field];
            for (const float value : good[std::size_t(field)])
                QTest::addRow("%s %g is right", names[field], double(value)) << field << value << "";
        }
    }

    void settingsOutOfRangeAreNamed() {
        QFETCH(int, field);
        QFETCH(float, value);
        QFETCH(QString, name);
        SamplerSettings s;
        float* const fields[] = {&s.temperature,
                                 &s.topP,
                                 &s.minP,
                                 &s.typical,
                                 &s.presencePenalty,
                                 &s.frequencyPenalty,
                                 &s.repetitionPenalty,
                                 &s.penaltyDecay};
        if (field < 8)
            *fields[field] = value;
        else if (field == 8)
            s.topK = static_cast<int>(value);
        else
            s.bannedTokens = {static_cast<int>(value)};
        const auto valid = s.validate();
        QCOMPARE(valid.has_value(), name.isEmpty());
        if (!valid) {
            QCOMPARE(valid.error().code, ErrorCode::InvalidArgument);
            QVERIFY2(valid.error().message.find(name.toStdString()) != std::string::npos,
                     valid.error().message.c_str());
        }
    }

    // The best of many rounds, so that a busy machine does not matter. Alone it takes 0.2 ms; a full sort 4
    // ms and more. The limit has room for sanitizers.
    void wholeWorldVocabularyIsFast() {
        Random random(37);
        std::vector<float> base = randomLogits(random, 65536, 3);
        for (int i = 0; i < 20; ++i)
            base[random.below(base.size())] = static_cast<float>(12 + random.normal());
        Sampler sampler{SamplerSettings{}};
        qint64 bestNs = std::numeric_limits<qint64>::max();
        for (int round = 0; round < 100; ++round) {
            std::vector<float> logits = base;
            QElapsedTimer timer;
            timer.start();
            (void)sampler.sample(logits);
            (void)sampler.candidates();
            bestNs = std::min(bestNs, timer.nsecsElapsed());
        }
        qInfo("%.3f ms", double(bestNs) * 1e-6);
        QVERIFY(bestNs < 3'000'000);
    }
};

QTEST_GUILESS_MAIN(SamplerTest)
#include "sampler_test.moc"
