// trace_option_test.cpp: the gates and the chosen chunks in the file are those of the forward pass, token for
// token.
#include "engine/core/thread_pool.h"
#include "engine/model/gate_layout.h"
#include "engine/runtime/session.h"
#include "engine/trace/chunk_recorder.h"
#include "engine/trace/chunk_store.h"
#include "engine/trace/gate_packing.h"
#include "engine/trace/gate_recorder.h"
#include "engine/trace/gate_store.h"
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace engine;

namespace {

// Keeps the float gates as they come: [layer][token, width].
class KeepingSink final : public GateSink {
public:
    explicit KeepingSink(int layers)
        : gatesOf(static_cast<std::size_t>(layers)) {}
    void gates(int layer, std::span<const float> values) override {
        auto& kept = gatesOf[static_cast<std::size_t>(layer)];
        kept.insert(kept.end(), values.begin(), values.end());
    }
    std::vector<std::vector<float>> gatesOf;
};

} // namespace

class TraceOptionTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString trace() const { return m_folder.filePath("trace.sqlite"); }

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        QVERIFY(support::writeTinyModels(m_folder.path()));
        QVERIFY(support::writeTinySourceGates(m_folder.path()));
        QVERIFY(support::writeTinyHybrid(m_folder.path()));
    }

    void theFileHoldsWhatTheModelUsed_data() {
        QTest::addColumn<QString>("gate");
        QTest::addColumn<QString>("prompt");
        QTest::newRow("a word") << "gated"
                                << "Once upon";
        QTest::newRow("ends in a space") << "gated"
                                         << "Once upon a ";
        const QString night = QString("It was a dark and stormy night. ").repeated(12);
        QTest::newRow("longer than a block") << "gated" << night;
        QTest::newRow("a gate for every source") << "sources" << night;
    }
    void theFileHoldsWhatTheModelUsed() {
        QFETCH(QString, gate);
        QFETCH(QString, prompt);
        QFile::remove(trace());
        const auto result = support::runCommand({"generate", "--model", "tiny", "--gate", gate, "--prompt",
                                                 prompt, "--seed", "4", "--max-tokens", "90",
                                                 "--ignore-document-end", "--trace", trace(), "--json"},
                                                m_folder.path());
        QVERIFY2(result.status == 0, result.err.constData());
        const QJsonArray ids = result.json()["token_ids"].toArray();
        QCOMPARE(ids.size(), 90);

        auto database = openGateTrace(trace().toStdString(), Database::Mode::ReadOnly);
        QVERIFY(database);
        GateStoreReader reader(*database);
        const std::int64_t run = result.json()["trace_run"].toInteger();
        const auto about = reader.run(run);
        QVERIFY(about);
        const auto model =
            Model::load(support::tinyBase(m_folder.path()), support::tinyGate(m_folder.path(), gate), {});
        QVERIFY(model);
        const GateLayout layout = gateLayout((*model)->config());
        QCOMPARE(layout.rows(), gate == "gated" ? 2 : 6);
        QCOMPARE(about->layers, layout.rows());
        QCOMPARE(about->width, gate == "gated" ? 64 : 8);
        QCOMPARE(about->enhancement, toJson((*model)->config().enhancement));
        QCOMPARE(about->model, std::string("tiny"));
        const auto tokens = reader.tokens(run, 0, 10000);
        QVERIFY(tokens);

        // The generated tokens stand at the end, in order, and everything before is prompt.
        const std::size_t prompts = tokens->size() - 90;
        std::vector<int> sequence;
        for (std::size_t i = 0; i < tokens->size(); ++i) {
            const TraceToken& token = (*tokens)[i];
            QCOMPARE(token.position, static_cast<std::int64_t>(i));
            QCOMPARE(token.origin, i < prompts ? TraceToken::Origin::Prompt : TraceToken::Origin::Generated);
            QCOMPARE(token.probability.has_value(), i >= prompts);
            if (i >= prompts)
                QCOMPARE(token.token, ids[static_cast<qsizetype>(i - prompts)].toInt());
            sequence.push_back(token.token);
        }

        // Read the same tokens again, without the program, and keep the gates as they are.
        Session session(*model, std::make_shared<ThreadPool>(1));
        State state((*model)->config());
        KeepingSink sink(2);
        sequence.pop_back(); // the last one was drawn, never read
        QVERIFY(session.prefill(state, sequence, {}, &sink));

        const auto summaries = reader.summaries(run, 0, 10000);
        QVERIFY(summaries);
        QCOMPARE(summaries->positions.size(), sequence.size());
        float least = 1, most = 0;
        const auto width = static_cast<std::size_t>(layout.rowWidth);
        const auto ofLayer = static_cast<std::size_t>(layout.rowsPerLayer);
        for (std::size_t row = 0; row < static_cast<std::size_t>(layout.rows()); ++row) {
            const auto channels = reader.channels(run, static_cast<int>(row), 0, 10000);
            QVERIFY(channels);
            QCOMPARE(channels->positions, summaries->positions);
            for (std::size_t i = 0; i < sequence.size(); ++i) {
                QCOMPARE(summaries->positions[i], static_cast<std::int64_t>(i));
                const auto gates = std::span<const float>(sink.gatesOf[row / ofLayer])
                                       .subspan((i * ofLayer + row % ofLayer) * width, width);
                double mean = 0;
                for (std::size_t channel = 0; channel < width; ++channel) {
                    // Half a code, and what prefill and decode may differ by.
                    QVERIFY(std::abs(static_cast<float>(channels->codes[i * width + channel]) / 255.0f -
                                     gates[channel]) < 0.5f / 255.0f + 1e-4f);
                    mean += static_cast<double>(gates[channel]) / static_cast<double>(width);
                    least = std::min(least, gates[channel]);
                    most = std::max(most, gates[channel]);
                }
                const auto index = i * static_cast<std::size_t>(layout.rows()) + row;
                QVERIFY(std::abs(static_cast<double>(unpackSummary(summaries->summaries, index).mean) -
                                 mean) < 1e-4);
            }
        }
        QVERIFY2(most - least > 0.01f,
                 "the gates of this model do not move, so the test would not see an error");
    }

    void theFileHoldsWhereTheModelLookedBack() {
        QFile::remove(trace());
        const QString night = QString("It was a dark and stormy night. ").repeated(5);
        const auto result =
            support::runCommand({"generate", "--model", "hybrid", "--prompt", night, "--seed", "4",
                                 "--max-tokens", "60", "--ignore-document-end", "--trace", trace(), "--json"},
                                m_folder.path());
        QVERIFY2(result.status == 0, result.err.constData());
        auto database = openGateTrace(trace().toStdString(), Database::Mode::ReadOnly);
        QVERIFY(database);
        const std::int64_t run = result.json()["trace_run"].toInteger();
        const auto about = readChunkRun(*database, run);
        QVERIFY(about && *about);
        QCOMPARE(**about, (ChunkRun{16, 3, 2, 2}));
        GateStoreReader reader(*database);
        QCOMPARE(reader.run(run)->enhancement, std::string(R"({"variant":"none"})"));
        QVERIFY(reader.summaries(run, 0, 10000)->positions.empty()); // it has no gates
        std::vector<int> sequence;
        const auto tokens = reader.tokens(run, 0, 10000);
        QVERIFY(tokens);
        for (const TraceToken& token : *tokens)
            sequence.push_back(token.token);
        sequence.pop_back(); // the last one was drawn, never read
        const auto stored = readChunkChoices(*database, run);
        QVERIFY2(stored, stored ? "" : stored.error().message.c_str());
        QCOMPARE(stored->positions.size(), sequence.size());

        // Read the same tokens again, without the program.
        const auto model = Model::load(support::tinyHybrid(m_folder.path()), {});
        QVERIFY(model);
        Session session(*model, std::make_shared<ThreadPool>(1));
        State state((*model)->config());
        std::vector<std::vector<BlockChoices>> expected;
        ChunkRecorder recorder(2, [&](ChunkFrames&& frames) {
            for (const auto& token : frames.tokens)
                expected.push_back(*unpackChoices(token));
        });
        QVERIFY(session.prefill(state, sequence, {}, &recorder));
        std::size_t chosen = 0;
        for (std::size_t i = 0; i < sequence.size(); ++i) {
            QCOMPARE(stored->positions[i], static_cast<std::int64_t>(i));
            QVERIFY(stored->tokens[i] == expected[i]);
            for (const BlockChoices& block : expected[i])
                chosen += block.size();
        }
        QVERIFY(chosen > sequence.size());
        // A run of another model in the same file has none.
        const auto gated =
            support::runCommand({"generate", "--model", "tiny", "--gate", "gated", "--prompt", night,
                                 "--seed", "4", "--max-tokens", "5", "--trace", trace(), "--json"},
                                m_folder.path());
        QVERIFY2(gated.status == 0, gated.err.constData());
        const auto other = readChunkRun(*database, gated.json()["trace_run"].toInteger());
        QVERIFY(other && !*other);
    }

    void damagedChoicesAreRefused() {
        auto database = Database::open(trace().toStdString(), Database::Mode::ReadWrite);
        QVERIFY(database);
        QVERIFY(database->execute("UPDATE chunk_choices SET blocks = x'0503' WHERE position = 70"));
        const auto stored = readChunkChoices(*database, 1);
        QVERIFY(!stored);
        QCOMPARE(stored.error().code, ErrorCode::FileDamaged);
        QVERIFY(stored.error().message.find("token 70") != std::string::npos);
    }

    void aModelWithNeitherIsToldSo() {
        const auto result = support::runCommand(
            {"generate", "--model", "tiny", "--prompt", "Once", "--max-tokens", "5", "--trace", trace()},
            m_folder.path());
        QVERIFY(result.status != 0);
        QVERIFY2(result.err.contains("no gates to trace"), result.err.constData());
    }

    void inspectSaysWhereTheSparseBlocksAre() {
        const QString file = QString::fromStdString(support::tinyHybrid(m_folder.path()).string());
        const auto json = support::runCommand({"inspect", file, "--json"}, m_folder.path());
        QVERIFY2(json.status == 0, json.err.constData());
        QCOMPARE(json.json()["architecture"].toString(), QString("rwkv-x"));
        const QJsonObject sparse = json.json()["sparse_attention"].toObject();
        QCOMPARE(sparse["blocks"].toInt(), 2);
        QCOMPARE(sparse["behind_layers"].toArray(), (QJsonArray{1, 3}));
        QCOMPARE(sparse["chunk"].toInt(), 16);
        QCOMPARE(sparse["chunks"].toInt(), 3);
        const auto text = support::runCommand({"inspect", file}, m_folder.path());
        QVERIFY2(text.out.contains("sparse blocks  2, behind layers 1, 3 (from 0)"), text.out.constData());
        QVERIFY(text.out.contains("of 16 tokens; a token reads 3, its own included"));
        // Other models have none.
        const QString plain = QString::fromStdString(support::tinyBase(m_folder.path()).string());
        QVERIFY(support::runCommand({"inspect", plain, "--json"}, m_folder.path())
                    .json()["sparse_attention"]
                    .isNull());
    }

    void recordingDoesNotChangeTheText() {
        const QStringList arguments{"generate", "--model", "tiny", "--gate",       "gated", "--prompt",
                                    "Once",     "--seed",  "4",    "--max-tokens", "50"};
        const auto plain = support::runCommand(arguments, m_folder.path());
        const auto traced = support::runCommand(arguments + QStringList{"--trace", trace()}, m_folder.path());
        QCOMPARE(plain.status, 0);
        QCOMPARE(traced.out, plain.out);
    }
};

QTEST_GUILESS_MAIN(TraceOptionTest)
#include "trace_option_test.moc"
