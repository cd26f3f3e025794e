// batch_schedule_test.cpp: how batches grow, and the schedules that count in steps of full size.
#include "engine/training/batch_schedule.h"

#include "tests/engine/training/text_folder.h"

#include <QTest>

#include <cmath>

using namespace engine;

class BatchScheduleTest : public QObject {
    Q_OBJECT

private slots:
    void steadyBatchesAreStepsTimesTheirSize() {
        const BatchSchedule schedule({}, 4, 32, 10 * 4 * 32 + 1);
        QCOMPARE(schedule.steps(), std::int64_t(11)); // whole batches that hold the tokens
        QCOMPARE(schedule.tokensBefore(7), std::int64_t(7 * 4 * 32));
        QCOMPARE(schedule.fullStepsBefore(7), 7.0);
        QCOMPARE(schedule.firstStepOf(3), std::int64_t(0));
    }

    void tokensOfGrowingBatchesAreCountedExactly_data() {
        QTest::addColumn<std::vector<double>>("shares");
        QTest::newRow("two stages") << std::vector{0.25, 0.5};
        QTest::newRow("uneven") << std::vector{0.123, 0.777};
        QTest::newRow("stage shorter than a step") << std::vector{0.25, 0.2501};
        QTest::newRow("nearly all") << std::vector{0.5, 0.9999};
    }
    void tokensOfGrowingBatchesAreCountedExactly() {
        QFETCH(std::vector<double>, shares);
        const std::vector<BatchStage> growth{{shares[0], 4}, {shares[1], 8}};
        constexpr std::int64_t kTokens = 100'000;
        const BatchSchedule schedule(growth, 16, 32, kTokens);
        std::int64_t tokens = 0;
        int before = 0;
        for (std::int64_t step = 0; step < schedule.steps(); ++step) {
            QCOMPARE(schedule.tokensBefore(step), tokens);
            const int sequences = schedule.sequencesAt(step);
            QVERIFY(sequences >= before);
            // As many as the share says that has been read by then.
            const int wanted = tokens < std::llround(shares[0] * kTokens)   ? 4
                               : tokens < std::llround(shares[1] * kTokens) ? 8
                                                                            : 16;
            QCOMPARE(sequences, wanted);
            for (int slot = before; slot < sequences; ++slot)
                QCOMPARE(schedule.firstStepOf(slot), step);
            before = sequences;
            tokens += sequences * 32;
        }
        QCOMPARE(schedule.tokensBefore(schedule.steps()), tokens);
        QVERIFY(tokens >= kTokens && tokens < kTokens + 16 * 32);
    }

    void schedulesCountTokens() {
        fixture::TextFolder folder;
        TrainingSettings steady = folder.small("model.safetensors"), growing = steady;
        steady.tokens = growing.tokens = 100 * 4 * 32;
        steady.weightDecaySchedule = growing.weightDecaySchedule = WeightDecaySchedule::Linear;
        steady.useMuon(true);
        growing.useMuon(true);
        growing.batchGrowth = {{0.25, 1}, {0.5, 2}};
        QCOMPARE(growing.steps(), std::int64_t(100 + 50 + 50));
        // Half way through the tokens: step 50 of one, step 150 of the other.
        for (const auto& [a, b] : {std::pair{50, 150}, {60, 160}, {25, 100}, {0, 0}}) {
            QCOMPARE(growing.learningRateAt(b), steady.learningRateAt(a));
            QCOMPARE(growing.adamwStep(b).weightDecayShare, steady.adamwStep(a).weightDecayShare);
            QCOMPARE(growing.muonStep(b).weightDecay, steady.muonStep(a).weightDecay);
            QCOMPARE(growing.muonStep(b).momentum, steady.muonStep(a).momentum);
        }
        QCOMPARE(steady.adamwStep(0).weightDecayShare, 1.0f);
        QCOMPARE(steady.adamwStep(25).weightDecayShare, 0.75f);
        QCOMPARE(steady.adamwStep(100).weightDecayShare, 0.0f);
        steady.weightDecaySchedule = WeightDecaySchedule::Constant;
        QCOMPARE(steady.adamwStep(90).weightDecayShare, 1.0f);
    }

    void lastShareOfTheStepsIsAveraged() {
        fixture::TextFolder folder;
        TrainingSettings s = folder.small("model.safetensors");
        s.averageLast = 0.3;
        for (int step = 1; step <= 10; ++step)
            QCOMPARE(s.isAveraged(step), step >= 8);
        s.averageLast = 0;
        QVERIFY(!s.isAveraged(10));
        s.averageLast = 1;
        QVERIFY(s.isAveraged(1) && !s.isAveraged(0));
    }
};

QTEST_GUILESS_MAIN(BatchScheduleTest)
#include "batch_schedule_test.moc"
