#include "engine/operations/products/dense/matrix_product.h"

#include "engine/core/random.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>

using namespace engine;

namespace {

std::size_t size(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

// Values of `type`, as bytes for the product and as float32 for the reference.
struct Values {
    Values(DataType type, std::size_t count, std::uint64_t seed)
        : bytes(count * bytesPerBlock(type))
        , floats(count) {
        Random random(seed);
        for (float& value : floats)
            value = static_cast<float>(random.normal());
        if (!fromFloat32(type, floats, bytes.span()) || !toFloat32(type, bytes.span(), floats))
            qFatal("conversion failed");
    }
    AlignedBuffer<std::byte> bytes;
    std::vector<float> floats;
};

// A product with its operands and the result in double precision.
struct Problem {
    explicit Problem(ProductShape s)
        : shape(s)
        , strideA(s.strideA ? s.strideA : (s.transposeA ? s.m : s.k))
        , strideB(s.strideB ? s.strideB : (s.transposeB ? s.k : s.n))
        , strideC(s.strideC ? s.strideC : s.n)
        , a(s.inputs, size(s.transposeA ? s.k : s.m, strideA), 1)
        , b(s.inputs, size(s.transposeB ? s.n : s.k, strideB), 2)
        , c(s.output, size(s.m, strideC), 3) {}

    // Greatest difference from the reference, relative to the sum of absolute products; untouched padding
    // counts as well.
    [[nodiscard]] double worstError(const AlignedBuffer<std::byte>& result) const {
        std::vector<float> values(c.floats.size());
        if (!toFloat32(shape.output, result.span(), values))
            return 1e30;
        double worst = 0;
        for (int i = 0; i < shape.m; ++i)
            for (int j = 0; j < strideC; ++j) {
                const std::size_t at = size(i, strideC) + static_cast<std::size_t>(j);
                if (j >= shape.n) {
                    worst = values[at] == c.floats[at] ? worst : 1e30;
                    continue;
                }
                double expected = shape.accumulate ? c.floats[at] : 0.0;
                double magnitude = std::fabs(expected);
                for (int k = 0; k < shape.k; ++k) {
                    const std::size_t atA = shape.transposeA ? size(k, strideA) + static_cast<std::size_t>(i)
                                                             : size(i, strideA) + static_cast<std::size_t>(k);
                    const std::size_t atB = shape.transposeB ? size(j, strideB) + static_cast<std::size_t>(k)
                                                             : size(k, strideB) + static_cast<std::size_t>(j);
                    const double term =
                        static_cast<double>(a.floats[atA]) * static_cast<double>(b.floats[atB]);
                    expected += term;
                    magnitude += std::fabs(term);
                }
                const double error = std::fabs(static_cast<double>(values[at]) - expected) / magnitude;
                worst = std::isfinite(error) ? std::max(worst, error) : 1e30;
            }
        return worst;
    }
    // Inputs are taken as they are; sums are float32, and a bfloat16 output is rounded once.
    [[nodiscard]] double tolerance() const {
        return (shape.k + 8) * 0x1p-24 + (shape.output == DataType::BFloat16 ? 0x1p-8 : 0);
    }

    ProductShape shape;
    int strideA;
    int strideB;
    int strideC;
    Values a;
    Values b;
    Values c;
};

} // namespace

class MatrixProductTest : public QObject {
    Q_OBJECT

private slots:
    void equalsReference_data() {
        QTest::addColumn<int>("input");
        QTest::addColumn<int>("output");
        QTest::addColumn<int>("flags"); // transposeA, transposeB, accumulate, strided
        for (int flags = 0; flags < 16; ++flags) {
            const auto row = [&](const char* types, DataType input, DataType output) {
                QTest::addRow("%s%s%s%s%s", types, flags & 1 ? ", A transposed" : "",
                              flags & 2 ? ", B transposed" : "", flags & 4 ? ", added" : "",
                              flags & 8 ? ", strided" : "")
                    << static_cast<int>(input) << static_cast<int>(output) << flags;
            };
            row("f32", DataType::Float32, DataType::Float32);
            row("bf16", DataType::BFloat16, DataType::Float32);
            row("bf16 to bf16", DataType::BFloat16, DataType::BFloat16);
        }
    }
    void equalsReference() {
        QFETCH(int, input);
        QFETCH(int, output);
        QFETCH(int, flags);
        if (static_cast<DataType>(input) == DataType::BFloat16 && !hasBfloat16Products())
            QSKIP("This processor has no bfloat16 products.");
        const int sizes[][3] = {{1, 1, 1},    {3, 5, 7},     {65, 17, 33},   {1, 100, 64},  {128, 1, 100},
                                {70, 90, 64}, {300, 40, 16}, {40, 500, 130}, {33, 65, 2300}};
        ThreadPool pool(2);
        ProductScratch scratch;
        for (const auto& [m, n, k] : sizes) {
            ProductShape shape{.m = m, .n = n, .k = k};
            shape.inputs = static_cast<DataType>(input);
            shape.output = static_cast<DataType>(output);
            shape.transposeA = flags & 1;
            shape.transposeB = flags & 2;
            shape.accumulate = flags & 4;
            if (flags & 8) {
                shape.strideA = (shape.transposeA ? m : k) + 3;
                shape.strideB = (shape.transposeB ? k : n) + 5;
                shape.strideC = n + 2;
            }
            const Problem problem(shape);
            for (const bool inParallel : {false, true}) {
                AlignedBuffer<std::byte> c = problem.c.bytes;
                const auto done = inParallel ? multiply(shape, problem.a.bytes.data(), problem.b.bytes.data(),
                                                        c.data(), pool, scratch)
                                             : multiply(shape, problem.a.bytes.data(), problem.b.bytes.data(),
                                                        c.data(), scratch);
                QVERIFY2(done.has_value(), done ? "" : done.error().message.c_str());
                const double error = problem.worstError(c);
                QVERIFY2(error <= problem.tolerance(),
                         qPrintable(QStringLiteral("%1 x %2 x %3: error %4, allowed %5")
                                        .arg(m)
                                        .arg(n)
                                        .arg(k)
                                        .arg(error)
                                        .arg(problem.tolerance())));
            }
        }
    }

