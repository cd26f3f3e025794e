#include "engine/core/data_type.h"
#include "engine/core/weight_memory.h"
#include "engine/operations/products/linear/linear.h"
#include "engine/operations/products/linear/row_product.h"
#include "engine/operations/products/sparse/sparse_product.h"
#include "tests/support/random_blocks.h"
#include "tests/support/random_tensor.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace engine;
using support::valuesOf;

namespace {

std::vector<float> ramp(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = 0.125f * static_cast<float>(i % 41) - 2.0f; // exact in every type
    return values;
}

void addBlockTypes() {
    QTest::addColumn<int>("type");
    for (const DataType type : {DataType::Q8_0, DataType::Q4_0, DataType::Q4_1, DataType::Q5_0,
                                DataType::Q5_1, DataType::Q4_K, DataType::Q5_K, DataType::Q6_K})
        QTest::newRow(name(type).data()) << static_cast<int>(type);
}

} // namespace

class LinearWeightsTest : public QObject {
    Q_OBJECT

private slots:
    void largeStoredBytesOfTheWantedTypeAreNotCopied() {
        auto memory = std::make_shared<AlignedBuffer<float>>(kLeastWeightsInPlace / sizeof(float));
        const std::weak_ptr<AlignedBuffer<float>> watch = memory;
        const std::span bytes{reinterpret_cast<const std::byte*>(memory->data()), memory->byteSize()};
        ThreadPool pool(2);
        auto weights =
            LinearWeights::fromStored(DataType::Float32, bytes, 512, static_cast<int>(bytes.size() / 2048),
                                      DataType::Float32, std::move(memory), pool);
        QVERIFY(weights.has_value() && !weights->ownsMemory());
        QCOMPARE(weights->matrix().data, static_cast<const void*>(bytes.data()));
        QVERIFY(!watch.expired());
        weights = LinearWeights();
        QVERIFY(watch.expired());
    }

    // They would lie in small pages.
    void smallStoredBytesAreCopiedToTheOtherWeights() {
        auto memory = std::make_shared<AlignedBuffer<float>>(12);
        const std::weak_ptr<AlignedBuffer<float>> watch = memory;
        std::ranges::copy(ramp(12), memory->data());
        const std::span bytes{reinterpret_cast<const std::byte*>(memory->data()), memory->byteSize()};
        ThreadPool pool(2);
        const auto weights = LinearWeights::fromStored(DataType::Float32, bytes, 3, 4, DataType::Float32,
                                                       std::move(memory), pool);
        QVERIFY(weights.has_value() && weights->ownsMemory());
        QVERIFY(watch.expired());
        QVERIFY(valuesOf(*weights) == ramp(12));
    }

    void bytesBetweenElementsAreCopied() {
        const auto values = ramp(6);
        std::vector<std::byte> odd(25);
        std::memcpy(odd.data() + 1, values.data(), 24);
        ThreadPool pool(2);
        const auto weights = LinearWeights::fromStored(DataType::Float32, std::span(odd).subspan(1), 2, 3,
                                                       DataType::Float32, nullptr, pool);
        QVERIFY(weights.has_value());
        QVERIFY(weights->matrix().data != odd.data() + 1);
        QVERIFY(valuesOf(*weights) == values);
    }

