// What can be said of a model from its files' headers is what loading it says: usable, or one sentence; and a
// file with a tensor inside a block that its architecture does not have is another architecture, whatever
// else it has.
#include "engine/model/model.h"
#include "engine/model/model_check.h"
#include "tests/engine/formats/samples/sample_gguf.h"
#include "tests/engine/formats/samples/sample_naming.h"
#include "tests/engine/formats/samples/sample_safetensors.h"
#include "tests/support/model_writer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace engine;
using support::FileTensors;

Q_DECLARE_METATYPE(engine::EnhancementConfig)

class ModelCheckTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path path(const char* name = "model.safetensors") const {
        return m_dir.filePath(name).toStdString();
    }

    static QString sentence(const Expected<CheckedModel>& checked) {
        return checked ? QString() : QString::fromStdString(checked.error().message);
    }
    // Of the check, which has to be that of loading, too.
    QString problemWith(const std::filesystem::path& file) const {
        const auto checkpoint = Checkpoint::open(file);
        if (!checkpoint)
            return QString::fromStdString(checkpoint.error().message);
        const auto checked = checkModel(*checkpoint);
        const auto loaded = Model::load(file, {});
        if (checked.has_value() != loaded.has_value())
            return "check and loading disagree: " + sentence(checked);
        if (!checked && (checked.error().message != loaded.error().message ||
                         checked.error().code != loaded.error().code))
            return "check and loading say different things: " + sentence(checked);
        return sentence(checked);
    }
    QString problemWith(const FileTensors& tensors, const EnhancementConfig& enhancement = {}) const {
        if (!support::writeTensors(tensors, support::enhancementMetadata(enhancement), path()))
            return "not written";
        return problemWith(path());
    }

    static void architectures() {
        QTest::addColumn<int>("architecture");
        QTest::newRow("5.2") << int(Architecture::Rwkv5);
        QTest::newRow("6") << int(Architecture::Rwkv6);
        QTest::newRow("7") << int(Architecture::Rwkv7);
    }

