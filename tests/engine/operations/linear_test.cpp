#include "engine/operations/products/linear/linear.h"

#include "engine/core/random.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/operations/products/quantised/packed_product.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_blocks.h"
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
    std::vector<std::byte> bytes(values.size() / elementsPerBlock(type) * bytesPerBlock(type));
    std::vector<float> result(values.size());
    if (!fromFloat32(type, values, bytes) || !toFloat32(type, bytes, result))
        qFatal("conversion failed");
    return result;
}

struct Kind {
    DataType type = DataType::Float32;
    MatrixOrder order = MatrixOrder::RowMajor;

    [[nodiscard]] std::string name() const {
        return std::string(engine::name(type)) + (order == MatrixOrder::ColumnMajor ? " column-major" : "");
    }
};

struct Problem {
    Problem(const Kind& kind, int rows, int columns, int tokens, double zeros = 0)
        : kind(kind)
        , rows(rows)
        , columns(columns)
        , tokens(tokens)
        , x(randomValues(size(tokens, columns), 2)) {
        Random random(3);
        for (float& value : x)
            value = random.uniform() < zeros ? 0.0f : value;
        if (isPlain() || kind.type == DataType::Q8_0 || kind.type == DataType::Q4_0) {
            values = rounded(randomValues(size(rows, columns), 1), kind.type);
            weights = LinearWeights::fromFloat32(values, rows, columns, kind.type, kind.order).value();
            return;
        }
        const auto bytes = support::randomBlocks(kind.type, size(rows, columns), 1);
        values.resize(size(rows, columns));
        ThreadPool pool(2);
        weights = LinearWeights::fromStored(kind.type, bytes, rows, columns, *packedTypeOf(kind.type),
                                            nullptr, pool, kind.order)
                      .value();
        if (!toFloat32(kind.type, bytes, values))
            qFatal("conversion failed");
    }
    static std::size_t size(int a, int b) {
        return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
    }
    [[nodiscard]] bool isPlain() const { return !isBlockQuantised(kind.type); }

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
            const double error = std::fabs(static_cast<double>(y[i]) - expected[i]) /
                                 std::max(magnitude[i], 1e-3); // an x of zeros has no size
            worst = std::isfinite(error) ? std::max(worst, error) : 1e30;
        }
        return worst;
    }
    // x keeps its 24 bits, and a float32 sum of n terms in at least 4 parts errs by less than n/4 roundings
    // of 2^-24; column-major, n terms follow one another. Where x is rounded to bfloat16, every term may err
    // by 2^-8 of itself, twice if the weights are rounded too; packed weights see x in 2^-15 of the greatest
    // of
    // 32. Minimums make sums of codes larger than what they amount to. Scales rounded to float16 (K) err by
    // 2^-11, scales made anew (Q6_K) by half a step.
    [[nodiscard]] double tolerance() const {
        const bool isColumnMajor = kind.order == MatrixOrder::ColumnMajor;
        double result = (columns / (isColumnMajor ? 1.0 : 4.0) + 8) * 0x1p-24;
        if (kind.type != DataType::Float32 &&
            tokens > (isPlain() && kind.type == DataType::BFloat16 ? 8 : 32) && hasBfloat16Products())
            result += 0x1p-7;
        if (!isPlain())
            result += 1e-4;
        if (kind.type == DataType::Q4_K || kind.type == DataType::Q5_K)
            result += 2e-3;
        if (kind.type == DataType::Q6_K)
            result += 1.5e-2;
        return result;
    }

    Kind kind;
    int rows;
    int columns;
    int tokens;
    std::vector<float> values;
    std::vector<float> x;
    LinearWeights weights;
};

constexpr DataType kTypes[] = {DataType::Float32, DataType::Float16, DataType::BFloat16};

std::vector<Kind> plainKinds() {
    std::vector<Kind> kinds;
    for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor})
        for (const DataType type : kTypes)
            kinds.push_back({type, order});
    return kinds;
}

std::vector<Kind> packedKinds() {
    std::vector<Kind> kinds;
    for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor})
        for (const DataType type : {DataType::Q8_0, DataType::Q4_0, DataType::Q4_1, DataType::Q5_0,
                                    DataType::Q5_1, DataType::Q4_K, DataType::Q5_K, DataType::Q6_K})
            kinds.push_back({type, order});
    return kinds;
}

