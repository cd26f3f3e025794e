#include "engine/core/data_type.h"
#include "engine/kernels/linear.h"

#include <QTest>

#include <cstring>

using namespace engine;

namespace {

std::vector<float> ramp(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = 0.125f * static_cast<float>(i % 41) - 2.0f; // exact in every type
    return values;
}

std::vector<float> valuesOf(const LinearWeights& weights) {
    const Matrix& m = weights.matrix();
    std::vector<float> values(static_cast<std::size_t>(m.rows) * static_cast<std::size_t>(m.columns));
    if (!toFloat32(m.type, {static_cast<const std::byte*>(m.data), m.byteSize()}, values))
        qFatal("conversion failed");
    return values;
}

} // namespace

class LinearWeightsTest : public QObject {
    Q_OBJECT

private slots:
    void storedBytesOfTheWantedTypeAreNotCopied() {
        auto memory = std::make_shared<AlignedBuffer<float>>(12);
        const std::weak_ptr<AlignedBuffer<float>> watch = memory;
        const std::span bytes{reinterpret_cast<const std::byte*>(memory->data()), memory->byteSize()};
        auto weights =
            LinearWeights::fromStored(DataType::Float32, bytes, 3, 4, DataType::Float32, std::move(memory));
        QVERIFY(weights.has_value());
        QCOMPARE(weights->matrix().data, static_cast<const void*>(bytes.data()));
        QVERIFY(!watch.expired());
        weights = LinearWeights();
        QVERIFY(watch.expired());
    }

    void bytesBetweenElementsAreCopied() {
        const auto values = ramp(6);
        std::vector<std::byte> odd(25);
        std::memcpy(odd.data() + 1, values.data(), 24);
        const auto weights = LinearWeights::fromStored(DataType::Float32, std::span(odd).subspan(1), 2, 3,
                                                       DataType::Float32, nullptr);
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
        const auto weights =
            LinearWeights::fromStored(type, bytes, 130, 257, static_cast<DataType>(wanted), nullptr);
        QVERIFY(weights.has_value());
        QCOMPARE(weights->type(), static_cast<DataType>(wanted));
        QVERIFY(valuesOf(*weights) == values);
    }

    void blockTypesAreWidened() {
        std::vector<std::byte> bytes(34 * 3 * 700); // 3 x 22400 values, more than one piece, whole blocks
        for (std::size_t block = 0; block < 3 * 700; ++block) {
            const std::uint16_t scale = floatToHalf(0.5f);
            std::memcpy(bytes.data() + block * 34, &scale, 2);
            for (std::size_t i = 0; i < 32; ++i)
                bytes[block * 34 + 2 + i] = static_cast<std::byte>((block + i) % 100);
        }
        std::vector<float> expected(3 * 700 * 32);
        QVERIFY(toFloat32(DataType::Q8_0, bytes, expected).has_value());
        const auto weights =
            LinearWeights::fromStored(DataType::Q8_0, bytes, 3, 22400, DataType::Float32, nullptr);
        QVERIFY(weights.has_value());
        QVERIFY(valuesOf(*weights) == expected);
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
        const auto code = [](const Expected<LinearWeights>& result) {
            return result ? QStringLiteral("accepted") : QString::fromUtf8(name(result.error().code).data());
        };
        const auto stored = [&](DataType type, int rows, int columns, DataType wanted) {
            return code(LinearWeights::fromStored(type, bytes, rows, columns, wanted, nullptr));
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
        QCOMPARE(stored(DataType::Float32, 4, 4, DataType::Q8_0), unsupported);
        QCOMPARE(code(LinearWeights::fromFloat32(values, 4, 5, DataType::Float32)), mismatch);
        QCOMPARE(code(LinearWeights::fromFloat32(values, 4, 4, DataType::Int8)), unsupported);
        QCOMPARE(code(LinearWeights::fromFactor(values, 5, 4, DataType::Float32)), mismatch);
    }
};

QTEST_GUILESS_MAIN(LinearWeightsTest)
#include "linear_weights_test.moc"
