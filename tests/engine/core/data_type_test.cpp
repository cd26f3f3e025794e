// Conversions of whole arrays; block types against formulas of spec/formats.md section 5, written out in
// double.
#include "engine/core/data_type.h"
#include "engine/core/random.h"

#include <QTest>

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

using namespace engine;

namespace {

double halfAt(const std::vector<std::uint8_t>& bytes, std::size_t at) {
    const int bits = bytes[at] | bytes[at + 1] << 8;
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double magnitude =
        exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24);
    return bits & 0x8000 ? -magnitude : magnitude;
}

// Value i (0..31) of one block.
double plainValue(DataType type, const std::vector<std::uint8_t>& block, int i) {
    const double d = halfAt(block, 0);
    const auto nibble = [&](std::size_t start) {
        const std::uint8_t byte = block[start + static_cast<std::size_t>(i % 16)];
        return i < 16 ? byte & 15 : byte >> 4;
    };
    const auto fifthBit = [&](std::size_t start) {
        return block[start + static_cast<std::size_t>(i / 8)] >> (i % 8) & 1;
    };
    switch (type) {
    case DataType::Q4_0: return d * (nibble(2) - 8);
    case DataType::Q4_1: return d * nibble(4) + halfAt(block, 2);
    case DataType::Q5_0: return d * (nibble(6) + 16 * fifthBit(2) - 16);
    case DataType::Q5_1: return d * (nibble(8) + 16 * fifthBit(4)) + halfAt(block, 2);
    case DataType::Q8_0: return d * static_cast<std::int8_t>(block[2 + static_cast<std::size_t>(i)]);
    default: return std::nan("");
    }
}

} // namespace

