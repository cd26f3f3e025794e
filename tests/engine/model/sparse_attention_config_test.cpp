// Files of RWKV-X: their two parts and names, what their metadata say, what a caller wants otherwise; and
// those that are wrong, of which each gets one sentence.
#include "engine/model/model.h"
#include "engine/model/model_check.h"
#include "engine/model/weights.h"
#include "tests/support/model_writer.h"

#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace engine;
using support::FileTensors;

namespace {

ModelConfig sparseConfig() {
    ModelConfig config = support::smallConfig(Architecture::Rwkv7);
    config.layers = 4;
    config.sparse.blocks = 2;
    return config;
}

// As BlinkDL's blocks are called in files of RWKV-X.
FileTensors inTwoParts(const FileTensors& official, const std::string& before = {}) {
    FileTensors tensors;
    for (const auto& [name, tensor] : official)
        tensors[before + (name.starts_with("moba.") ? name : "rwkv." + name)] = tensor;
    return tensors;
}

std::map<std::string, std::string> metadata(const std::string& json) {
    return {{"inkgate.sparse_attention", json}};
}

} // namespace

class SparseAttentionConfigTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path path() const { return m_dir.filePath("model.safetensors").toStdString(); }

    Expected<std::shared_ptr<const Model>> load(const FileTensors& tensors,
                                                const std::map<std::string, std::string>& values = {},
                                                const SparseAttentionOptions& options = {}) const {
        if (!support::writeTensors(tensors, values, path()))
            return failure(ErrorCode::WriteFailed, "not written");
        return Model::load(path(), {.weights = {}, .skipsZeros = true, .sparse = options});
    }