void addKindColumn(const std::vector<Kind>& kinds) {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("order");
    for (const Kind& kind : kinds)
        QTest::newRow(kind.name().c_str()) << static_cast<int>(kind.type) << static_cast<int>(kind.order);
}

Kind fetchedKind() {
    QFETCH(int, type);
    QFETCH(int, order);
    return {static_cast<DataType>(type), static_cast<MatrixOrder>(order)};
}

void compareWithReference(const Kind& kind, std::initializer_list<int> manyRows,
                          std::initializer_list<int> manyColumns) {
    for (const int tokens : {1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 70})
        for (const int rows : manyRows)
            for (const int columns : manyColumns) {
                const Problem problem(kind, rows, columns, tokens);
                const double error = problem.worstError(problem.run(2));
                QVERIFY2(error <= problem.tolerance(),
                         qPrintable(QStringLiteral("%1 x %2, %3 tokens: error %4, allowed %5")
                                        .arg(rows)
                                        .arg(columns)
                                        .arg(tokens)
                                        .arg(error)
                                        .arg(problem.tolerance())));
            }
}

} // namespace

class LinearTest : public QObject {
    Q_OBJECT

private slots:
    void equalsReference_data() { addKindColumn(plainKinds()); }
    void equalsReference() {
        compareWithReference(fetchedKind(), {1, 3, 17, 63, 65, 128, 129}, {1, 7, 64, 100, 2048});
    }

    void packedEqualsReference_data() { addKindColumn(packedKinds()); }
    void packedEqualsReference() {
        const Kind kind = fetchedKind();
        if (elementsPerBlock(kind.type) == 256)
            compareWithReference(kind, {1, 17, 130}, {256, 512});
        else
            compareWithReference(kind, {1, 3, 16, 17, 65, 129}, {32, 96, 512});
    }

    void severalTilesOfTokensEqualReference() {
        for (const Kind& kind : plainKinds()) {
            const Problem problem(kind, 300, 48, 1100);
            QVERIFY2(problem.worstError(problem.run(2)) <= problem.tolerance(), kind.name().c_str());
        }
        for (const Kind& kind : packedKinds()) {
            const Problem problem(kind, 300, 256, 600);
            QVERIFY2(problem.worstError(problem.run(2)) <= problem.tolerance(), kind.name().c_str());
        }
    }

    void everyInstructionSetEqualsReference() {
        int tried = 0;
        const auto check = [&](const char* instructionSet) {
            ++tried;
            for (const Kind& kind : plainKinds())
                for (const int columns : {1, 15, 31, 64, 77, 515})
                    for (const int tokens : {1, 2, 3, 4, 7, 33}) {
                        const Problem problem(kind, 37, columns, tokens);
                        QVERIFY2(problem.worstError(problem.run(1)) <= problem.tolerance(), instructionSet);
                    }
            for (const Kind& kind : packedKinds())
                for (const int tokens : {1, 2, 3, 4, 7, 33}) {
                    const Problem problem(kind, 37, 512, tokens);
                    QVERIFY2(problem.worstError(problem.run(1)) <= problem.tolerance(),
                             qPrintable(QString::fromUtf8(instructionSet) + ", " +
                                        QString::fromStdString(kind.name())));
                }
        };
        support::onEveryInstructionSet(check);
        QVERIFY(tried > 0);
    }

    // What is multiplied by zero only is not read: here it would show.
    void inputsOfZeroAreSkipped_data() {
        std::vector<Kind> kinds;
        for (Kind kind : plainKinds())
            if (kind.order == MatrixOrder::ColumnMajor)
                kinds.push_back(kind);
        addKindColumn(kinds);
    }
    void inputsOfZeroAreSkipped() {
        for (const int tokens : {1, 3}) {
            Problem problem(fetchedKind(), 70, 333, tokens, 0.7);
            std::vector<float> poisoned = problem.values;
            for (std::size_t input = 0; input < 333; ++input) {
                bool isUsed = false;
                for (std::size_t t = 0; t < static_cast<std::size_t>(tokens); ++t)
                    isUsed |= problem.x[t * 333 + input] != 0;
                for (std::size_t output = 0; output < 70 && !isUsed; ++output)
                    poisoned[output * 333 + input] = std::numeric_limits<float>::quiet_NaN();
            }
            problem.weights =
                LinearWeights::fromFloat32(poisoned, 70, 333, problem.kind.type, problem.kind.order).value();
            QVERIFY(problem.worstError(problem.run(2)) <= problem.tolerance());
        }
    }

