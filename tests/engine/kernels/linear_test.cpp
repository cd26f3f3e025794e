#include "engine/kernels/linear.h"

#include "engine/core/random.h"
#include "engine/kernels/matrix_product.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/reference/linear_reference.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace engine;

namespace {

std::vector<float> randomValues(std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>(random.normal());
    return values;
}

// What the stored type makes of the values.
std::vector<float> rounded(const std::vector<float>& values, DataType type) {
    std::vector<std::byte> bytes(values.size() * bytesPerBlock(type));
    std::vector<float> result(values.size());
    if (!fromFloat32(type, values, bytes) || !toFloat32(type, bytes, result))
        qFatal("conversion failed");
    return result;
}

struct Problem {
    Problem(DataType type, int rows, int columns, int tokens)
        : type(type)
        , rows(rows)
        , columns(columns)
        , tokens(tokens)
        , values(rounded(randomValues(size(rows, columns), 1), type))
        , x(randomValues(size(tokens, columns), 2)) {
        weights = LinearWeights::fromFloat32(values, rows, columns, type).value();
    }
    static std::size_t size(int a, int b) {
        return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
    }

    [[nodiscard]] std::vector<float> run(int threads) const {
        ThreadPool pool(threads);
        LinearScratch scratch;
        std::vector<float> y(size(tokens, rows), -12345.0f);
        linear(weights.matrix(), x.data(), y.data(), tokens, pool, scratch);
        return y;
    }
    // The greatest error of y, in units of the sum of absolute products of its element.
    [[nodiscard]] double worstError(const std::vector<float>& y) const {
        const auto r = static_cast<std::size_t>(rows);
        const auto c = static_cast<std::size_t>(columns);
        const auto t = static_cast<std::size_t>(tokens);
        const auto expected = reference::linear(values, r, c, x.data(), c, t);
        const auto magnitude = reference::linearMagnitude(values, r, c, x.data(), c, t);
        double worst = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double error = std::fabs(static_cast<double>(y[i]) - expected[i]) / magnitude[i];
            worst = std::isfinite(error) ? std::max(worst, error) : 1e30;
        }
        return worst;
    }
    // x keeps its 24 bits, and a float32 sum of n terms in at least 4 parts errs by less than n/4 roundings
    // of 2^-24; where x is rounded to bfloat16, every term may err by 2^-8 of itself.
    [[nodiscard]] double tolerance() const {
        const bool isRounded = type == DataType::BFloat16 && tokens > 8 && hasBfloat16Products();
        return (columns / 4.0 + 8) * 0x1p-24 + (isRounded ? 0x1p-8 : 0);
    }

    DataType type;
    int rows;
    int columns;
    int tokens;
    std::vector<float> values;
    std::vector<float> x;
    LinearWeights weights;
};

constexpr DataType kTypes[] = {DataType::Float32, DataType::Float16, DataType::BFloat16};

} // namespace

