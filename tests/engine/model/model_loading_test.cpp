// Loading models and gates: what is kept, converted and counted, and one clear sentence for everything that
// is wrong.
#include "engine/formats/checkpoint.h"
#include "engine/model/loading/tensor_source.h"
#include "engine/model/model.h"
#include "engine/model/weights.h"
#include "tests/engine/model/model_folder_test.h"
#include "tests/support/decoded_tokens.h"

#include <QTest>

#include <algorithm>
#include <cstring>

using namespace engine;
using support::FileTensors;

class ModelLoadingTest : public ModelFolderTest {
    Q_OBJECT

private slots:
    void configurationIsDetected_data() { support::everyKindOfModel(); }

    void configurationIsDetected() {
        QFETCH(int, architecture);
        QFETCH(int, enhancement);
        const ModelConfig config =
            configOf(static_cast<Architecture>(architecture), static_cast<std::size_t>(enhancement));
        const FileTensors tensors = support::randomTensors(config, 1);
        QVERIFY(!tensors.empty());
        EnhancementConfig usual = config.enhancement;
        if (usual.scales > 0)
            useScales(usual);
        for (const bool hasMetadata : {true, false}) {
            // Names and shapes alone say enough, but for decays other than the usual ones, and for sources.
            if (!hasMetadata && (usual != config.enhancement || !usual.sources.empty()))
                continue;
            const auto metadata = hasMetadata ? support::enhancementMetadata(config.enhancement)
                                              : std::map<std::string, std::string>();
            QVERIFY(support::writeTensors(tensors, metadata, path("model.safetensors")));
            const auto model = Model::load(path("model.safetensors"), {});
            QVERIFY2(model.has_value(), messageOf(model).c_str());
            const ModelConfig& found = (*model)->config();
            QCOMPARE(found.architecture, config.architecture);
            QCOMPARE(found.layers, 3);
            QCOMPARE(found.width, 128);
            QCOMPARE(found.heads, 2);
            QCOMPARE(found.headSize, 64);
            QCOMPARE(found.feedForward, 224);
            QCOMPARE(found.vocabulary, 96);
            QCOMPARE(found.groupNormEpsilon, 64e-5f);
            QVERIFY2(found.enhancement == config.enhancement, toJson(found.enhancement).c_str());
            std::int64_t values = 0;
            for (const auto& [name, tensor] : tensors)
                values += static_cast<std::int64_t>(tensor.values.size());
            QCOMPARE((*model)->parameters(), values);
            // All but 95 of 96 rows of the embedding, and of each layer's table.
            const std::int64_t tables = config.enhancement.routesRows ? 3 * 95 * 256 : 0;
            QCOMPARE((*model)->bytesPerToken(), 4 * (values - 95 * 128 - tables));
        }
    }

    void everyMissingOrMisshapenTensorIsNamed_data() {
        QTest::addColumn<int>("architecture");
        QTest::addColumn<int>("enhancement");
        // Together these have every tensor there is.
        QTest::newRow("rwkv5.2 adaptive-mlp") << static_cast<int>(Architecture::Rwkv5) << 2;
        QTest::newRow("rwkv6 conv-routing") << static_cast<int>(Architecture::Rwkv6) << 5;
        QTest::newRow("rwkv7 source-gates") << static_cast<int>(Architecture::Rwkv7) << 9;
    }