private slots:
    void wholeModelsAreUsable_data() {
        QTest::addColumn<int>("architecture");
        QTest::addColumn<EnhancementConfig>("enhancement");
        for (const Architecture architecture :
             {Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7})
            for (const EnhancementConfig& enhancement : support::allEnhancements())
                QTest::newRow((std::string(name(architecture)) + " " + describe(enhancement) +
                               (enhancement.layerNorm ? "" : " without norm"))
                                  .c_str())
                    << int(architecture) << enhancement;
    }
    void wholeModelsAreUsable() {
        QFETCH(int, architecture);
        QFETCH(EnhancementConfig, enhancement);
        const auto config = support::smallConfig(Architecture(architecture), enhancement);
        QCOMPARE(problemWith(support::randomTensors(config, 1), enhancement), QString());
        const auto checked = checkModel(*Checkpoint::open(path()));
        QVERIFY(checked && checked->unused.empty());
    }

    void anyTensorThatIsMissingIsNamed_data() { architectures(); }
    void anyTensorThatIsMissingIsNamed() {
        QFETCH(int, architecture);
        auto config = support::smallConfig(Architecture(architecture), {});
        config.layers = 2;
        const FileTensors whole = support::randomTensors(config, 1);
        for (const auto& [name, tensor] : whole) {
            FileTensors incomplete = whole;
            incomplete.erase(name);
            const QString problem = problemWith(incomplete);
            QVERIFY2(!problem.isEmpty() && !problem.contains('\n') && !problem.startsWith("check and"),
                     qPrintable(QString::fromStdString(name) + ": " + problem));
        }
    }

    void unknownTensorsInsideABlockAreRefused_data() {
        QTest::addColumn<int>("architecture");
        QTest::addColumn<QString>("name");
        const auto row = [](Architecture architecture, const char* tensor) {
            QTest::newRow((std::string(name(architecture)) + " " + tensor).c_str())
                << int(architecture) << QString(tensor);
        };
        for (const char* tensor :
             {"blocks.1.ffn.enn.weight", "blocks.0.ffn.enn.weight", "blocks.2.att.q_norm.weight",
              "blocks.0.moe.experts.0.weight", "blocks.1.ln0.weight", "blocks.0.ln3.bias",
              "blocks.0.att.key.bias", "blocks.0.scale", "enhance.0.source.bias"})
            for (const Architecture architecture :
                 {Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7})
                row(architecture, tensor);
        row(Architecture::Rwkv7, "blocks.1.ffn.s_emb.weight");
        row(Architecture::Rwkv7, "blocks.1.ffn.receptance.weight");
        row(Architecture::Rwkv7, "blocks.0.att.time_maa_x");
        row(Architecture::Rwkv6, "blocks.0.att.time_mix_k");
        row(Architecture::Rwkv6, "blocks.0.att.k_k");
        row(Architecture::Rwkv6, "blocks.0.att.v1");
    }
    void unknownTensorsInsideABlockAreRefused() {
        QFETCH(int, architecture);
        QFETCH(QString, name);
        FileTensors tensors = support::randomTensors(support::smallConfig(Architecture(architecture), {}), 1);
        tensors[name.toStdString()] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
        const QString problem = problemWith(tensors);
        QVERIFY2(problem.contains(name + ": ") && problem.contains("no such tensor"), qPrintable(problem));
        QCOMPARE(checkModel(*Checkpoint::open(path())).error().code, ErrorCode::UnsupportedArchitecture);
    }

    // Also where something that the old architecture needs is gone, and by the name that the file has for it.
    void theUnknownComesBeforeTheMissing() {
        FileTensors tensors = support::randomTensors(support::smallConfig(Architecture::Rwkv7, {}), 1);
        tensors.erase("blocks.1.att.w0");
        tensors["blocks.1.att.decay_bias"] = {{2}, {1, 2}};
        tensors["blocks.1.att.other"] = {{2}, {1, 2}};
        const QString problem = problemWith(tensors);
        QVERIFY2(problem.contains("blocks.1.att.decay_bias") && problem.contains("nor 1 more"),
                 qPrintable(problem));
    }

    void unknownTensorsKeepTheirNames() {
        constexpr samples::Sizes kSizes{
            .layers = 2, .vocabulary = 48, .heads = 1, .headSize = 64, .feedForward = 64, .rank = 32};
        const auto official = samples::officialModel(samples::Version::V7, kSizes);
        auto fla = samples::kFla.apply(official);
        fla.push_back({"model.layers.1.ffn.enn.weight", {2}, {1, 2}});
        samples::writeFile(path("fla.safetensors"), samples::safetensors(fla));
        QVERIFY2(
            problemWith(path("fla.safetensors")).contains("model.layers.1.ffn.enn.weight: a model of rwkv7"),
            qPrintable(problemWith(path("fla.safetensors"))));
        for (const std::uint32_t type : {0u, 10u}) { // also one of a type that we do not read
            auto gguf = samples::ggufWriter(official, samples::Version::V7, kSizes, {});
            gguf.addTensor("blk.1.ffn_enn.weight", type, {256}, samples::Bytes(type == 0 ? 1024 : 84));
            samples::writeFile(path("model.gguf"), gguf.finish());
            QVERIFY2(problemWith(path("model.gguf")).contains("blk.1.ffn_enn.weight: a model of rwkv7"),
                     qPrintable(problemWith(path("model.gguf"))));
        }
    }

    void whatLiesOutsideIsUnused() {
        FileTensors tensors = support::randomTensors(support::smallConfig(Architecture::Rwkv7, {}), 1);
        for (const char* name : {"extra.scale", "my tensor",
                                 "gr\xC3\xB6\xC3\x9F"
                                 "e",
                                 "blocks.scale", "vector.tokens", "model.layers.0.x"})
            tensors[name] = {{2}, {1, 2}};
        tensors["nothing"] = {{0, 3}, {}};
        tensors["blocks.0.att.v0"] = {{2}, {1, 2}}; // of the right kind, but never read
        tensors["blocks.1.att.time_state"] = {{2}, {1, 2}};
        QCOMPARE(problemWith(tensors), QString());
        const auto checked = checkModel(*Checkpoint::open(path()));
        QVERIFY(checked);
        QCOMPARE(checked->unused,
                 (std::vector<std::string>{"blocks.0.att.v0", "blocks.1.att.time_state", "blocks.scale",
                                           "extra.scale",
                                           "gr\xC3\xB6\xC3\x9F"
                                           "e",
                                           "model.layers.0.x", "my tensor", "nothing", "vector.tokens"}));
    }

    void aNeededTypeThatIsNotReadIsNamed_data() {
        QTest::addColumn<QByteArray>("tensor");
        for (const char* tensor : {"emb.weight", "head.weight", "blocks.0.ln0.bias", "blocks.2.att.w1",
                                   "blocks.0.att.r_k", "blocks.1.ffn.key.weight"})
            QTest::newRow(tensor) << QByteArray(tensor);
    }
    void aNeededTypeThatIsNotReadIsNamed() {
        QFETCH(QByteArray, tensor);
        QVERIFY(
            support::writeTensors(support::randomTensors(support::smallConfig(Architecture::Rwkv7, {}), 1),
                                  {}, path(), DataType::Float32));
        QFile file(m_dir.filePath("model.safetensors"));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray content = file.readAll();
        const QByteArray before = '"' + tensor + "\":{\"dtype\":\"F32\"";
        QCOMPARE(content.count(before), 1);
        content.replace(before, '"' + tensor + "\":{\"dtype\":\"F8X\"");
        file.seek(0);
        file.write(content);
        file.close();
        const QString problem = problemWith(path());
        QVERIFY2(problem.contains(tensor) && problem.contains("\"F8X\" cannot be read"), qPrintable(problem));
    }

    void gatesOfAnotherKindAreRefused() {
        EnhancementConfig adaptive;
        adaptive.variant = EnhancementConfig::Variant::Adaptive;
        FileTensors base, gate;
        for (auto& [name, tensor] :
             support::randomTensors(support::smallConfig(Architecture::Rwkv6, adaptive), 1))
            (name.starts_with("enhance.") ? gate : base)[name] = tensor;
        QVERIFY(support::writeTensors(base, {}, path()));
        const auto metadata = support::enhancementMetadata(adaptive);
        QVERIFY(support::writeTensors(gate, metadata, path("gate.safetensors")));
        QVERIFY(Model::load(path(), path("gate.safetensors"), {}));
        gate["enhance.1.source.weight"] = {{2}, {1, 2}};
        QVERIFY(support::writeTensors(gate, metadata, path("gate.safetensors")));
        const auto loaded = Model::load(path(), path("gate.safetensors"), {});
        QVERIFY(!loaded);
        QVERIFY2(loaded.error().message.find("gate.safetensors, enhance.1.source.weight") !=
                     std::string::npos,
                 loaded.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(ModelCheckTest)
#include "model_check_test.moc"