class DataTypeTest : public QObject {
    Q_OBJECT

private slots:
    void blocksAreTheirFormulas_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("bytes");
        QTest::newRow("q4_0") << int(DataType::Q4_0) << 18;
        QTest::newRow("q4_1") << int(DataType::Q4_1) << 20;
        QTest::newRow("q5_0") << int(DataType::Q5_0) << 22;
        QTest::newRow("q5_1") << int(DataType::Q5_1) << 24;
        QTest::newRow("q8_0") << int(DataType::Q8_0) << 34;
    }

    void blocksAreTheirFormulas() {
        QFETCH(int, type);
        QFETCH(int, bytes);
        const auto dataType = static_cast<DataType>(type);
        QCOMPARE(bytesPerBlock(dataType), static_cast<std::size_t>(bytes));
        QCOMPARE(elementsPerBlock(dataType), std::size_t{32});
        QVERIFY(isBlockQuantised(dataType) && !isFloat(dataType));
        Random random(11);
        constexpr std::size_t kBlocks = 500;
        std::vector<std::vector<std::uint8_t>> blocks;
        std::vector<std::byte> file(1); // one byte in front, so that nothing is aligned
        for (std::size_t b = 0; b < kBlocks; ++b) {
            auto& block = blocks.emplace_back(static_cast<std::size_t>(bytes));
            for (auto& byte : block)
                byte = static_cast<std::uint8_t>(random.below(256));
            for (const std::size_t high : {std::size_t{1}, std::size_t{3}})
                block[high] &= 0xBB; // exponents below 24, so that scale and minimum are finite
            const auto* begin = reinterpret_cast<const std::byte*>(block.data());
            file.insert(file.end(), begin, begin + block.size());
        }
        std::vector<float> values(32 * kBlocks);
        QVERIFY(toFloat32(dataType, std::span<const std::byte>(file).subspan(1), values));
        for (std::size_t b = 0; b < kBlocks; ++b) {
            const double scale = std::abs(halfAt(blocks[b], 0)) * 128 + std::abs(halfAt(blocks[b], 2));
            for (int i = 0; i < 32; ++i) {
                const double expected = plainValue(dataType, blocks[b], i);
                const double found = values[32 * b + static_cast<std::size_t>(i)];
                // One rounding of the product and one of the sum in float32.
                QVERIFY2(std::abs(found - expected) <= scale * 0x1p-23,
                         qPrintable(QString("block %1, value %2: %3, expected %4")
                                        .arg(b)
                                        .arg(i)
                                        .arg(found)
                                        .arg(expected)));
            }
        }
    }

    void floatsConvertThereAndBack_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<double>("relativeError");
        QTest::newRow("f32") << int(DataType::Float32) << 0.0;
        QTest::newRow("f16") << int(DataType::Float16) << 0x1p-11;
        QTest::newRow("bf16") << int(DataType::BFloat16) << 0x1p-8;
    }

    void floatsConvertThereAndBack() {
        QFETCH(int, type);
        QFETCH(double, relativeError);
        const auto dataType = static_cast<DataType>(type);
        Random random(5);
        std::vector<float> values(1001), back(1001);
        for (float& value : values)
            value = static_cast<float>(random.normal());
        std::vector<std::byte> bytes(1001 * bytesPerBlock(dataType) + 1);
        const auto unaligned = std::span(bytes).subspan(1);
        QVERIFY(fromFloat32(dataType, values, unaligned));
        QVERIFY(toFloat32(dataType, unaligned, back));
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::abs(back[i] - values[i]) <= relativeError * std::abs(values[i]) + 0x1p-25);
    }

    void doublesAreRead() {
        const std::array<double, 3> doubles = {1.0 / 3, -2e5, 0};
        std::array<float, 3> values{};
        QVERIFY(toFloat32(DataType::Float64, std::as_bytes(std::span(doubles)), values));
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(values[i] == static_cast<float>(doubles[i]));
    }

    void nothingConvertsToNothing() {
        QVERIFY(toFloat32(DataType::Float32, {}, {}));
        QVERIFY(toFloat32(DataType::Q5_1, {}, {}));
        QVERIFY(fromFloat32(DataType::BFloat16, {}, {}));
    }

    void wrongSizesAreRefused() {
        std::array<std::byte, 48> bytes{};
        std::array<float, 64> values{};
        const auto first = [&](std::size_t n) { return std::span(values).first(n); };
        QVERIFY(toFloat32(DataType::Q5_1, bytes, first(64)));
        QCOMPARE(toFloat32(DataType::Q5_1, bytes, first(32)).error().code, ErrorCode::ShapeMismatch);
        QCOMPARE(toFloat32(DataType::Q5_1, std::span(bytes).first(24), first(31)).error().code,
                 ErrorCode::ShapeMismatch);
        QCOMPARE(toFloat32(DataType::Float32, bytes, first(13)).error().code, ErrorCode::ShapeMismatch);
        QCOMPARE(fromFloat32(DataType::Float16, first(25), bytes).error().code, ErrorCode::ShapeMismatch);
    }

    void typesThatAreNoWeightsAreRefused() {
        std::array<std::byte, 32> bytes{};
        std::array<float, 32> values{};
        for (const DataType type : {DataType::Int64, DataType::Int8, DataType::UInt8, DataType::Bool})
            QCOMPARE(toFloat32(type, bytes, values).error().code, ErrorCode::UnsupportedType);
        for (const DataType type : {DataType::Q8_0, DataType::Float64, DataType::Int32})
            QCOMPARE(fromFloat32(type, values, bytes).error().code, ErrorCode::UnsupportedType);
    }

    void namesAreDistinct() {
        QSet<QByteArray> names;
        for (int i = 0; i <= int(DataType::Q8_0); ++i) {
            const auto text = name(static_cast<DataType>(i));
            names.insert(QByteArray(text.data(), static_cast<qsizetype>(text.size())));
        }
        QCOMPARE(names.size(), int(DataType::Q8_0) + 1);
        QVERIFY(names.contains("bf16") && names.contains("q5_1"));
    }
};

QTEST_GUILESS_MAIN(DataTypeTest)
#include "data_type_test.moc"
