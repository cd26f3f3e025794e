// Every token of the stretch is predicted once, from the token before it, in order.
#include "engine/fitting/fit_batches.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace engine;

class FitBatchesTest : public QObject {
    Q_OBJECT

private slots:
    void everyTokenOnce_data() {
        QTest::addColumn<int>("begin");
        QTest::addColumn<int>("end");
        QTest::addColumn<int>("sequences");
        QTest::addColumn<int>("window");
        QTest::addColumn<int>("warmUp");
        QTest::newRow("even") << 1 << 65 << 4 << 8 << 0;
        QTest::newRow("uneven") << 1 << 100 << 4 << 8 << 0;
        QTest::newRow("warmed up") << 50 << 100 << 3 << 8 << 8;
        QTest::newRow("warmed up near the beginning") << 3 << 100 << 2 << 8 << 20;
        QTest::newRow("fewer tokens than sequences") << 90 << 93 << 8 << 4 << 4;
        QTest::newRow("one") << 99 << 100 << 1 << 1 << 0;
    }

    void everyTokenOnce() {
        QFETCH(int, begin);
        QFETCH(int, end);
        QFETCH(int, sequences);
        QFETCH(int, window);
        QFETCH(int, warmUp);
        std::vector<int> row(100);
        std::iota(row.begin(), row.end(), 1000);
        const FitBatches batches(row, std::size_t(begin), std::size_t(end), sequences, window, warmUp);
        std::vector<int> inputs(std::size_t(sequences * window)), targets(inputs.size()), predicted,
            last(std::size_t(sequences), -1);
        for (int i = 0; i < batches.count(); ++i) {
            batches.batch(i, inputs, targets);
            for (std::size_t at = 0; at < inputs.size(); ++at) {
                // A sequence reads on where it stopped.
                int& before = last[at / std::size_t(window)];
                QVERIFY(before == -1 || inputs[at] == before + 1 || targets[at] == -1);
                before = inputs[at];
                if (targets[at] == -1)
                    continue;
                QCOMPARE(targets[at], inputs[at] + 1);
                predicted.push_back(targets[at]);
            }
        }
        std::ranges::sort(predicted);
        std::vector<int> expected(std::size_t(end - begin));
        std::iota(expected.begin(), expected.end(), 1000 + begin);
        QCOMPARE(predicted, expected);
    }

    // Each share but the row's beginning is read with a context.
    void sequencesAreWarmedUp() {
        std::vector<int> row(200);
        std::iota(row.begin(), row.end(), 0);
        const FitBatches batches(row, 100, 200, 2, 10, 30);
        std::vector<int> inputs(20), targets(20);
        batches.batch(0, inputs, targets);
        QCOMPARE(inputs[0], 69);
        QCOMPARE(inputs[10], 119);
        QVERIFY(std::ranges::all_of(targets, [](int target) { return target == -1; }));
        batches.batch(3, inputs, targets);
        QCOMPARE(targets[0], 100);
        QCOMPARE(targets[10], 150);
    }
};

QTEST_GUILESS_MAIN(FitBatchesTest)
#include "fit_batches_test.moc"
