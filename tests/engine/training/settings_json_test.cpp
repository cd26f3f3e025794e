// settings_json_test.cpp: the settings of a training as JSON: records of checkpoints, old ones too, and
// recipes, with a sentence for each mistake.
#include "engine/training/settings_json.h"

#include "tests/engine/training/text_folder.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace engine;

class SettingsJsonTest : public QObject {
    Q_OBJECT

private slots:
    void everySettingSurvives() {
        const TrainingSettings s = unusual();
        const auto back = trainingSettingsFromJson(toJson(s));
        QVERIFY2(back.has_value(), back ? "" : back.error().message.c_str());
        QCOMPARE(toJson(*back), toJson(s));
        QCOMPARE(back->seed, s.seed);
        QVERIFY(back->decay == s.decay && back->order == s.order && back->batchGrowth == s.batchGrowth);
        QVERIFY(back->weightDecaySchedule == s.weightDecaySchedule);
        QCOMPARE(back->averageLast, s.averageLast);
        QVERIFY(back->shape.model.enhancement == s.shape.model.enhancement);
        QCOMPARE(back->log, s.log);
    }

    void recipeSurvivesWithoutTheFilesOfARun() {
        const TrainingSettings s = unusual();
        QVERIFY(m_folder.write("recipe.json", QByteArray::fromStdString(toRecipe(s))));
        auto back = readRecipe(m_folder.path("recipe.json"), {});
        QVERIFY2(back.has_value(), back ? "" : back.error().message.c_str());
        QVERIFY(back->output.empty() && back->log.empty());
        back->output = s.output;
        back->log = s.log;
        QCOMPARE(toJson(*back), toJson(s));
    }

    void whatARecipeLeavesOutKeepsItsDefault() {
        TrainingSettings defaults;
        defaults.shape.model.layers = 6;
        QVERIFY(m_folder.write("recipe.json", R"({"width": 128, "muon": true, "learning_rate": 0.002})"));
        const auto read = readRecipe(m_folder.path("recipe.json"), defaults);
        QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
        QCOMPARE(read->shape.model.layers, 6);
        QCOMPARE(read->shape.model.width, 128);
        QCOMPARE(read->learningRate, 0.002f);
        QVERIFY(read->muon.isUsed);
        QCOMPARE(read->optimiser.beta2, 0.95f); // goes with Muon
        QVERIFY(m_folder.write("recipe.json", R"({"beta2": 0.98, "muon": true})"));
        QCOMPARE(readRecipe(m_folder.path("recipe.json"), defaults)->optimiser.beta2, 0.98f);
    }

