// Logits, gates, loss and every gradient against models computed in float64 with automatic differentiation
// elsewhere (docs/data.md): tests/data/vectors, or the folder that INKGATE_TEST_VECTORS names.
#include "engine/formats/checkpoint.h"
#include "engine/training/blocks/model_pass-inl.h"
#include "engine/training/blocks/rwkv6-inl.h"
#include "engine/training/blocks/rwkv7-inl.h"
#include "engine/training/model_gradient.h"
#include "engine/training/parameters/shape_of_model.h"
#include "engine/training/training_file.h"

#include <QDir>
#include <QRegularExpression>
#include <QTest>

#include <cmath>
#include <cstring>

using namespace engine;

namespace {

QString vectorFolder() {
    return qEnvironmentVariable("INKGATE_TEST_VECTORS", QStringLiteral(INKGATE_TEST_DATA_DIR "/vectors"));
}

std::vector<int> tokensOf(const Checkpoint& file) {
    const TensorInfo* tensor = file.find("vector.tokens");
    const auto bytes = tensor ? file.bytes(*tensor) : Expected<std::span<const std::byte>>();
    std::vector<int> tokens(bytes ? bytes->size() / 4 : 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::int32_t value = 0;
        std::memcpy(&value, bytes->data() + 4 * i, 4);
        tokens[i] = value;
    }
    return tokens;
}

struct Difference {
    double largest = 0, magnitude = 0;
    std::size_t at = 0;
};

Difference compare(std::span<const float> found, std::span<const float> expected) {
    Difference d;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        d.magnitude = std::max(d.magnitude, static_cast<double>(std::abs(expected[i])));
        const double error = std::abs(static_cast<double>(found[i]) - expected[i]);
        if (!(error <= d.largest)) { // also true for NaN
            d.largest = error;
            d.at = i;
        }
    }
    return d;
}

void verify(const QString& name, std::span<const float> found, std::span<const float> expected) {
    QCOMPARE(found.size(), expected.size());
    const Difference d = compare(found, expected);
    QVERIFY2(d.largest <= 1e-4 * d.magnitude, qPrintable(QString("%1: off by %2 at %3, largest value %4")
                                                             .arg(name)
                                                             .arg(d.largest)
                                                             .arg(d.at)
                                                             .arg(d.magnitude)));
}

std::span<const float> values(const Checkpoint& file, const std::string& name, AlignedBuffer<float>& buffer) {
    const TensorInfo* tensor = file.find(name);
    if (!tensor)
        return {};
    buffer.resize(static_cast<std::size_t>(tensor->elements()));
    const auto bytes = file.bytes(*tensor);
    if (!bytes || !toFloat32(tensor->type, *bytes, buffer.span()))
        return {};
    return buffer.span();
}

// The gates stay inside the pass, so a pass of this program's own is looked into, compiled for the baseline.
template <class TrainedArchitecture>
void verifyGates(const ParameterLayout& layout, const std::vector<float>& parameters,
                 TrainingBatch<float> batch, std::span<const float> expected) {
    if (expected.empty())
        return;
    HWY_NAMESPACE::LayeredPass<TrainedArchitecture, float, float> pass(layout, 1,
                                                                       static_cast<int>(batch.inputs.size()));
    std::vector<TrainingState<float>> states(1, TrainingState<float>(pass.stateSize()));
    batch.states = states;
    pass.run(parameters.data(), parameters.data(), batch, nullptr);
    for (std::size_t l = 0; l < pass.layers.size(); ++l) {
        const std::span<const float> found = pass.layers[l].enhancement->gates();
        verify(QString("gates of layer %1").arg(l), found, expected.subspan(l * found.size(), found.size()));
    }
}

} // namespace

class VectorsTest : public QObject {
    Q_OBJECT

private slots:
    void files_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(vectorFolder());
        // What can be trained.
        QStringList names = folder.entryList({"*.safetensors"}, QDir::Files);
        names = names.filter(QRegularExpression(QStringLiteral("^rwkv[67x]-")));
        QVERIFY2(!names.isEmpty(), qPrintable("no vectors in " + folder.path()));
        for (const QString& name : names)
            QTest::newRow(qPrintable(name)) << folder.filePath(name);
    }

    void files() {
        QFETCH(QString, path);
        const auto file = Checkpoint::open(path.toStdString());
        QVERIFY2(file.has_value(), file ? "" : file.error().message.c_str());
        const auto config = ModelConfig::detect(*file);
        QVERIFY2(config.has_value(), config ? "" : config.error().message.c_str());
        const auto shape = trainingShapeOf(*file, *config);
        QVERIFY2(shape.has_value(), shape ? "" : shape.error().message.c_str());
        const ParameterLayout layout(*shape);
        std::vector<float> parameters(layout.size()), gradients(layout.size());
        QVERIFY(loadModelParameters(*file, layout, parameters));

        const std::vector<int> tokens = tokensOf(*file);
        QVERIFY(tokens.size() > 1);
        const int count = static_cast<int>(tokens.size());
        std::vector<int> targets(tokens.begin() + 1, tokens.end());
        targets.push_back(-1); // the last token predicts nothing
        std::vector<float> logits(tokens.size() * static_cast<std::size_t>(config->vocabulary));
        ModelGradient<float, float> gradient(layout, 1, count);
        std::vector<TrainingState<float>> states(1, gradient.freshState());
        TrainingBatch<float> batch;
        batch.inputs = tokens;
        batch.targets = targets;
        batch.states = states;
        batch.scale = 1.0f / static_cast<float>(count - 1);
        batch.keptLogits = logits;
        const double loss =
            gradient.run(parameters.data(), parameters.data(), batch, gradients.data()) / (count - 1);

        AlignedBuffer<float> buffer;
        const auto expectedLoss = values(*file, "vector.loss", buffer);
        QVERIFY(std::abs(loss - expectedLoss[0]) <= 1e-4 * expectedLoss[0]);
        verify("logits", logits, values(*file, "vector.logits", buffer));
        const auto gates = values(*file, "vector.gates", buffer);
        if (config->architecture == Architecture::Rwkv6)
            verifyGates<HWY_NAMESPACE::Rwkv6>(layout, parameters, batch, gates);
        else
            verifyGates<HWY_NAMESPACE::Rwkv7>(layout, parameters, batch, gates);
        for (const Parameter& p : layout.parameters()) {
            auto expected = values(*file, "vector.grad." + p.name, buffer);
            if (expected.empty()) // RWKV-X files have its RWKV part behind a prefix
                expected = values(*file, "vector.grad.rwkv." + p.name, buffer);
            QVERIFY2(!expected.empty(),
                     qPrintable("no gradient in the file for " + QString::fromStdString(p.name)));
            verify(QString::fromStdString(p.name),
                   std::span<const float>(gradients).subspan(p.offset, p.size), expected);
        }
    }
};

QTEST_GUILESS_MAIN(VectorsTest)
#include "vectors_test.moc"
