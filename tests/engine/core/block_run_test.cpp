#include "engine/core/block_run.h"

#include "tests/support/random_blocks.h"
#include "tests/support/random_tensor.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace engine;

namespace {

using Values = std::array<float, kRunLength>;

BlockRun written(DataType type, const Values& values) {
    std::array<std::byte, 34> block;
    writeBlock(type, values, block.data());
    return readBlockRun(type, block.data(), 0);
}

Values randomRun(std::uint64_t seed, double deviation) {
    Values values;
    std::ranges::copy(support::randomTensor(kRunLength, seed, deviation), values.begin());
    return values;
}

} // namespace

class BlockRunTest : public QObject {
    Q_OBJECT

private slots:
    void runsAreTheValuesOfTheirBlocks_data() {
        QTest::addColumn<int>("type");
        for (const DataType type : {DataType::Q8_0, DataType::Q4_0, DataType::Q4_1, DataType::Q5_0,
                                    DataType::Q5_1, DataType::Q4_K, DataType::Q5_K, DataType::Q6_K})
            QTest::newRow(name(type).data()) << static_cast<int>(type);
    }
    void runsAreTheValuesOfTheirBlocks() {
        QFETCH(int, type);
        const auto bytes = support::randomBlocks(static_cast<DataType>(type), 1024, 4);
        std::vector<float> values(1024);
        QVERIFY(toFloat32(static_cast<DataType>(type), bytes, values).has_value());
        for (std::size_t run = 0; run < values.size() / kRunLength; ++run) {
            const BlockRun read = readBlockRun(static_cast<DataType>(type), bytes.data(), run);
            for (std::size_t i = 0; i < kRunLength; ++i)
                QCOMPARE(read.value(i), values[run * kRunLength + i]);
        }
    }

    void bytesAreWithinHalfAStep() {
        for (const double deviation : {1e-3, 1.0, 300.0}) {
            const Values values = randomRun(5, deviation);
            const BlockRun run = written(DataType::Q8_0, values);
            // The scale itself is rounded to float16: the largest value may be off by 127 times that.
            const float step = run.scales[0] * (0.5f + 127 * 0x1p-11f);
            for (std::size_t i = 0; i < kRunLength; ++i)
                QVERIFY(std::fabs(run.value(i) - values[i]) <= step);
        }
    }

    // The largest is a code of its own; on the other side of zero the codes end one step earlier.
    void nibblesAreWithinAStep() {
        for (std::uint64_t seed = 1; seed < 50; ++seed) {
            const Values values = randomRun(seed, 0.02);
            const BlockRun run = written(DataType::Q4_0, values);
            const float step = std::fabs(run.scales[0]);
            int within = 0;
            for (std::size_t i = 0; i < kRunLength; ++i) {
                const float error = std::fabs(run.value(i) - values[i]);
                QVERIFY(error <= step * 1.01f);
                within += error <= step * 0.51f ? 1 : 0;
            }
            QVERIFY(within >= 30);
        }
    }

    void whatWasWrittenIsWrittenAgain() {
        for (const DataType type : {DataType::Q8_0, DataType::Q4_0}) {
            const BlockRun once = written(type, randomRun(6, 1));
            Values values;
            for (std::size_t i = 0; i < kRunLength; ++i)
                values[i] = once.value(i);
            const BlockRun twice = written(type, values);
            QVERIFY(once.codes == twice.codes);
            QCOMPARE(twice.scales[0], once.scales[0]);
        }
    }

    void oddValuesGiveFiniteBlocks() {
        constexpr float kInfinity = std::numeric_limits<float>::infinity();
        for (const DataType type : {DataType::Q8_0, DataType::Q4_0}) {
            const BlockRun zero = written(type, Values{});
            for (std::size_t i = 0; i < kRunLength; ++i)
                QCOMPARE(zero.value(i), 0.0f);
            Values odd = randomRun(7, 1);
            odd[3] = std::numeric_limits<float>::quiet_NaN();
            QCOMPARE(written(type, odd).value(3), 0.0f);
            odd[4] = kInfinity;
            odd[5] = -1e30f;
            odd[6] = 1e-42f;
            const BlockRun run = written(type, odd);
            for (std::size_t i = 0; i < kRunLength; ++i)
                QVERIFY(std::isfinite(run.value(i)));
        }
    }
};

QTEST_GUILESS_MAIN(BlockRunTest)
#include "block_run_test.moc"
