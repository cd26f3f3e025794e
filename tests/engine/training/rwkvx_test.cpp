// RWKV-X in training: what it writes is what inference runs, blocks put on a trained RWKV-7, and the blocks
// alone.
#include "engine/formats/checkpoint.h"
#include "engine/model/model.h"
#include "engine/runtime/session.h"
#include "engine/training/model_gradient.h"
#include "engine/training/parameters/shape_of_model.h"
#include "engine/training/training_file.h"
#include "tests/engine/training/rwkvx_training.h"
#include "tests/engine/training/training_fixture.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <cmath>

using namespace engine;
using fixture::Course;
using fixture::rwkvX;
using fixture::trainAll;

namespace {

std::vector<float> valuesOf(const Checkpoint& file, const std::string& name) {
    const TensorInfo* const tensor = file.find(name);
    if (tensor == nullptr)
        return {};
    const auto values = file.readFloat32(name, tensor->shape);
    return values ? std::vector<float>(values->data(), values->data() + values->size())
                  : std::vector<float>();
}

} // namespace

class RwkvXTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<fixture::TextFolder>();
        QVERIFY(m_folder->writeText());
    }

    void trainerAndInferenceComputeTheSame_data() {
        QTest::addColumn<QString>("gate");
        QTest::addColumn<int>("blocks");
        QTest::newRow("one block") << "base" << 1;
        QTest::newRow("a block after each layer") << "base" << 2;
        QTest::newRow("with routing") << "conv-routing" << 2;
    }
    void trainerAndInferenceComputeTheSame() {
        QFETCH(QString, gate);
        QFETCH(int, blocks);
        TrainingSettings settings = rwkvX(*m_folder, "model.safetensors", blocks);
        settings.shape.model.enhancement = fixture::enhancement(gate.toStdString());
        settings.tokens = 60 * 4 * 32;
        const Course course = trainAll(settings);
        QVERIFY2(course.problem.empty(), course.problem.c_str());
        QVERIFY2(course.losses.back() < 0.5 * course.losses.front(),
                 qPrintable(QString("%1 after %2").arg(course.losses.back()).arg(course.losses.front())));

        const auto file = Checkpoint::open(settings.output);
        QVERIFY(file.has_value());
        QCOMPARE(file->metadata().at("architecture"), std::string("rwkv-x"));
        const auto config = ModelConfig::detect(*file);
        QVERIFY2(config.has_value(), config ? "" : config.error().message.c_str());
        QCOMPARE(config->sparse.blocks, blocks);
        QCOMPARE(config->sparse.chunk, 8);
        QCOMPARE(config->sparse.chunks, 3);
        const auto shape = trainingShapeOf(*file, *config);
        QVERIFY(shape.has_value());

        // Eleven chunks and a half.
        const auto tokens = fixture::randomTokens(92, config->vocabulary, 5);
        const ParameterLayout layout(*shape);
        std::vector<float> parameters(layout.size());
        QVERIFY(loadModelParameters(*file, layout, parameters));
        ModelGradient<float, float> gradient(layout, 1, static_cast<int>(tokens.size()));
        std::vector<TrainingState<float>> states(1, gradient.freshState());
        std::vector<float> trained(tokens.size() * static_cast<std::size_t>(config->vocabulary)),
            inferred(trained.size());
        TrainingBatch<float> batch;
        batch.inputs = batch.targets = tokens;
        batch.states = states;
        batch.keptLogits = trained;
        (void)gradient.run(parameters.data(), parameters.data(), batch, nullptr);

        Model::Options options;
        options.sparse.isHalf = false;
        const auto model = Model::load(settings.output, options);
        QVERIFY2(model.has_value(), model ? "" : model.error().message.c_str());
        Session session(*model, std::make_shared<ThreadPool>(1));
        State state((*model)->config());
        QVERIFY(session.prefill(state, tokens, inferred));
        const auto result = support::compare(inferred, trained);
        QVERIFY2(result.isWithinShare(1e-4), result.describe().c_str());
    }

    void zeroBlocksChangeNothing() {
        const TrainingSettings base = trainedBase();
        TrainingSettings plain = oneStep("plain.safetensors"), more = oneStep("more.safetensors");
        plain.init = more.init = base.output;
        plain.shape.model.sparse.blocks = 0;
        const Course without = trainAll(plain), with = trainAll(more);
        QVERIFY2(with.problem.empty(), with.problem.c_str());
        QVERIFY2(std::abs(with.losses[0] - without.losses[0]) < 1e-6 * without.losses[0],
                 qPrintable(QString("%1 beside %2").arg(with.losses[0]).arg(without.losses[0])));
    }

    void copiedBlocksStartAsTheLayersBefore() {
        const TrainingSettings base = trainedBase();
        TrainingSettings settings = oneStep("copied.safetensors");
        settings.init = base.output;
        settings.sparseStart = SparseStart::Copied;
        settings.learningRate = settings.finalLearningRate = 1e-12f; // nothing moves
        const Course course = trainAll(settings);
        QVERIFY2(course.problem.empty(), course.problem.c_str());
        const auto before = Checkpoint::open(base.output), after = Checkpoint::open(settings.output);
        QVERIFY(before.has_value() && after.has_value());
        for (const char* name : {"att.receptance.weight", "att.key.weight", "att.value.weight",
                                 "att.output.weight", "ffn.key.weight", "ffn.value.weight"})
            for (const int block : {0, 1}) {
                const auto source = valuesOf(*before, "blocks." + std::to_string(block) + "." + name);
                QVERIFY(!source.empty());
                QCOMPARE(valuesOf(*after, "moba." + std::to_string(block) + "." + name), source);
            }
        // A block that the model already has is not copied over: gone on with, it stays as it was.
        const auto learned = [&] {
            TrainingSettings s = oneStep("learned.safetensors");
            s.init = base.output;
            s.learningRate = s.finalLearningRate = 0.05f;
            s.tokens *= 3;
            return s;
        }();
        QVERIFY(trainAll(learned).problem.empty());
        settings.init = learned.output;
        settings.output = m_folder->path("again.safetensors");
        QVERIFY(trainAll(settings).problem.empty());
        const auto own = Checkpoint::open(learned.output), kept = Checkpoint::open(settings.output);
        QVERIFY(own.has_value() && kept.has_value());
        QCOMPARE(valuesOf(*kept, "moba.0.att.key.weight"), valuesOf(*own, "moba.0.att.key.weight"));
        QVERIFY(valuesOf(*kept, "moba.0.att.key.weight") != valuesOf(*kept, "blocks.0.att.key.weight"));
    }

    void alignmentMovesTheNewBlocksAlone_data() {
        QTest::addColumn<bool>("usesMuon");
        QTest::newRow("adamw") << false;
        QTest::newRow("muon") << true;
    }
    void alignmentMovesTheNewBlocksAlone() {
        QFETCH(bool, usesMuon);
        const TrainingSettings base = trainedBase(2);
        TrainingSettings settings = rwkvX(*m_folder, "aligned.safetensors", 1);
        settings.init = base.output;
        settings.trainedPart = TrainedPart::SparseBlocks;
        settings.useMuon(usesMuon);
        settings.tokens = 60 * 4 * 32;
        const Course course = trainAll(settings);
        QVERIFY2(course.problem.empty(), course.problem.c_str());
        QVERIFY2(course.losses.back() < 0.8 * course.losses.front(),
                 qPrintable(QString("%1 after %2").arg(course.losses.back()).arg(course.losses.front())));
        const auto before = Checkpoint::open(base.output), after = Checkpoint::open(settings.output);
        QVERIFY(before.has_value() && after.has_value());
        for (const TensorInfo& tensor : before->tensors())
            QVERIFY2(valuesOf(*before, tensor.name) == valuesOf(*after, tensor.name), tensor.name.c_str());
        for (const float value : valuesOf(*after, "moba.0.ffn.value.weight")) // 0 at first
            if (value != 0)
                return;
        QFAIL("the new block did not learn");
    }

    // The gradient of the sparse blocks does not depend on what else is trained.
    void theirGradientIsThatOfTheWholeModel() {
        TrainingShape shape = fixture::smallShape("rwkvx conv-routing");
        shape.model.layers = 4;
        shape.model.sparse.blocks = 2;
        const ParameterLayout whole(shape), part(shape, TrainedPart::SparseBlocks);
        QVERIFY(part.trainedSize() > 0 && part.trainedSize() < part.size());
        const auto all = fixture::randomParameters<double>(whole, 3);
        std::vector<double> same(part.size());
        for (const Parameter& p : part.parameters())
            std::copy_n(all.data() + whole.find(p.name)->offset, p.size, same.data() + p.offset);
        const auto tokens = fixture::randomTokens(18, shape.model.vocabulary, 1);
        const auto gradientOf = [&](const ParameterLayout& layout, const std::vector<double>& parameters) {
            ModelGradient<double, double> gradient(layout, 1, 18);
            std::vector<TrainingState<double>> states(1, gradient.freshState());
            std::vector<double> gradients(layout.size());
            TrainingBatch<double> batch;
            batch.inputs = batch.targets = tokens;
            batch.states = states;
            (void)gradient.run(parameters.data(), parameters.data(), batch, gradients.data());
            return gradients;
        };
        const auto expected = gradientOf(whole, all), found = gradientOf(part, same);
        for (const Parameter& p : part.parameters()) {
            QCOMPARE(p.use == TensorUse::Trained, p.name.starts_with("moba."));
            for (std::size_t i = 0; p.use == TensorUse::Trained && i < p.size; ++i)
                QVERIFY2(std::abs(found[p.offset + i] - expected[whole.find(p.name)->offset + i]) < 1e-9,
                         p.name.c_str());
        }
    }

    void wrongSettingsAreNamed() {
        const auto problemOf = [&](const std::function<void(TrainingSettings&)>& change) {
            TrainingSettings settings = rwkvX(*m_folder, "wrong.safetensors", 1);
            change(settings);
            return QString::fromStdString(trainAll(settings).problem);
        };
        QVERIFY(problemOf([](auto& s) {
                    s.shape.model.layers = 3, s.shape.model.sparse.blocks = 2;
                }).contains("equal distances"));
        QVERIFY(problemOf([](auto& s) { s.segment = 2 * s.window; }).contains("segment as long as"));
        QVERIFY(problemOf([](auto& s) { s.trainedPart = TrainedPart::SparseBlocks; }).contains("--init"));
        QVERIFY(problemOf([](auto& s) { s.sparseStart = SparseStart::Copied; }).contains("--init"));
        QVERIFY(problemOf([](auto& s) { s.longCeWindow = s.window; }).contains("LongCE"));
        QVERIFY(problemOf([](auto& s) { s.longCeWindow = 7; }).contains("LongCE"));
        QVERIFY(
            problemOf([](auto& s) { s.shape.model.architecture = Architecture::Rwkv6; }).contains("rwkv7"));
        QVERIFY(problemOf([](auto& s) { s.shape.model.sparse.chunk = 0; }).contains("chunk"));
    }

private:
    TrainingSettings oneStep(const char* output) const {
        TrainingSettings settings = rwkvX(*m_folder, output, 2);
        settings.tokens = settings.sequences * settings.window;
        return settings;
    }
    TrainingSettings trainedBase(int steps = 30) const {
        TrainingSettings base = rwkvX(*m_folder, "base.safetensors", 0);
        base.tokens = std::int64_t{steps} * base.sequences * base.window;
        if (const Course course = trainAll(base); !course.problem.empty())
            qFatal("%s", course.problem.c_str());
        return base;
    }

    std::unique_ptr<fixture::TextFolder> m_folder;
};

QTEST_GUILESS_MAIN(RwkvXTest)
#include "rwkvx_test.moc"
