// The sample models of ../shared/data, written by the real converters.
#include "engine/formats/checkpoint.h"

#include <QDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace engine;

namespace {

const QString kData = QStringLiteral(INKGATE_SHARED_DIR "/data");

std::filesystem::path path(const QString& file) { return (kData + '/' + file).toStdString(); }

// Root mean square of the difference, relative to that of `expected`.
double relativeDifference(std::span<const float> found, std::span<const float> expected) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        difference += std::pow(static_cast<double>(found[i]) - expected[i], 2);
        size += std::pow(static_cast<double>(expected[i]), 2);
    }
    return size > 0 ? std::sqrt(difference / size) : std::sqrt(difference);
}

} // namespace

class SharedSamplesTest : public QObject {
    Q_OBJECT

private slots:
    void rwkvCppFilesAreRead_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("tensors");
        QTest::addColumn<QString>("headsTensor");
        QTest::addColumn<int>("heads");
        const QString u = "blocks.11.att.time_faaaa", rk = "blocks.11.att.r_k";
        QTest::newRow("5.2") << "tiny-rwkv-5v2-730K-FP32.bin" << 270 << u << 8;
        QTest::newRow("5.2 q5_1") << "tiny-rwkv-5v2-730K-Q5_1.bin" << 270 << u << 8;
        QTest::newRow("6 q5_1") << "tiny-rwkv-6v0-3m-Q5_1.bin" << 342 << u << 16;
        QTest::newRow("7 f16") << "tiny-rwkv-7v0-834K-FP16.bin" << 399 << rk << 1;
        QTest::newRow("7") << "tiny-rwkv-7v0-834K-FP32.bin" << 399 << rk << 1;
    }

    void rwkvCppFilesAreRead() {
        QFETCH(QString, file);
        QFETCH(int, tensors);
        QFETCH(QString, headsTensor);
        QFETCH(int, heads);
        const auto checkpoint = Checkpoint::open(path("tiny-rwkv/" + file));
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QCOMPARE(static_cast<int>(checkpoint->tensors().size()), tensors);
        const TensorInfo* found = checkpoint->find(headsTensor.toStdString());
        QVERIFY(found);
        QCOMPARE(found->shape.size(), std::size_t{2});
        QCOMPARE(found->shape[0], std::int64_t{heads});
        for (const TensorInfo& tensor : checkpoint->tensors()) {
            const auto values = checkpoint->readFloat32(tensor.name, tensor.shape);
            QVERIFY2(values, tensor.name.c_str());
            for (const float value : values->span())
                QVERIFY2(std::isfinite(value), tensor.name.c_str());
        }
    }

    void vectorsAreRead_data() {
        QTest::addColumn<QString>("file");
        for (const QString& file : QDir(kData + "/vectors").entryList({"*.safetensors"}))
            QTest::newRow(qPrintable(file)) << file;
    }

    void vectorsAreRead() {
        QFETCH(QString, file);
        const auto checkpoint = Checkpoint::open(path("vectors/" + file));
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->metadata().at("architecture"), file.left(5).toStdString());
        const TensorInfo* tokens = checkpoint->find("vector.tokens");
        QVERIFY(tokens && tokens->type == DataType::Int32);
        std::vector<std::int32_t> numbers(41);
        const auto bytes = checkpoint->bytes(*tokens);
        QVERIFY(bytes && bytes->size() == numbers.size() * 4);
        std::memcpy(numbers.data(), bytes->data(), bytes->size());
        QVERIFY(std::ranges::all_of(numbers, [](int token) { return token >= 0 && token < 128; }));
        QVERIFY(checkpoint->readFloat32("vector.logits", std::array<std::int64_t, 2>{41, 128}));
    }

    // The same model in two types: each tensor must be in the same place, the same way round.
    void typesOfOneModelAgree_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("reference");
        QTest::addColumn<double>("allowed");
        QTest::newRow("half") << "tiny-rwkv-7v0-834K-FP16.bin"
                              << "tiny-rwkv-7v0-834K-FP32.bin" << 0x1p-11;
        // 5 bits for the range of 32 values: an error of up to 1/62 of it.
        QTest::newRow("q5_1") << "tiny-rwkv-5v2-730K-Q5_1.bin"
                              << "tiny-rwkv-5v2-730K-FP32.bin" << 0.05;
    }

    void typesOfOneModelAgree() {
        QFETCH(QString, file);
        QFETCH(QString, reference);
        QFETCH(double, allowed);
        const auto checkpoint = Checkpoint::open(path("tiny-rwkv/" + file));
        const auto expected = Checkpoint::open(path("tiny-rwkv/" + reference));
        QVERIFY(checkpoint && expected);
        QCOMPARE(checkpoint->tensors().size(), expected->tensors().size());
        for (const TensorInfo& tensor : expected->tensors()) {
            const auto a = checkpoint->readFloat32(tensor.name, tensor.shape),
                       b = expected->readFloat32(tensor.name, tensor.shape);
            QVERIFY2(a && b, tensor.name.c_str());
            const double difference = relativeDifference(a->span(), b->span());
            QVERIFY2(difference <= allowed,
                     qPrintable(QString("%1: %2").arg(tensor.name.c_str()).arg(difference)));
        }
    }

    // Least and greatest ln(-ln(x)) of the stored effective decays of block 5, computed with Python; in
    // version 6 the logits are stored.
    void decaysAreLogits_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("least");
        QTest::addColumn<double>("greatest");
        QTest::newRow("5.2") << "tiny-rwkv-5v2-730K-FP32.bin" << -0.05873028636802572 << 0.11335047489935071;
        QTest::newRow("6") << "tiny-rwkv-6v0-3m-Q5_1.bin" << -5.9375 << -0.91015625;
    }

    void decaysAreLogits() {
        QFETCH(QString, file);
        QFETCH(double, least);
        QFETCH(double, greatest);
        const auto checkpoint = Checkpoint::open(path("tiny-rwkv/" + file));
        QVERIFY(checkpoint);
        const TensorInfo* tensor = checkpoint->find("blocks.5.att.time_decay");
        const auto values = checkpoint->readFloat32(tensor->name, tensor->shape);
        const auto [lowest, highest] = std::ranges::minmax(values->span());
        QVERIFY2(std::abs(lowest - least) < 1e-7 && std::abs(highest - greatest) < 1e-7,
                 qPrintable(QString("%1 to %2").arg(lowest, 0, 'g', 9).arg(highest, 0, 'g', 9)));
    }
};

QTEST_GUILESS_MAIN(SharedSamplesTest)
#include "shared_samples_test.moc"