    void everyMissingOrMisshapenTensorIsNamed() {
        QFETCH(int, architecture);
        QFETCH(int, enhancement);
        ModelConfig config =
            configOf(static_cast<Architecture>(architecture), static_cast<std::size_t>(enhancement));
        config.layers = 2;
        const FileTensors tensors = support::randomTensors(config, 1);
        const auto metadata = support::enhancementMetadata(config.enhancement);
        for (const auto& [name, tensor] : tensors) {
            const bool isRepeated =
                name.starts_with("blocks.1.") && tensors.contains("blocks.0." + name.substr(9));
            if (isRepeated)
                continue;
            FileTensors damaged = tensors;
            damaged.erase(name);
            QVERIFY(support::writeTensors(damaged, metadata, path("missing.safetensors")));
            const auto missing = Model::load(path("missing.safetensors"), {});
            QVERIFY2(!missing.has_value(), name.c_str());
            // Without the tensors that tell the version it is another kind of model, which the sentence says
            // instead.
            QVERIFY2(missing.error().message.find(name) != std::string::npos ||
                         missing.error().code == ErrorCode::UnsupportedArchitecture,
                     (name + " -> " + missing.error().message).c_str());

            damaged = tensors;
            damaged[name].shape.back() += 1;
            std::size_t size = 1;
            for (const std::int64_t dimension : damaged[name].shape)
                size *= static_cast<std::size_t>(dimension);
            damaged[name].values.assign(size, 0.5f);
            QVERIFY(support::writeTensors(damaged, metadata, path("misshapen.safetensors")));
            const auto misshapen = Model::load(path("misshapen.safetensors"), {});
            QVERIFY2(!misshapen.has_value(), name.c_str());
            QVERIFY2(misshapen.error().code == ErrorCode::ShapeMismatch ||
                         misshapen.error().code == ErrorCode::FileDamaged ||
                         misshapen.error().code == ErrorCode::UnsupportedArchitecture,
                     misshapen.error().message.c_str());
        }
    }

    void gatesOfSourcesThatDoNotFitAreRefused() {
        ModelConfig config = configOf(Architecture::Rwkv7, 9);
        const FileTensors tensors = support::randomTensors(config, 1);
        const auto problem = [&](const FileTensors& written,
                                 const std::map<std::string, std::string>& texts) {
            if (!support::writeTensors(written, texts, path("sources.safetensors")))
                return std::string("not written");
            const auto loaded = Model::load(path("sources.safetensors"), {});
            return loaded ? std::string() : loaded.error().message;
        };
        const auto says = [](const std::string& message, const char* what) {
            const bool isSaid = message.find(what) != std::string::npos;
            if (!isSaid)
                qWarning("%s", message.c_str());
            return isSaid;
        };
        QVERIFY(says(problem(tensors, {}), "inkgate.enhancement, which is missing"));
        config.enhancement.sources.pop_back();
        QVERIFY(says(problem(tensors, support::enhancementMetadata(config.enhancement)),
                     "enhance.0.source.weight: expected [9,128], found [10,128]"));
        // Two heads of 50 channels.
        config.width = 100;
        config.headSize = 50;
        config.enhancement = {};
        const FileTensors narrow = support::randomTensors(config, 1);
        FileTensors gated = narrow;
        gated["enhance.0.route.u"] = {{200, 20}, std::vector<float>(4000)};
        config.enhancement = configOf(Architecture::Rwkv7, 9).enhancement;
        QCOMPARE(problem(narrow, {}), std::string());
        QVERIFY(says(problem(gated, support::enhancementMetadata(config.enhancement)),
                     "a gate for every 8 channels, of which the width 100 is no multiple"));
    }

    void otherArchitecturesAreRefusedByName_data() {
        QTest::addColumn<QStringList>("removed");
        QTest::addColumn<QStringList>("added");
        QTest::addColumn<QString>("expected");
        QTest::newRow("RWKV-4") << QStringList{"gate.weight", "ln_x"} << QStringList{} << "RWKV-4";
        QTest::newRow("RWKV-5.0") << QStringList{"gate.weight"} << QStringList{} << "RWKV-5.0";
        QTest::newRow("RWKV-X") << QStringList{} << QStringList{"moba.0.key.weight"} << "RWKV-X";
        QTest::newRow("DeepEmbed") << QStringList{} << QStringList{"blocks.0.ffn.s_emb.weight"}
                                   << "DeepEmbed";
        QTest::newRow("gate file") << QStringList{"emb.weight"} << QStringList{"enhance.0.gate.weight"}
                                   << "gate file";
        QTest::newRow("something else")
            << QStringList{"blocks", "emb"} << QStringList{} << "not an RWKV model";
    }

