// Whole forward passes against logits and gates that others computed: shared/data/tiny-rwkv and
// shared/data/vectors.
// The folder of the vectors can be replaced by the environment variable INKGATE_TEST_VECTORS.
#include "engine/formats/checkpoint.h"
#include "engine/model/model.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state.h"
#include "tests/support/tensor_comparison.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <cstring>

using namespace engine;

namespace {

// Gates as [layer][token * width + channel].
class KeepGates final : public GateSink {
public:
    explicit KeepGates(int layers)
        : byLayer(static_cast<std::size_t>(layers)) {}
    void gates(int layer, std::span<const float> values) override {
        auto& kept = byLayer[static_cast<std::size_t>(layer)];
        kept.insert(kept.end(), values.begin(), values.end());
    }
    std::vector<std::vector<float>> byLayer;
};

std::vector<float> readFloats(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray bytes = file.readAll();
    std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(float));
    return values;
}

QString vectorsFolder() {
    return qEnvironmentVariable("INKGATE_TEST_VECTORS", QStringLiteral(INKGATE_SHARED_DIR "/data/vectors"));
}

} // namespace

class ExpectedLogitsTest : public QObject {
    Q_OBJECT

private slots:
    void tinyModelsGiveTheirExpectedLogits_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("expected");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("5.2, float32") << "tiny-rwkv-5v2-730K-FP32.bin"
                                      << "expected-logits-5v2-730K.bin" << 1e-3;
        QTest::newRow("7, float32") << "tiny-rwkv-7v0-834K-FP32.bin"
                                    << "expected-logits-7v0-834K.bin" << 1e-3;
        // Half precision and quantisation move single logits by this much at a deviation of about 5.
        QTest::newRow("7, float16") << "tiny-rwkv-7v0-834K-FP16.bin"
                                    << "expected-logits-7v0-834K.bin" << 0.05;
        QTest::newRow("5.2, Q5_1") << "tiny-rwkv-5v2-730K-Q5_1.bin"
                                   << "expected-logits-5v2-730K.bin" << 1.0;
        QTest::newRow("6, Q5_1") << "tiny-rwkv-6v0-3m-Q5_1.bin"
                                 << "expected-logits-6v0-3m.bin" << 0.2;
    }

    void tinyModelsGiveTheirExpectedLogits() {
        QFETCH(QString, model);
        QFETCH(QString, expected);
        QFETCH(double, tolerance);
        const QDir folder(INKGATE_SHARED_DIR "/data/tiny-rwkv");
        if (!folder.exists(model))
            QSKIP("shared/data/tiny-rwkv is not there");
        const auto wanted = readFloats(folder.filePath(expected));
        QCOMPARE(wanted.size(), std::size_t{256});
        const auto loaded = Model::load(folder.filePath(model).toStdString(), {});
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());

        Session session(*loaded, std::make_shared<ThreadPool>());
        const std::vector<int> tokens{34, 105, 110};
        std::vector<float> logits(256);
        State atOnce((*loaded)->config());
        QVERIFY(session.prefill(atOnce, tokens, logits).has_value());
        const auto prefilled = support::compare(logits, std::span<const float>(wanted));
        QVERIFY2(prefilled.isWithin(tolerance), prefilled.describe().c_str());
        qInfo("prefill: %s", prefilled.describe().c_str());

        State oneByOne((*loaded)->config());
        for (const int token : tokens)
            QVERIFY(session.decode(oneByOne, token, logits).has_value());
        const auto decoded = support::compare(logits, std::span<const float>(wanted));
        QVERIFY2(decoded.isWithin(tolerance), decoded.describe().c_str());
    }

    void vectorFilesGiveTheirLogitsAndGates_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(vectorsFolder());
        const QStringList files = folder.entryList({"*.safetensors"}, QDir::Files, QDir::Name);
        for (const QString& file : files)
            QTest::newRow(qPrintable(file)) << folder.filePath(file);
        if (files.isEmpty())
            QTest::newRow("no files") << QString();
    }

    void vectorFilesGiveTheirLogitsAndGates() {
        QFETCH(QString, path);
        if (path.isEmpty())
            QSKIP("there are no vector files");
        const auto file = Checkpoint::open(path.toStdString());
        QVERIFY2(file.has_value(), file ? "" : file.error().message.c_str());
        const TensorInfo* tokenTensor = file->find("vector.tokens");
        QVERIFY(tokenTensor != nullptr && tokenTensor->type == DataType::Int32);
        const auto count = static_cast<std::size_t>(tokenTensor->elements());
        std::vector<std::int32_t> stored(count);
        const auto bytes = file->bytes(*tokenTensor);
        QVERIFY(bytes && bytes->size() == count * sizeof(std::int32_t));
        std::memcpy(stored.data(), bytes->data(), bytes->size());
        const std::vector<int> tokens(stored.begin(), stored.end());

        const auto loaded = Model::load(path.toStdString(), {});
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
        const ModelConfig& config = (*loaded)->config();
        const auto wanted = file->readFloat32(
            "vector.logits", std::vector<std::int64_t>{std::int64_t(count), config.vocabulary});
        QVERIFY2(wanted.has_value(), wanted ? "" : wanted.error().message.c_str());

        Session session(*loaded, std::make_shared<ThreadPool>());
        for (const bool isDecoding : {false, true}) {
            State state(config);
            KeepGates sink(config.layers);
            const auto vocabulary = static_cast<std::size_t>(config.vocabulary);
            std::vector<float> logits(count * vocabulary);
            if (isDecoding) {
                for (std::size_t t = 0; t < count; ++t)
                    QVERIFY(session
                                .decode(state, tokens[t],
                                        std::span(logits).subspan(t * vocabulary, vocabulary), &sink)
                                .has_value());
            } else {
                QVERIFY(session.prefill(state, tokens, logits, &sink).has_value());
            }
            const auto result = support::compare(logits, wanted->span());
            QVERIFY2(result.isWithinShare(1e-4), result.describe().c_str());
            qInfo("%s logits: %s", isDecoding ? "decode" : "prefill", result.describe().c_str());

            const TensorInfo* gates = file->find("vector.gates");
            if (gates == nullptr)
                continue;
            const auto wantedGates = file->readFloat32(
                "vector.gates", std::vector<std::int64_t>{config.layers, std::int64_t(count), config.width});
            QVERIFY2(wantedGates.has_value(), wantedGates ? "" : wantedGates.error().message.c_str());
            std::vector<float> used;
            for (const auto& layer : sink.byLayer)
                used.insert(used.end(), layer.begin(), layer.end());
            const auto comparison = support::compare(used, wantedGates->span());
            QVERIFY2(comparison.isWithinShare(1e-4), comparison.describe().c_str());
            qInfo("%s gates: %s", isDecoding ? "decode" : "prefill", comparison.describe().c_str());
        }
    }
};

QTEST_GUILESS_MAIN(ExpectedLogitsTest)
#include "expected_logits_test.moc"
