// Conversions of whole arrays; block types against formulas of docs/spec/formats.md section 5, written out in
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

// Scale and minimum of 6 bits of run 0..7, written as a table of where each bit lies in the 12 bytes that
// hold them.
int sixBits(const std::vector<std::uint8_t>& block, int run, bool isMinimum) {
    int value = 0;
    for (int bit = 0; bit < 6; ++bit) {
        int byte = 0, position = bit;
        if (run < 4) {
            byte = run + (isMinimum ? 4 : 0);
        } else if (bit < 4) {
            byte = run + 4;
            position = bit + (isMinimum ? 4 : 0);
        } else {
            byte = run - 4 + (isMinimum ? 4 : 0);
            position = bit + 2;
        }
        value |= (block[static_cast<std::size_t>(4 + byte)] >> position & 1) << bit;
    }
    return value;
}

// Value i (0..255) of one block of a K-quant.
double plainKValue(DataType type, const std::vector<std::uint8_t>& block, int i) {
    const auto byteAt = [&](int at) { return int(block[static_cast<std::size_t>(at)]); };
    const int run = i / 32, place = i % 32;
    if (type == DataType::Q6_K) {
        const int half = i / 128, runOfHalf = run % 4;
        const int pair = byteAt(64 * half + 32 * (runOfHalf % 2) + place);
        const int low = runOfHalf < 2 ? pair % 16 : pair / 16;
        const int high = byteAt(128 + 32 * half + place) >> 2 * runOfHalf & 3;
        return halfAt(block, 208) * static_cast<std::int8_t>(byteAt(192 + i / 16)) * (low + 16 * high - 32);
    }
    const int start = type == DataType::Q5_K ? 48 : 16;
    const int pair = byteAt(start + 32 * (run / 2) + place);
    int q = run % 2 ? pair / 16 : pair % 16;
    if (type == DataType::Q5_K)
        q += 16 * (byteAt(16 + place) >> run & 1);
    return halfAt(block, 0) * sixBits(block, run, false) * q - halfAt(block, 2) * sixBits(block, run, true);
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
    default: return plainKValue(type, block, i);
    }
}

} // namespace

class DataTypeTest : public QObject {
    Q_OBJECT

private slots:
    void blocksAreTheirFormulas_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("bytes");
        QTest::addColumn<int>("elements");
        QTest::addColumn<QList<int>>("halves"); // where a block has its scale and minimum
        QTest::addColumn<double>("levels");     // the largest factor that they are multiplied with
        QTest::newRow("q4_0") << int(DataType::Q4_0) << 18 << 32 << QList<int>{0} << 8.0;
        QTest::newRow("q4_1") << int(DataType::Q4_1) << 20 << 32 << QList<int>{0, 2} << 15.0;
        QTest::newRow("q5_0") << int(DataType::Q5_0) << 22 << 32 << QList<int>{0} << 16.0;
        QTest::newRow("q5_1") << int(DataType::Q5_1) << 24 << 32 << QList<int>{0, 2} << 31.0;
        QTest::newRow("q8_0") << int(DataType::Q8_0) << 34 << 32 << QList<int>{0} << 128.0;
        QTest::newRow("q4_k") << int(DataType::Q4_K) << 144 << 256 << QList<int>{0, 2} << 63.0 * 15;
        QTest::newRow("q5_k") << int(DataType::Q5_K) << 176 << 256 << QList<int>{0, 2} << 63.0 * 31;
        QTest::newRow("q6_k") << int(DataType::Q6_K) << 210 << 256 << QList<int>{208} << 128.0 * 32;
    }

    void blocksAreTheirFormulas() {
        QFETCH(int, type);
        QFETCH(int, bytes);
        QFETCH(int, elements);
        QFETCH(QList<int>, halves);
        QFETCH(double, levels);
        const auto dataType = static_cast<DataType>(type);
        QCOMPARE(bytesPerBlock(dataType), static_cast<std::size_t>(bytes));
        QCOMPARE(elementsPerBlock(dataType), static_cast<std::size_t>(elements));
        QVERIFY(isBlockQuantised(dataType) && !isFloat(dataType));
        Random random(11);
        constexpr std::size_t kBlocks = 500;
        std::vector<std::vector<std::uint8_t>> blocks;
        std::vector<std::byte> file(1); // one byte in front, so that nothing is aligned
        for (std::size_t b = 0; b < kBlocks; ++b) {
            auto& block = blocks.emplace_back(static_cast<std::size_t>(bytes));
            for (auto& byte : block)
                byte = static_cast<std::uint8_t>(random.below(256));
            for (const int half : halves)
                block[static_cast<std::size_t>(half + 1)] &=
                    0xBB; // an exponent below 24, so that it is finite
            const auto* begin = reinterpret_cast<const std::byte*>(block.data());
            file.insert(file.end(), begin, begin + block.size());
        }
        std::vector<float> values(static_cast<std::size_t>(elements) * kBlocks);
        QVERIFY(toFloat32(dataType, std::span<const std::byte>(file).subspan(1), values));
        for (std::size_t b = 0; b < kBlocks; ++b) {
            double scale = 0;
            for (const int half : halves)
                scale += std::abs(halfAt(blocks[b], static_cast<std::size_t>(half))) * levels;
            for (int i = 0; i < elements; ++i) {
                const double expected = plainValue(dataType, blocks[b], i);
                const double found =
                    values[static_cast<std::size_t>(elements) * b + static_cast<std::size_t>(i)];
                // One rounding each of the products and one of the sum in float32.
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
        QCOMPARE(toFloat32(DataType::Q4_K, bytes, first(64)).error().code, ErrorCode::ShapeMismatch);
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
        for (const DataType type : {DataType::Q5_1, DataType::Float64, DataType::Int32})
            QCOMPARE(fromFloat32(type, values, bytes).error().code, ErrorCode::UnsupportedType);
    }

    void namesAreDistinct() {
        QSet<QByteArray> names;
        for (int i = 0; i <= int(DataType::Q6_K); ++i) {
            const auto text = name(static_cast<DataType>(i));
            names.insert(QByteArray(text.data(), static_cast<qsizetype>(text.size())));
        }
        QCOMPARE(names.size(), int(DataType::Q6_K) + 1);
        QVERIFY(names.contains("bf16") && names.contains("q5_1"));
    }
};

QTEST_GUILESS_MAIN(DataTypeTest)
#include "data_type_test.moc"