    void otherArchitecturesAreRefusedByName() {
        QFETCH(QStringList, removed);
        QFETCH(QStringList, added);
        QFETCH(QString, expected);
        FileTensors tensors = support::randomTensors(configOf(Architecture::Rwkv5), 1);
        std::erase_if(tensors, [&](const auto& entry) {
            return std::ranges::any_of(removed, [&](const QString& part) {
                return entry.first.find(part.toStdString()) != std::string::npos;
            });
        });
        for (const QString& name : added)
            tensors[name.toStdString()] = {{1, 1}, {0.0f}};
        QVERIFY(support::writeTensors(tensors, {}, path("other.safetensors")));
        const auto loaded = Model::load(path("other.safetensors"), {});
        QVERIFY(!loaded.has_value());
        QCOMPARE(loaded.error().code, ErrorCode::UnsupportedArchitecture);
        QVERIFY2(QString::fromStdString(loaded.error().message).contains(expected),
                 loaded.error().message.c_str());
    }

    void largeMatricesOfTheWantedTypeStayInTheFile() {
        FileTensors tensors = support::randomTensors(configOf(Architecture::Rwkv6), 1);
        tensors["head.weight"] = {{8192, 128}, std::vector<float>(8192 * 128, 0.5f)};
        for (const DataType type : {DataType::Float32, DataType::Float16, DataType::BFloat16}) {
            QVERIFY(support::writeTensors(tensors, {}, path("stored.safetensors"), type));
            auto opened = Checkpoint::open(path("stored.safetensors"));
            QVERIFY(opened.has_value());
            const auto checkpoint = std::make_shared<const Checkpoint>(std::move(*opened));
            const auto source = checkpointSource(checkpoint, WeightType::AsStored);
            const auto head = source->linear("head.weight", 8192, 128, MatrixOrder::RowMajor);
            QVERIFY(head.has_value());
            QCOMPARE(head->type(), type);
            QCOMPARE(head->matrix().data,
                     static_cast<const void*>(checkpoint->find("head.weight")->place.data()));
        }
    }

    void weightsAreConvertedOnRequest() {
        const FileTensors tensors = support::randomTensors(configOf(Architecture::Rwkv7), 1);
        QVERIFY(support::writeTensors(tensors, {}, path("stored.safetensors"), DataType::BFloat16));
        struct Row {
            WeightType wanted;
            DataType matrices, factors;
        };
        const Row rows[] = {{WeightType::AsStored, DataType::BFloat16, DataType::BFloat16},
                            {WeightType::Float32, DataType::Float32, DataType::Float32},
                            {WeightType::Float16, DataType::Float16, DataType::Float16},
                            {WeightType::BFloat16, DataType::BFloat16, DataType::BFloat16},
                            {WeightType::Q8, DataType::Q8_0, DataType::Float16},
                            {WeightType::Q4, DataType::Q4_0, DataType::Float16}};
        for (const auto& [wanted, expected, factors] : rows) {
            const auto model = Model::load(path("stored.safetensors"), {wanted});
            QVERIFY2(model.has_value(), messageOf(model).c_str());
            const ModelWeights& weights = (*model)->weights();
            QCOMPARE(weights.head.type(), expected);
            QCOMPARE(weights.embedding.type(), DataType::BFloat16); // as stored, always
            QCOMPARE(weights.layers[2].channelMixing.key.type(), expected);
            const auto& mixing = std::get<Rwkv7TimeMixing>(weights.layers[1].timeMixing);
            QCOMPARE(mixing.output.type(), expected);
            QCOMPARE(mixing.decay.down.type(), factors);
            const float inFile = bfloat16ToFloat(floatToBfloat16(tensors.at("blocks.1.att.w0").values[5]));
            QCOMPARE(mixing.decay.bias[5], inFile);
        }
    }

    void factorsAreTurned() {
        const FileTensors tensors = support::randomTensors(configOf(Architecture::Rwkv6), 1);
        QVERIFY(support::writeTensors(tensors, {}, path("model.safetensors")));
        const auto model = Model::load(path("model.safetensors"), {});
        const auto& mixing = std::get<Rwkv6TimeMixing>((*model)->weights().layers[0].timeMixing);
        const auto& stored = tensors.at("blocks.0.att.time_decay_w1"); // [C,D]
        const auto* turned = static_cast<const float*>(mixing.decay.down.matrix().data);
        QCOMPARE(mixing.decay.rank(), 64);
        QCOMPARE(turned[3 * 128 + 7], stored.values[7 * 64 + 3]);
        QCOMPARE(mixing.mixRank(), 32);
    }