    void mostlyZeroInputsEqualReference_data() { addKindColumn(packedKinds()); }
    void mostlyZeroInputsEqualReference() {
        for (const int tokens : {1, 2, 5})
            for (const double zeros : {0.5, 0.95, 1.0}) {
                const Problem problem(fetchedKind(), 70, 1024, tokens, zeros);
                QVERIFY(problem.worstError(problem.run(2)) <= problem.tolerance());
            }
    }

    void resultsDoNotDependOnThreads_data() {
        auto kinds = plainKinds();
        const auto packed = packedKinds();
        kinds.insert(kinds.end(), packed.begin(), packed.end());
        addKindColumn(kinds);
    }
    void resultsDoNotDependOnThreads() {
        const Kind kind = fetchedKind();
        for (const int tokens : {1, 2, 8, 33, 600}) {
            const Problem problem(kind, 515, kind.type == DataType::Float32 ? 260 : 256, tokens);
            const auto alone = problem.run(1);
            for (const int threads : {2, 3, 5}) {
                const auto together = problem.run(threads);
                QVERIFY(std::memcmp(alone.data(), together.data(), alone.size() * sizeof(float)) == 0);
            }
        }
    }

    // Two sequences decoded together get the very logits that each gets alone.
    void fewTokensTogetherEqualOneByOne() {
        auto kinds = plainKinds();
        const auto packed = packedKinds();
        kinds.insert(kinds.end(), packed.begin(), packed.end());
        for (const Kind& kind : kinds)
            for (int tokens = 2; tokens <= 8; ++tokens) {
                const int columns = isBlockQuantised(kind.type) ? 512 : 333;
                const Problem problem(kind, 70, columns, tokens, 0.3);
                const auto together = problem.run(2);
                ThreadPool pool(1);
                LinearScratch scratch;
                std::vector<float> one(70);
                for (int t = 0; t < tokens; ++t) {
                    linear(problem.weights.matrix(), problem.x.data() + t * columns, one.data(), 1, pool,
                           scratch);
                    QVERIFY2(std::memcmp(one.data(), together.data() + t * 70, sizeof(float) * 70) == 0,
                             kind.name().c_str());
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
                const Problem problem({type}, 67, 200, tokens);
                const std::size_t element = bytesPerBlock(type);
                const Matrix aligned = problem.weights.matrix();
                AlignedBuffer<std::byte> memory(aligned.byteSize() + element);
                std::memcpy(memory.data() + element, aligned.data, aligned.byteSize());
                ThreadPool pool(2);
                const auto shifted = LinearWeights::fromStored(
                    type, memory.span().subspan(element), aligned.rows, aligned.columns, type, nullptr, pool);
                QVERIFY(shifted.has_value());
                QCOMPARE(shifted->matrix().data, static_cast<const void*>(memory.data() + element));
                LinearScratch scratch;
                std::vector<float> y(Problem::size(tokens, 67));
                linear(shifted->matrix(), problem.x.data(), y.data(), tokens, pool, scratch);
                QVERIFY(y == problem.run(2));
            }
    }

    void infinitiesAndNansPassThrough() {
        for (const Kind& kind : plainKinds())
            for (const int tokens : {1, 4, 40}) {
                Problem problem(kind, 20, 70, tokens);
                problem.values[3] = std::numeric_limits<float>::infinity();
                problem.values[70 + 69] = std::numeric_limits<float>::quiet_NaN();
                problem.weights =
                    LinearWeights::fromFloat32(problem.values, 20, 70, kind.type, kind.order).value();
                const auto y = problem.run(2);
                QVERIFY(std::isinf(y[0]));
                QVERIFY(std::isnan(y[1]));
                QVERIFY(std::isfinite(y[2]));
            }
        for (const Kind& kind : packedKinds())
            for (const float odd :
                 {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
                Problem problem(kind, 20, 256, 2);
                problem.x[77] = odd;
                const auto y = problem.run(2);
                QVERIFY(!std::isfinite(y[0]) && !std::isfinite(y[19]));
                QVERIFY(std::isfinite(y[20]) && std::isfinite(y[39]));
            }
    }

    void repeatedCallsAllocateNothingNew() {
        const Problem problem({DataType::Float16}, 200, 128, 40);
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