    void repeatsToTheBit() {
        const Problem problem({.m = 384, .n = 200, .k = 2500, .transposeA = true});
        ThreadPool pool(2);
        ProductScratch scratch;
        AlignedBuffer<std::byte> first = problem.c.bytes;
        QVERIFY(multiply(problem.shape, problem.a.bytes.data(), problem.b.bytes.data(), first.data(), pool,
                         scratch));
        for (int i = 0; i < 5; ++i) {
            AlignedBuffer<std::byte> again = problem.c.bytes;
            QVERIFY(multiply(problem.shape, problem.a.bytes.data(), problem.b.bytes.data(), again.data(),
                             pool, scratch));
            QVERIFY(std::memcmp(first.data(), again.data(), first.byteSize()) == 0);
        }
    }

    void threadsShareOnePreparedProduct() {
        const Problem problem({.m = 50, .n = 60, .k = 70, .transposeB = true});
        AlignedBuffer<std::byte> expected = problem.c.bytes;
        ProductScratch scratch;
        QVERIFY(multiply(problem.shape, problem.a.bytes.data(), problem.b.bytes.data(), expected.data(),
                         scratch));
        std::vector<AlignedBuffer<std::byte>> results(4, problem.c.bytes);
        std::vector<int> failures(results.size(), 0);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < results.size(); ++i)
            threads.emplace_back([&, i] {
                ProductScratch own;
                for (int round = 0; round < 50; ++round)
                    if (!multiply(problem.shape, problem.a.bytes.data(), problem.b.bytes.data(),
                                  results[i].data(), own))
                        ++failures[i];
            });
        for (auto& thread : threads)
            thread.join();
        for (std::size_t i = 0; i < results.size(); ++i) {
            QCOMPARE(failures[i], 0);
            QVERIFY(std::memcmp(results[i].data(), expected.data(), expected.byteSize()) == 0);
        }
    }

    void manyShapesDoNotExhaustTheCache() {
        ProductScratch scratch;
        for (int m = 1; m <= 600; ++m) {
            const Problem problem({.m = m, .n = 8, .k = 8});
            AlignedBuffer<std::byte> c = problem.c.bytes;
            QVERIFY(
                multiply(problem.shape, problem.a.bytes.data(), problem.b.bytes.data(), c.data(), scratch));
            if (m % 100 == 1)
                QVERIFY(problem.worstError(c) <= problem.tolerance());
        }
    }

    void wrongShapesAreRefused() {
        float value = 0;
        ProductScratch scratch;
        const auto code = [&](const ProductShape& shape) {
            const auto done = multiply(shape, &value, &value, &value, scratch);
            return done ? QStringLiteral("accepted") : QString::fromUtf8(name(done.error().code).data());
        };
        const auto invalid = QString::fromUtf8(name(ErrorCode::InvalidArgument).data());
        const auto unsupported = QString::fromUtf8(name(ErrorCode::UnsupportedType).data());
        QCOMPARE(code({.m = 1, .n = 1, .k = 1}), QStringLiteral("accepted"));
        QCOMPARE(code({.m = 0, .n = 1, .k = 1}), invalid);
        QCOMPARE(code({.m = 1, .n = -1, .k = 1}), invalid);
        QCOMPARE(code({.m = 2, .n = 2, .k = 2, .strideB = 1}), invalid);
        QCOMPARE(code({.m = 1, .n = 1, .k = 1, .inputs = DataType::Float16}), unsupported);
        QCOMPARE(code({.m = 1, .n = 1, .k = 1, .output = DataType::BFloat16}), unsupported);
    }
};

QTEST_GUILESS_MAIN(MatrixProductTest)
#include "matrix_product_test.moc"
