// expected_vectors_test.cpp: whole forward passes against logits and gates that an independent implementation
// computed in float64 (docs/data.md): tests/data/vectors, or the folder that INKGATE_TEST_VECTORS names.
#include "engine/formats/checkpoint.h"
#include "engine/model/gate_layout.h"
#include "engine/model/model.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state/state.h"
#include "tests/support/tensor_comparison.h"

#include <QDir>
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

QString vectorsFolder() {
    return qEnvironmentVariable("INKGATE_TEST_VECTORS", QStringLiteral(INKGATE_TEST_DATA_DIR "/vectors"));
}

} // namespace

class ExpectedVectorsTest : public QObject {
    Q_OBJECT

private slots:
    void vectorFilesGiveTheirLogitsAndGates_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(vectorsFolder());
        const QStringList files = folder.entryList({"*.safetensors"}, QDir::Files, QDir::Name);
        for (const QString& file : files)
            QTest::newRow(qPrintable(file)) << folder.filePath(file);
        QVERIFY2(!files.isEmpty(), qPrintable("no vectors in " + folder.path()));
    }

    void vectorFilesGiveTheirLogitsAndGates() {
        QFETCH(QString, path);
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

        // Float16, in which keys and values are kept usually, is not what they were computed in.
        Model::Options options;
        options.sparse.isHalf = false;
        const auto loaded = Model::load(path.toStdString(), options);
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
                "vector.gates", std::vector<std::int64_t>{config.layers, std::int64_t(count),
                                                          gateLayout(config).layerWidth()});
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

QTEST_GUILESS_MAIN(ExpectedVectorsTest)
#include "expected_vectors_test.moc"