    void groupNormEpsilonComesFromTheMetadata() {
        const FileTensors tensors = support::randomTensors(configOf(Architecture::Rwkv5), 1);
        QVERIFY(support::writeTensors(tensors, {{"inkgate.group_norm_epsilon", "1e-05"}},
                                      path("model.safetensors")));
        const auto model = Model::load(path("model.safetensors"), {});
        QVERIFY2(model.has_value(), messageOf(model).c_str());
        QCOMPARE((*model)->config().groupNormEpsilon, 1e-5f);
        for (const char* bad : {"", "x", "-1", "1e-5x", "nan"}) {
            QVERIFY(support::writeTensors(tensors, {{"inkgate.group_norm_epsilon", bad}},
                                          path("model.safetensors")));
            QCOMPARE(Model::load(path("model.safetensors"), {}).error().code, ErrorCode::FileDamaged);
        }
    }

    // Quantised GGUF files have their low-rank factors in float32, whatever the model was published in.
    void factorsInFloat32AreKeptIn16BitsWhereThatIsExact() {
        const std::string factor = "blocks.1.att.time_maa_w2";
        for (const DataType exact : {DataType::BFloat16, DataType::Float16, DataType::Float32}) {
            FileTensors tensors = support::randomTensors(configOf(Architecture::Rwkv6), 1);
            std::vector<float>& values = tensors[factor].values;
            std::vector<std::byte> bytes(values.size() * bytesPerBlock(exact));
            QVERIFY(fromFloat32(exact, values, bytes) && toFloat32(exact, bytes, values));
            tensors[factor].type = DataType::Float32;
            const auto kept = [&](DataType others) {
                if (!support::writeTensors(tensors, {}, path("factors.safetensors"), others))
                    return LinearWeights();
                const auto model = Model::load(path("factors.safetensors"), {});
                return model ? std::get<Rwkv6TimeMixing>((*model)->weights().layers[1].timeMixing).mixUp
                             : LinearWeights();
            };
            const LinearWeights weights = kept(DataType::Float16);
            QVERIFY(!weights.empty());
            QCOMPARE(weights.type(), exact);
            std::vector<float> widened(values.size());
            const Matrix& matrix = weights.matrix();
            QVERIFY(
                toFloat32(exact, {static_cast<const std::byte*>(matrix.data), weights.byteSize()}, widened));
            QVERIFY(widened == values);
            QCOMPARE(kept(DataType::Float32).type(), DataType::Float32); // meant to be computed in it
        }
    }

    void randomModelsFollowTheirSeedAndSizes() {
        ModelConfig config;
        config.architecture = Architecture::Rwkv6;
        config.layers = 2;
        config.width = 192;
        config.vocabulary = 50;
        const auto first = Model::random(config, {WeightType::BFloat16}, 5);
        const auto same = Model::random(config, {WeightType::BFloat16}, 5);
        const auto other = Model::random(config, {WeightType::BFloat16}, 6);
        QVERIFY2(first.has_value(), messageOf(first).c_str());
        QCOMPARE((*first)->config().heads, 3);
        QCOMPARE((*first)->config().feedForward, 672);
        QCOMPARE(*(*first)->fingerprint(), std::string("random-5"));
        const auto bytes = [](const auto& model) {
            const LinearWeights& head = (*model)->weights().head;
            return std::string(static_cast<const char*>(head.matrix().data), head.byteSize());
        };
        QVERIFY(bytes(first) == bytes(same));
        QVERIFY(bytes(first) != bytes(other));
        config.width = 100; // no multiple of the head size
        QCOMPARE(Model::random(config, {}, 5).error().code, ErrorCode::InvalidArgument);
        config = {};
        QCOMPARE(Model::random(config, {}, 5).error().code, ErrorCode::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(ModelLoadingTest)
#include "model_loading_test.moc"