    // One sentence with file and setting.
    void badRecipesAreRefused_data() {
        QTest::addColumn<QByteArray>("recipe");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* name, const char* recipe, const char* said) {
            QTest::newRow(name) << QByteArray(recipe) << QByteArray(said);
        };
        row("unknown", R"({"learnig_rate": 1})", R"(there is no setting "learnig_rate")");
        row("output", R"({"output": "x"})", R"(there is no setting "output")");
        row("text for a number", R"({"layers": "many"})",
            R"(layers must be an integer from 1 to 1024, not "many")");
        row("fraction", R"({"layers": 1.5})", "layers must be an integer from 1 to 1024, not 1.5");
        row("too large", R"({"threads": 99999999999})",
            "threads must be an integer from 0 to 1024, not 99999999999");
        row("beyond 64 bits", R"({"tokens": 99999999999999999999})", "tokens must be an integer");
        row("negative", R"({"warmup": -1})", "warmup must be an integer from 0");
        row("zero", R"({"learning_rate": 0})", "learning_rate must be a number above 0, up to 100, not 0");
        row("one", R"({"beta1": 1})", "beta1 must be a number from 0 to 0.999999, not 1");
        row("number for a text", R"({"text": 3})", "text must be a text, not 3");
        row("number for a switch", R"({"muon": 1})", "muon must be true or false, not 1");
        row("null", R"({"window": null})", "window must be an integer");
        row("negative seed", R"({"seed": -1})", "seed must be an integer from 0 to 18446744073709551615");
        row("order", R"({"order": "random"})", R"(order must be "segments" or "documents", not "random")");
        row("gate", R"({"enhancement": "wide"})", R"(enhancement: enhancement "wide" is not one of)");
        row("pair", R"({"muon_momentum": [0.9]})", "muon_momentum must be two numbers");
        row("growth", R"({"batch_growth": [{"until": 2, "sequences": 4}]})",
            "batch_growth must be a list of stages");
        row("growth without a share", R"({"batch_growth": [{"sequences": 4}]})", "batch_growth must be");
        row("growth with more", R"({"batch_growth": [{"until": 0.5, "sequences": 4, "x": 1}]})",
            "batch_growth must be");
        row("average", R"({"average_last": 1.5})", "average_last must be a number from 0 to 1, not 1.5");
        row("twice", R"({"layers": 1, "width": 64, "layers": 2})", "layers is given twice");
        row("not JSON", R"({"layers": 1,})", "not JSON; parse error at line 1, column 14");
        row("list", "[]", "a recipe is a JSON object");
        row("nothing", "", "not JSON");
    }
    void badRecipesAreRefused() {
        QFETCH(QByteArray, recipe);
        QFETCH(QByteArray, said);
        QVERIFY(m_folder.write("recipe.json", recipe));
        const auto read = readRecipe(m_folder.path("recipe.json"), {});
        QVERIFY(!read.has_value());
        QCOMPARE(read.error().code, ErrorCode::InvalidArgument);
        const auto message = QByteArray::fromStdString(read.error().message);
        QVERIFY2(message.contains("recipe.json: ") && message.contains(said) && !message.contains('\n'),
                 message.constData());
    }

    // As programs wrote it before there were RWKV-7, Muon, orders, growth and averages.
    void recordsOfBeforeMeanWhatTheyMeant() {
        const TrainingSettings now = m_folder.small("model.safetensors");
        QJsonObject record = QJsonDocument::fromJson(QByteArray::fromStdString(toJson(now))).object();
        for (const char* later : {"first_step",
                                  "log",
                                  "architecture",
                                  "rate_rank",
                                  "value_rank",
                                  "gate_rank",
                                  "order",
                                  "muon",
                                  "muon_learning_rate",
                                  "muon_weight_decay",
                                  "muon_momentum",
                                  "muon_momentum_warmup",
                                  "batch_growth",
                                  "weight_decay_schedule",
                                  "average_last",
                                  "learning_rate_decay",
                                  "sparse_blocks",
                                  "chunk",
                                  "chunks",
                                  "sparse_start",
                                  "train_part",
                                  "unmarked_weight",
                                  "long_ce_window"}) {
            QVERIFY2(record.contains(later), later);
            record.remove(later);
        }
        record["enhancement"] = R"({"variant":"adaptive","shift":"mlp","gate":"learned","layernorm":true})";
        record["learning_rate"] = 0.0010000000474974513; // a float32 as it was written then
        const auto read = [](const QJsonObject& json) {
            return trainingSettingsFromJson(QJsonDocument(json).toJson().toStdString());
        };
        const auto old = read(record);
        QVERIFY2(old.has_value(), old ? "" : old.error().message.c_str());
        QCOMPARE(old->shape.model.architecture, Architecture::Rwkv6);
        QCOMPARE(describe(old->shape.model.enhancement), std::string("adaptive-mlp"));
        QCOMPARE(old->learningRate, 1e-3f);
        QVERIFY(old->order == TextOrder::Segments && old->batchGrowth.empty() && !old->muon.isUsed);
        QVERIFY(old->decay == LearningRateDecay::Cosine && old->averageLast == 0);
        QVERIFY(old->weightDecaySchedule == WeightDecaySchedule::Constant);
        QCOMPARE(old->logPath(), std::filesystem::path(now.output.string() + ".csv"));
        record["decay"] = "linear"; // its old name
        QVERIFY(read(record)->decay == LearningRateDecay::Linear);
        record.remove("tokens");
        const auto cut = read(record);
        QVERIFY(!cut.has_value());
        QCOMPARE(cut.error().code, ErrorCode::FileDamaged);
        QVERIFY(cut.error().message.find("tokens is missing") != std::string::npos);
        QVERIFY(!trainingSettingsFromJson("{}").has_value());
        QVERIFY(!trainingSettingsFromJson("nothing").has_value());
    }

    void shortestNumbersAreWritten() {
        const QByteArray recipe = QByteArray::fromStdString(toRecipe({}));
        QVERIFY2(recipe.contains(R"("learning_rate": 0.001,)") && recipe.contains(R"("beta2": 0.99,)"),
                 recipe.constData());
    }

private:
    // Nothing is at its default.
    TrainingSettings unusual() const {
        TrainingSettings s = m_folder.small("model.safetensors");
        s.vocabulary = "vocabulary.model";
        s.init = "first.safetensors";
        s.firstStep = 3;
        s.log = "elsewhere.csv";
        s.shape.model.architecture = Architecture::Rwkv7;
        s.shape.model.feedForward = 96;
        s.shape.rateRank = s.shape.valueRank = s.shape.gateRank = 8;
        s.shape.model.sparse.blocks = 2;
        s.shape.model.sparse.chunk = 64;
        s.shape.model.sparse.chunks = 5;
        s.sparseStart = SparseStart::Copied;
        s.trainedPart = TrainedPart::SparseBlocks;
        s.unmarkedWeight = 0.125f;
        s.longCeWindow = 10;
        s.shape.model.enhancement.variant = EnhancementConfig::Variant::ConvRouting;
        s.shape.model.enhancement.rank = 5;
        useScales(s.shape.model.enhancement);
        s.shape.model.enhancement.decays[1] = 0.91f; // no name means these
        s.batchGrowth = {{0.25, 2}, {1.0 / 3, 3}};
        s.order = TextOrder::Documents;
        s.threads = 2;
        s.seed = 12345678901234567890u;
        s.decay = LearningRateDecay::Linear;
        s.optimiser.weightDecay = 0.25f;
        s.weightDecaySchedule = WeightDecaySchedule::Linear;
        s.optimiser.epsilon = 1e-12f;
        s.useMuon(true);
        s.muon.weightDecay = 0.4f;
        s.muon.firstMomentum = 0.8f;
        s.logitPull = 2e-4f;
        s.averageLast = 0.2;
        s.validateEvery = 7;
        s.checkpointSeconds = 11;
        return s;
    }

    fixture::TextFolder m_folder;
};

QTEST_GUILESS_MAIN(SettingsJsonTest)
#include "settings_json_test.moc"