    void conversionsKeepValues_data() {
        QTest::addColumn<int>("stored");
        QTest::addColumn<int>("wanted");
        for (const DataType stored :
             {DataType::Float64, DataType::Float32, DataType::Float16, DataType::BFloat16})
            for (const DataType wanted : {DataType::Float32, DataType::Float16, DataType::BFloat16})
                QTest::addRow("%s as %s", name(stored).data(), name(wanted).data())
                    << static_cast<int>(stored) << static_cast<int>(wanted);
    }
    void conversionsKeepValues() {
        QFETCH(int, stored);
        QFETCH(int, wanted);
        const auto type = static_cast<DataType>(stored);
        const auto values = ramp(130 * 257); // more than one piece
        std::vector<std::byte> bytes(values.size() * bytesPerBlock(type));
        if (type == DataType::Float64) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                const double value = values[i];
                std::memcpy(bytes.data() + i * sizeof value, &value, sizeof value);
            }
        } else {
            QVERIFY(fromFloat32(type, values, bytes).has_value());
        }
        ThreadPool pool(3);
        for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor}) {
            const auto weights = LinearWeights::fromStored(
                type, bytes, 130, 257, static_cast<DataType>(wanted), nullptr, pool, order);
            QVERIFY(weights.has_value());
            QCOMPARE(weights->type(), static_cast<DataType>(wanted));
            QVERIFY(weights->ownsMemory());
            const auto kept = valuesOf(*weights);
            for (std::size_t r = 0; r < 130; ++r)
                for (std::size_t c = 0; c < 257; ++c)
                    QCOMPARE(kept[order == MatrixOrder::RowMajor ? r * 257 + c : c * 130 + r],
                             values[r * 257 + c]);
        }
    }

    void blockTypesAreWidened_data() { addBlockTypes(); }
    void blockTypesAreWidened() {
        QFETCH(int, type);
        const auto bytes = support::randomBlocks(static_cast<DataType>(type), 3 * 512, 1);
        std::vector<float> expected(3 * 512);
        QVERIFY(toFloat32(static_cast<DataType>(type), bytes, expected).has_value());
        ThreadPool pool(2);
        for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor}) {
            const auto weights = LinearWeights::fromStored(static_cast<DataType>(type), bytes, 3, 512,
                                                           DataType::Float32, nullptr, pool, order);
            QVERIFY(weights.has_value());
            const auto values = valuesOf(*weights);
            for (std::size_t r = 0; r < 3; ++r)
                for (std::size_t c = 0; c < 512; ++c)
                    QCOMPARE(values[order == MatrixOrder::RowMajor ? r * 512 + c : c * 3 + r],
                             expected[r * 512 + c]);
        }
    }

    // Packed weights are the stored ones: exactly where the kind has the same scales, within float16's
    // rounding of the scales (K), or half a step of new ones (Q6_K).
    void packedWeightsAreTheStoredOnes_data() { addBlockTypes(); }
    void packedWeightsAreTheStoredOnes() {
        QFETCH(int, type);
        const auto stored = static_cast<DataType>(type);
        constexpr int kRows = 37, kColumns = 512;
        const auto bytes = support::randomBlocks(stored, kRows * kColumns, 2);
        std::vector<float> expected(kRows * kColumns);
        QVERIFY(toFloat32(stored, bytes, expected).has_value());
        const float tolerance = stored == DataType::Q6_K                               ? 0.01f
                                : stored == DataType::Q4_K || stored == DataType::Q5_K ? 0.004f
                                                                                       : 1e-6f;
        ThreadPool pool(2);
        for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor}) {
            const auto weights = LinearWeights::fromStored(stored, bytes, kRows, kColumns,
                                                           *packedTypeOf(stored), nullptr, pool, order);
            QVERIFY(weights.has_value());
            QVERIFY(weights->matrix().isPacked && weights->ownsMemory());
            std::vector<float> values(expected.size());
            if (order == MatrixOrder::RowMajor)
                widenRows(weights->matrix(), 0, kRows, values.data());
            else
                widenColumnMajor(weights->matrix(), 0, kRows, values.data());
            for (std::size_t r = 0; r < kRows; ++r)
                for (std::size_t c = 0; c < kColumns; ++c) {
                    const float value =
                        values[order == MatrixOrder::RowMajor ? r * kColumns + c : c * kRows + r];
                    QVERIFY2(
                        std::fabs(value - expected[r * kColumns + c]) <= tolerance,
                        qPrintable(
                            QStringLiteral("%1, expected %2").arg(value).arg(expected[r * kColumns + c])));
                }
        }
    }

    void weightsArePackedFromAnyType_data() {
        QTest::addColumn<int>("wanted");
        QTest::newRow("q8_0") << int(DataType::Q8_0);
        QTest::newRow("q4_0") << int(DataType::Q4_0);
    }
    void weightsArePackedFromAnyType() {
        QFETCH(int, wanted);
        const auto type = static_cast<DataType>(wanted);
        const auto values = support::randomTensor(20 * 96, 3);
        std::vector<std::byte> blocks(values.size() / 32 * bytesPerBlock(type));
        std::vector<float> expected(values.size());
        for (const DataType stored : {DataType::Float32, DataType::Float16, DataType::BFloat16}) {
            std::vector<std::byte> bytes(values.size() * bytesPerBlock(stored));
            std::vector<float> kept(values.size());
            QVERIFY(fromFloat32(stored, values, bytes) && toFloat32(stored, bytes, kept));
            QVERIFY(fromFloat32(type, kept, blocks) && toFloat32(type, blocks, expected));
            ThreadPool pool(2);
            for (const MatrixOrder order : {MatrixOrder::RowMajor, MatrixOrder::ColumnMajor}) {
                const auto weights =
                    LinearWeights::fromStored(stored, bytes, 20, 96, type, nullptr, pool, order);
                QVERIFY(weights.has_value());
                std::vector<float> packed(values.size());
                if (order == MatrixOrder::RowMajor)
                    widenRows(weights->matrix(), 0, 20, packed.data());
                else
                    widenColumnMajor(weights->matrix(), 0, 20, packed.data());
                for (std::size_t r = 0; r < 20; ++r)
                    for (std::size_t c = 0; c < 96; ++c)
                        QCOMPARE(packed[order == MatrixOrder::RowMajor ? r * 96 + c : c * 20 + r],
                                 expected[r * 96 + c]);
            }
        }
    }

    void tablesStayWhereTheyAre() {
        const auto bytes = support::randomBlocks(DataType::Q6_K, 3 * 256, 1);
        const auto table = LinearWeights::table(DataType::Q6_K, bytes, 3, 256, nullptr);
        QVERIFY(table.has_value());
        QCOMPARE(table->matrix().data, static_cast<const void*>(bytes.data()));
        QCOMPARE(table->matrix().groupBytes(), std::size_t{210});
        QVERIFY(!table->ownsMemory());
        QVERIFY(!LinearWeights::table(DataType::Q6_K, bytes, 3, 255, nullptr).has_value());
    }

    void factorsAreTransposed() {
        const auto weights =
            LinearWeights::fromFactor(ramp(6), 2, 3, DataType::Float32); // [2 inputs, 3 outputs]
        QVERIFY(weights.has_value());
        QCOMPARE(weights->outputs(), 3);
        QCOMPARE(weights->inputs(), 2);
        const auto r = ramp(6);
        QVERIFY(valuesOf(*weights) == (std::vector<float>{r[0], r[3], r[1], r[4], r[2], r[5]}));
    }

    void wrongShapesAndTypesAreRefused() {
        const std::vector<std::byte> bytes(64);
        const std::vector<float> values(16);
        ThreadPool pool(1);
        const auto code = [](const Expected<LinearWeights>& result) {
            return result ? QStringLiteral("accepted") : QString::fromUtf8(name(result.error().code).data());
        };
        const auto stored = [&](DataType type, int rows, int columns, DataType wanted) {
            return code(LinearWeights::fromStored(type, bytes, rows, columns, wanted, nullptr, pool));
        };
        const auto mismatch = QString::fromUtf8(name(ErrorCode::ShapeMismatch).data());
        const auto unsupported = QString::fromUtf8(name(ErrorCode::UnsupportedType).data());
        QCOMPARE(stored(DataType::Float32, 4, 4, DataType::Float32), QStringLiteral("accepted"));
        QCOMPARE(stored(DataType::Float32, 4, 5, DataType::Float32), mismatch);
        QCOMPARE(stored(DataType::Float32, 0, 4, DataType::Float32), mismatch);
        QCOMPARE(stored(DataType::Float32, -4, -4, DataType::Float32), mismatch);
        QCOMPARE(stored(DataType::Float32, 65536, 65536, DataType::Float32), mismatch);
        QCOMPARE(stored(DataType::Q8_0, 4, 4, DataType::Float32), mismatch);
        QCOMPARE(stored(DataType::Int32, 4, 4, DataType::Float32), unsupported);
        QCOMPARE(stored(DataType::Float32, 4, 4, DataType::Q8_0), mismatch); // no whole blocks
        QCOMPARE(stored(DataType::Float32, 4, 4, DataType::Q5_1), unsupported);
        QCOMPARE(stored(DataType::Q8_0, 1, 32, DataType::Q4_1), unsupported);
        QCOMPARE(code(LinearWeights::fromFloat32(values, 4, 5, DataType::Float32)), mismatch);
        QCOMPARE(code(LinearWeights::fromFloat32(values, 4, 4, DataType::Int8)), unsupported);
        QCOMPARE(code(LinearWeights::fromFactor(values, 5, 4, DataType::Float32)), mismatch);
    }
};

QTEST_GUILESS_MAIN(LinearWeightsTest)
#include "linear_weights_test.moc"