private slots:
    void bothPartsAreRead_data() {
        QTest::addColumn<QString>("before");
        QTest::newRow("published") << QString();
        QTest::newRow("DeepSpeed") << "_forward_module.";
        QTest::newRow("part of something larger") << "model.";
    }
    void bothPartsAreRead() {
        QFETCH(QString, before);
        const FileTensors official = support::randomTensors(sparseConfig(), 1);
        const auto loaded = load(inTwoParts(official, before.toStdString()));
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
        const ModelConfig& config = (*loaded)->config();
        QCOMPARE(architectureName(config), std::string_view("rwkv-x"));
        QCOMPARE(config.layers, 4);
        QCOMPARE(config.sparse, sparseConfig().sparse);
        QCOMPARE(config.sparse.chunk, 2048);
        QCOMPARE(config.sparse.chunks, 3);
        const auto& blocks = (*loaded)->weights().sparseBlocks;
        QCOMPARE(blocks.size(), std::size_t{2});
        QCOMPARE(blocks[1].attentionNorm.bias[7], official.at("moba.1.ln1.bias").values[7]);
        QCOMPARE(static_cast<const float*>(blocks[1].query.matrix().data)[5],
                 official.at("moba.1.att.receptance.weight").values[5]);
        const auto checked = checkModel(*Checkpoint::open(path()));
        QVERIFY(checked && checked->unused.empty());
    }

    void theMetadataAndTheCallerSayHow() {
        const FileTensors tensors = inTwoParts(support::randomTensors(sparseConfig(), 1));
        const auto config = [&](const std::string& json, const SparseAttentionOptions& options = {}) {
            const auto loaded = load(tensors, metadata(json), options);
            return loaded ? (*loaded)->config().sparse : SparseAttentionConfig{};
        };
        SparseAttentionConfig expected{.blocks = 2, .chunk = 16, .chunks = 5};
        QCOMPARE(config(R"({"chunk": 16, "chunks": 5})"), expected);
        QCOMPARE(sparseAttentionFromJson(toJson(expected))->chunk, 16);
        expected = {.blocks = 2,
                    .chunk = 32,
                    .chunks = 2,
                    .cacheLimit = 64,
                    .isHalf = false,
                    .mode = SparseAttentionMode::Package};
        QCOMPARE(config(R"({"chunk": 16, "chunks": 5})", {.chunk = 32,
                                                          .chunks = 2,
                                                          .cacheLimit = 64,
                                                          .isHalf = false,
                                                          .mode = SparseAttentionMode::Package}),
                 expected);
        SparseAttentionOptions all;
        all.cacheLimit = 0;
        QCOMPARE(config("{}", all).mostChunks(), 0);
        ModelConfig unlimited = sparseConfig();
        unlimited.sparse.cacheLimit = 0;
        QCOMPARE((*Model::random(unlimited, {}, 1))->config().sparse.cacheLimit, std::int64_t{0});
        // A chunk larger than the usual limit still has room in it.
        QCOMPARE(config(R"({"chunk": 100000})").mostChunks(), 1);
    }

    void wrongFilesGetOneSentence_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("expected");
        QTest::addColumn<int>("change");
        const auto row = [](const char* name, int change, const char* expected, const char* json = "") {
            QTest::newRow(name) << QString(json) << QString(expected) << change;
        };
        row("a block too many", 1,
            "3 sparse-attention blocks cannot stand at equal distances among 4 RWKV blocks");
        row("a missing block", 2, "the sparse-attention block moba.0 is missing, of 2");
        row("a missing tensor", 3, "moba.1.att.output.weight");
        row("a tensor of something else", 4, "moba.1.att.gate.weight: a model of rwkv-x has no such tensor");
        row("a wrong shape", 5, "moba.0.ffn.key.weight");
        row("no blocks", 6, "its sparse-attention blocks (moba.0 and so on) are missing", R"({"chunk": 16})");
        row("a number that is none", 7, "no block numbers");
        row("chunk 0", 0, "\"chunk\" must be an integer from 1", R"({"chunk": 0})");
        row("no chunks", 0, "\"chunks\" must be an integer from 1", R"({"chunks": -1})");
        row("a chunk that is no number", 0, "\"chunk\" must be an integer", R"({"chunk": "16"})");
        row("no object", 0, "expected an object", "[16, 3]");
        row("no JSON", 0, "expected an object", "{");
    }
    void wrongFilesGetOneSentence() {
        QFETCH(QString, json);
        QFETCH(QString, expected);
        QFETCH(int, change);
        FileTensors tensors = support::randomTensors(sparseConfig(), 1);
        const auto eraseBlock = [&](const std::string& begin) {
            std::erase_if(tensors, [&](const auto& entry) { return entry.first.starts_with(begin); });
        };
        switch (change) {
        case 1:
            for (const auto& [name, tensor] : FileTensors(tensors))
                if (name.starts_with("moba.1."))
                    tensors["moba.2." + name.substr(7)] = tensor;
            break;
        case 2: eraseBlock("moba.0."); break;
        case 3: tensors.erase("moba.1.att.output.weight"); break;
        case 4: tensors["moba.1.att.gate.weight"] = tensors["moba.1.att.output.weight"]; break;
        case 5: tensors["moba.0.ffn.key.weight"] = tensors["moba.0.att.key.weight"]; break;
        case 6: eraseBlock("moba."); break;
        case 7:
            eraseBlock("moba.");
            tensors["moba.x.ln1.weight"] = {{2}, {1, 2}};
            break;
        default: break;
        }
        const auto values =
            json.isEmpty() ? std::map<std::string, std::string>() : metadata(json.toStdString());
        const auto loaded = load(inTwoParts(tensors), values);
        QVERIFY(!loaded);
        const QString message = QString::fromStdString(loaded.error().message);
        QVERIFY2(message.contains(expected) && !message.contains('\n') &&
                     message.contains("model.safetensors"),
                 qPrintable(message));
        const auto checked = checkModel(*Checkpoint::open(path()));
        QVERIFY(!checked);
        QCOMPARE(QString::fromStdString(checked.error().message), message);
    }

    void wrongWishesGetOneSentence_data() {
        QTest::addColumn<int>("chunk");
        QTest::addColumn<int>("chunks");
        QTest::addColumn<int>("limit");
        QTest::addColumn<QString>("expected");
        QTest::newRow("chunk 0") << 0 << 3 << 100 << "must have 1 to 1048576 tokens, not 0";
        QTest::newRow("no chunks") << 16 << 0 << 100 << "reads 1 to 1024 chunks at a time, not 0";
        QTest::newRow("a limit below a chunk")
            << 16 << 3 << 15 << "a cache limit of 15 tokens is less than one chunk of 16";
        QTest::newRow("a limit below nothing") << 16 << 3 << -1 << "a cache limit of -1 tokens";
    }
    void wrongWishesGetOneSentence() {
        QFETCH(int, chunk);
        QFETCH(int, chunks);
        QFETCH(int, limit);
        QFETCH(QString, expected);
        SparseAttentionOptions wishes;
        wishes.chunk = chunk;
        wishes.chunks = chunks;
        wishes.cacheLimit = limit;
        const auto loaded = load(inTwoParts(support::randomTensors(sparseConfig(), 1)), {}, wishes);
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().code, ErrorCode::InvalidArgument);
        const QString message = QString::fromStdString(loaded.error().message);
        QVERIFY2(message.contains(expected) && !message.contains('\n'), qPrintable(message));
        // Other models have no use for such wishes.
        QVERIFY(load(support::randomTensors(support::smallConfig(Architecture::Rwkv7), 1), {}, wishes));
    }

    void randomModelsNeedEqualDistances() {
        ModelConfig config = sparseConfig();
        QVERIFY(Model::random(config, {}, 1));
        config.sparse.blocks = 3;
        QVERIFY(!Model::random(config, {}, 1));
        config.sparse.blocks = 2;
        config.architecture = Architecture::Rwkv6;
        QVERIFY(!Model::random(config, {}, 1));
    }
};

QTEST_GUILESS_MAIN(SparseAttentionConfigTest)
#include "sparse_attention_config_test.moc"