class LinearTest : public QObject {
    Q_OBJECT

private slots:
    void equalsReference_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("tokens");
        for (const DataType type : kTypes)
            for (const int tokens : {1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 70})
                QTest::addRow("%s, %d tokens", name(type).data(), tokens) << static_cast<int>(type) << tokens;
    }
    void equalsReference() {
        QFETCH(int, type);
        QFETCH(int, tokens);
        for (const int rows : {1, 3, 17, 63, 65, 128, 129})
            for (const int columns : {1, 7, 64, 100, 2048}) {
                const Problem problem(static_cast<DataType>(type), rows, columns, tokens);
                const double error = problem.worstError(problem.run(2));
                QVERIFY2(error <= problem.tolerance(),
                         qPrintable(QStringLiteral("%1 x %2: error %3, allowed %4")
                                        .arg(rows)
                                        .arg(columns)
                                        .arg(error)
                                        .arg(problem.tolerance())));
            }
    }

    void severalTilesOfTokensEqualReference() {
        for (const DataType type : kTypes) {
            const Problem problem(type, 300, 48, 1100);
            QVERIFY(problem.worstError(problem.run(2)) <= problem.tolerance());
        }
    }

    void everyInstructionSetEqualsReference() {
        int tried = 0;
        support::onEveryInstructionSet([&](const char* instructionSet) {
            ++tried;
            for (const DataType type : kTypes)
                for (const int columns : {1, 15, 31, 64, 77, 515})
                    for (const int tokens : {1, 2, 3, 4, 7, 33}) {
                        const Problem problem(type, 37, columns, tokens);
                        QVERIFY2(problem.worstError(problem.run(1)) <= problem.tolerance(), instructionSet);
                    }
        });
        QVERIFY(tried > 0);
    }

    void resultsDoNotDependOnThreads_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("tokens");
        for (const DataType type : kTypes)
            for (const int tokens : {1, 2, 8, 33, 600})
                QTest::addRow("%s, %d tokens", name(type).data(), tokens) << static_cast<int>(type) << tokens;
    }
    void resultsDoNotDependOnThreads() {
        QFETCH(int, type);
        QFETCH(int, tokens);
        const Problem problem(static_cast<DataType>(type), 515, 260, tokens);
        const auto alone = problem.run(1);
        for (const int threads : {2, 3, 5}) {
            const auto together = problem.run(threads);
            QVERIFY(std::memcmp(alone.data(), together.data(), alone.size() * sizeof(float)) == 0);
        }
    }

    // Two sequences decoded together get the very logits that each gets alone.
    void fewTokensTogetherEqualOneByOne() {
        for (const DataType type : kTypes)
            for (int tokens = 2; tokens <= 8; ++tokens) {
                const Problem problem(type, 70, 333, tokens);
                const auto together = problem.run(2);
                ThreadPool pool(1);
                LinearScratch scratch;
                std::vector<float> one(70);
                for (int t = 0; t < tokens; ++t) {
                    linear(problem.weights.matrix(), problem.x.data() + t * 333, one.data(), 1, pool,
                           scratch);
                    QVERIFY(std::memcmp(one.data(), together.data() + t * 70, sizeof(float) * 70) == 0);
                }
            }
    }

    void batchEqualsSingleProducts_data() {
        QTest::addColumn<int>("tokens");
        for (const int tokens : {0, 1, 4, 20, 40, 530})
            QTest::addRow("%d tokens", tokens) << tokens;
    }
    // Different types and shapes, shared and separate inputs, strided rows.
    void batchEqualsSingleProducts() {
        QFETCH(int, tokens);
        const auto x = randomValues(Problem::size(std::max(1, tokens), 400), 3);
        struct Part {
            DataType type;
            int rows, columns, xOffset, xStride, yStride;
        };
        const Part parts[] = {{DataType::BFloat16, 130, 400, 0, 400, 0},
                              {DataType::BFloat16, 70, 400, 0, 400, 96},
                              {DataType::Float16, 257, 100, 100, 400, 0},
                              {DataType::Float32, 33, 64, 8, 400, 50},
                              {DataType::BFloat16, 5, 100, 300, 400, 7}};
        std::vector<LinearWeights> weights;
        std::vector<std::vector<float>> batched;
        std::vector<LinearJob> jobs;
        for (const Part& part : parts) {
            weights.push_back(
                LinearWeights::fromFloat32(randomValues(Problem::size(part.rows, part.columns), 4), part.rows,
                                           part.columns, part.type)
                    .value());
            const int stride = part.yStride == 0 ? part.rows : part.yStride;
            batched.emplace_back(Problem::size(std::max(1, tokens), stride), 7.0f);
            jobs.push_back({weights.back().matrix(), x.data() + part.xOffset, batched.back().data(),
                            part.xStride, part.yStride});
        }
        ThreadPool pool(2);
        LinearScratch scratch;
        linearBatch(jobs, tokens, pool, scratch);
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            std::vector<float> single(batched[i].size(), 7.0f);
            LinearJob job = jobs[i];
            job.y = single.data();
            LinearScratch fresh;
            linearBatch({&job, 1}, tokens, pool, fresh);
            QVERIFY(single == batched[i]); // padding between rows included: it stays as it was
        }
        if (tokens > 0) {
            const auto expected =
                reference::linear(rounded(randomValues(Problem::size(33, 64), 4), DataType::Float32), 33, 64,
                                  x.data() + 8, 400, static_cast<std::size_t>(tokens));
            for (int t = 0; t < tokens; ++t)
                for (int r = 0; r < 33; ++r)
                    QVERIFY(std::fabs(batched[3][static_cast<std::size_t>(t * 50 + r)] -
                                      expected[static_cast<std::size_t>(t * 33 + r)]) < 1e-4);
        }
    }

    void weightsNeedOnlyTheirOwnAlignment() {
        for (const DataType type : kTypes)
            for (const int tokens : {1, 3, 40}) {
                const Problem problem(type, 67, 200, tokens);
                const std::size_t element = bytesPerBlock(type);
                const Matrix aligned = problem.weights.matrix();
                AlignedBuffer<std::byte> memory(aligned.byteSize() + element);
                std::memcpy(memory.data() + element, aligned.data, aligned.byteSize());
                const auto shifted = LinearWeights::fromStored(type, memory.span().subspan(element),
                                                               aligned.rows, aligned.columns, type, nullptr);
                QVERIFY(shifted.has_value());
                QCOMPARE(shifted->matrix().data, static_cast<const void*>(memory.data() + element));
                ThreadPool pool(2);
                LinearScratch scratch;
                std::vector<float> y(Problem::size(tokens, 67));
                linear(shifted->matrix(), problem.x.data(), y.data(), tokens, pool, scratch);
                QVERIFY(y == problem.run(2));
            }
    }

    void infinitiesAndNansPassThrough() {
        for (const DataType type : kTypes)
            for (const int tokens : {1, 4, 40}) {
                Problem problem(type, 20, 70, tokens);
                problem.values[3] = std::numeric_limits<float>::infinity();
                problem.values[70 + 69] = std::numeric_limits<float>::quiet_NaN();
                problem.weights = LinearWeights::fromFloat32(problem.values, 20, 70, type).value();
                const auto y = problem.run(2);
                QVERIFY(std::isinf(y[0]));
                QVERIFY(std::isnan(y[1]));
                QVERIFY(std::isfinite(y[2]));
            }
    }

    void repeatedCallsAllocateNothingNew() {
        const Problem problem(DataType::Float16, 200, 128, 40);
        ThreadPool pool(2);
        LinearScratch scratch;
        std::vector<float> y(Problem::size(40, 200));
        linear(problem.weights.matrix(), problem.x.data(), y.data(), 40, pool, scratch);
        const float* tile = scratch.widenedTiles.at(0).data();
        linear(problem.weights.matrix(), problem.x.data(), y.data(), 40, pool, scratch);
        QCOMPARE(scratch.widenedTiles.at(0).data(), tile);
    }
};

QTEST_GUILESS_MAIN(LinearTest)
#include "linear_test.moc"
