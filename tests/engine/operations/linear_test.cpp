// The product of a linear layer beside the table of operations_test: types that are converted, tiles, inputs
// of zero, threads, batches.
#include "engine/operations/products/linear/linear.h"

#include "tests/engine/operations/linear_problem.h"
#include "tests/support/reference/linear.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <limits>

using namespace engine;
using namespace support;

namespace {

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
    // The types that operations_test's table has not: those of files that are kept as another.
    void convertedTypesEqualReference_data() {
        std::vector<Kind> kinds = packedKinds();
        std::erase_if(kinds, [](const Kind& kind) {
            return kind.type != DataType::Q5_0 && elementsPerBlock(kind.type) != 256;
        });
        addKindColumn(kinds);
    }
    void convertedTypesEqualReference() { compareWithReference(fetchedKind(), {1, 17, 130}, {256, 512}); }

    // Read one by one, as the pages on the layouts say.
    void keptWeightsStandForTheirValues_data() {
        auto kinds = plainKinds();
        const auto packed = packedKinds();
        kinds.insert(kinds.end(), packed.begin(), packed.end());
        addKindColumn(kinds);
    }
    void keptWeightsStandForTheirValues() {
        for (const int rows : {1, 17, 130, 257}) {
            const Problem problem(fetchedKind(), rows, 512, 1);
            const auto kept = reference::values(problem.weights.matrix());
            double largest = 0;
            for (const float value : problem.values)
                largest = std::max(largest, std::fabs(double{value}));
            for (std::size_t i = 0; i < kept.size(); ++i)
                QVERIFY2(std::fabs(kept[i] - double{problem.values[i]}) <= problem.tolerance() * largest,
                         qPrintable(QString::number(i)));
        }
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
            const auto expected = reference::product(jobs[3], static_cast<std::size_t>(tokens));
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
                Matrix shifted = aligned;
                shifted.data = memory.data() + element;
                LinearScratch scratch;
                std::vector<float> y(Problem::size(tokens, 67));
                linear(shifted, problem.x.data(), y.data(), tokens, pool, scratch);
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
