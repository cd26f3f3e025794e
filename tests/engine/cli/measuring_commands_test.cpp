// measuring_commands_test.cpp: bench, evaluate and train-tokenizer report what they should, and what they
// report is right.
#include "engine/core/thread_pool.h"
#include "engine/evaluation/perplexity.h"
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <zstd.h>

using namespace engine;
using support::runCommand;

class MeasuringCommandsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    const QByteArray m_text =
        QByteArray("It was a dark and stormy night; the rain fell in torrents.\n").repeated(12) +
        "\f\nThe end.\n";

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        QVERIFY(support::writeTinyModels(m_folder.path()));
        QFile plain(m_folder.filePath("text.txt")), packed(m_folder.filePath("text.txt.zst"));
        QVERIFY(plain.open(QIODevice::WriteOnly) && plain.write(m_text) == m_text.size());
        QByteArray bytes(1 << 16, '\0');
        bytes.truncate(static_cast<qsizetype>(
            ZSTD_compress(bytes.data(), static_cast<std::size_t>(bytes.size()), m_text.constData(),
                          static_cast<std::size_t>(m_text.size()), 19)));
        QVERIFY(packed.open(QIODevice::WriteOnly) && packed.write(bytes) == bytes.size());
    }

    void evaluateReportsTheEnginesFigures_data() {
        QTest::addColumn<QString>("gate");
        QTest::newRow("base") << "none";
        QTest::newRow("gated") << "gated";
    }
    void evaluateReportsTheEnginesFigures() {
        QFETCH(QString, gate);
        const auto result = runCommand({"evaluate", "--model", "tiny", "--gate", gate, "--text",
                                        m_folder.filePath("text.txt"), "--json"},
                                       m_folder.path());
        QVERIFY2(result.status == 0, result.err.constData());
        const auto model = gate == "none" ? Model::load(support::tinyBase(m_folder.path()), {})
                                          : Model::load(support::tinyBase(m_folder.path()),
                                                        support::tinyGate(m_folder.path()), {});
        QVERIFY(model);
        auto pool = std::make_shared<ThreadPool>();
        Session session(*model, pool);
        const auto tokenizer = makeByteTokenizer();
        const auto report = measurePerplexity(session, *tokenizer, *pool, m_text.toStdString());
        QVERIFY(report);
        const QJsonObject json = result.json();
        QCOMPARE(json["bits_per_byte"].toDouble(), report->bitsPerByte);
        QCOMPARE(json["perplexity"].toDouble(), report->perplexity);
        QCOMPARE(json["tokens"].toInteger(), report->tokens);
        QCOMPARE(json["bytes"].toInteger(), m_text.size() - 2);
        const auto packed = runCommand({"evaluate", "--model", "tiny", "--gate", gate, "--text",
                                        m_folder.filePath("text.txt.zst"), "--json"},
                                       m_folder.path());
        QCOMPARE(packed.json()["bits_per_byte"].toDouble(), report->bitsPerByte);
    }

    // The window and every command read a text alike: by what it says, not by how it is stored.
    void howATextIsStoredDoesNotCount_data() {
        QTest::addColumn<QByteArray>("stored");
        const QByteArray text("Caf\xC3\xA9 au lait, na\xC3\xAFve and cold.\nThe end came.\n");
        QTest::newRow("as it is") << text;
        QTest::newRow("mark") << "\xEF\xBB\xBF" + text;
        QTest::newRow("carriage returns") << QByteArray(text).replace("\n", "\r\n");
        QTest::newRow("both") << "\xEF\xBB\xBF" + QByteArray(text).replace("\n", "\r\n");
        QTest::newRow("windows-1252") << QString::fromUtf8(text).toLatin1();
    }
    void howATextIsStoredDoesNotCount() {
        QFETCH(QByteArray, stored);
        QFile file(m_folder.filePath("stored.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(stored) == stored.size() && file.flush());
        const QStringList evaluate{"evaluate", "--model", "tiny", "--json", "--text"};
        const auto result = runCommand(evaluate + QStringList{file.fileName()}, m_folder.path());
        QVERIFY2(result.status == 0, result.err.constData());
        static const QJsonObject kPlain = result.json();
        QCOMPARE(result.json()["bits_per_byte"].toDouble(), kPlain["bits_per_byte"].toDouble());
        QCOMPARE(result.json()["bytes"].toInt(), kPlain["bytes"].toInt());
        QCOMPARE(result.err.contains("Windows-1252") || result.err.contains("WINDOWS-1252"),
                 QByteArray(QTest::currentDataTag()) == "windows-1252");
        const auto tokens =
            runCommand({"tokenize", "--model", "tiny", "--file", file.fileName()}, m_folder.path());
        static const QByteArray kTokens = tokens.out;
        QCOMPARE(tokens.out, kTokens);
        for (const char* input : {"-", "/dev/stdin"}) {
            const auto piped = runCommand(evaluate + QStringList{input}, m_folder.path(), stored);
            QCOMPARE(piped.json()["bits_per_byte"].toDouble(), kPlain["bits_per_byte"].toDouble());
        }
    }

    void aDamagedTextIsRefusedEverywhere() {
        QFile file(m_folder.filePath("damaged.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("One.\nOnce \xFF upon a time\n") == 24 &&
                file.flush());
        for (const QStringList& command :
             {QStringList{"evaluate", "--model", "tiny", "--text"},
              QStringList{"tokenize", "--model", "tiny", "--file"},
              QStringList{"generate", "--model", "tiny", "--prompt-file"},
              QStringList{"compare", "--model", "tiny", "--gate", "gated", "--prompt-file"},
              QStringList{"logits", "--model", "tiny", "--out", m_folder.filePath("logits"), "--prompt-file"},
              QStringList{"train-tokenizer", "--out", m_folder.filePath("vocabulary"), "--text"}}) {
            const auto result = runCommand(command + QStringList{file.fileName()}, m_folder.path());
            QVERIFY2(result.isOneLineFailure(), (command.first().toUtf8() + ": " + result.err).constData());
            QVERIFY2(result.err.contains("damaged.txt") && result.err.contains("line 2, byte 6") &&
                         result.err.contains("offset 10"),
                     result.err.constData());
        }
    }

    void aLimitScoresTheBeginning() {
        const auto result = runCommand({"evaluate", "--model", "tiny", "--text",
                                        m_folder.filePath("text.txt"), "--limit-bytes", "100", "--json"},
                                       m_folder.path());
        QCOMPARE(result.json()["bytes"].toInt(), 100);
    }

    void evaluatePrintsATable() {
        const auto result = runCommand(
            {"evaluate", "--model", "tiny", "--text", m_folder.filePath("text.txt")}, m_folder.path());
        QCOMPARE(result.status, 0);
        QVERIFY(result.out.contains("bits per byte") && result.out.contains("perplexity"));
    }

    void benchHasItsKeys_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("random") << QStringList{"--random", "rwkv6:2x128:512", "--type", "bf16"};
        QTest::newRow("random with a gate, recorded")
            << QStringList{"--random", "rwkv7:2x64:256", "--gate", "conv-routing", "--trace"};
        QTest::newRow("random with a gate for every source, recorded")
            << QStringList{"--random", "rwkv6:2x64:256", "--gate", "source-gates", "--trace"};
        QTest::newRow("several sequences of a quantised model")
            << QStringList{"--random", "rwkv6:2x128:512", "--type", "q4", "--batch", "3"};
        QTest::newRow("a model with its gate") << QStringList{"--model", "tiny", "--gate", "gated"};
        QTest::newRow("random with sparse blocks")
            << QStringList{"--random", "rwkv-x:2+1x128:512", "--chunk-size", "16", "--cache-limit", "32"};
    }
    void benchHasItsKeys() {
        QFETCH(QStringList, arguments);
        const auto result = runCommand(
            QStringList{"bench", "--prefill", "40", "--decode", "8", "--json"} + arguments, m_folder.path());
        QVERIFY2(result.status == 0, result.err.constData());
        const QJsonObject json = result.json();
        for (const char* key : {"prefill_tokens_per_second", "decode_tokens_per_second", "bytes_per_token",
                                "bandwidth_gb_per_second", "bandwidth_share", "matrix_gflops", "matrix_share",
                                "load_seconds", "peak_rss_mb"})
            QVERIFY2(json[key].toDouble() > 0, key);
        // Shares are what they are shares of.
        const double decoded =
            json["decode_tokens_per_second"].toDouble() * json["bytes_per_token"].toDouble() / 1e9;
        QVERIFY(
            qAbs(decoded / json["bandwidth_gb_per_second"].toDouble() / json["bandwidth_share"].toDouble() -
                 1) < 1e-9);
        QCOMPARE(json.contains("trace_cost_share"), arguments.contains("--trace"));
        QCOMPARE(json.contains("batch_tokens_per_second"), arguments.contains("--batch"));
        QVERIFY(json["zero_share"].toDouble() > 0 && json["zero_share"].toDouble() < 1);
        QVERIFY(json["bytes_per_token"].toDouble() < json["dense_bytes_per_token"].toDouble());
    }

    void benchReadsAndWritesBehindLongTexts() {
        const auto result =
            runCommand({"bench", "--random", "rwkv-x:2+1x128:512", "--chunk-size", "16", "--cache-limit",
                        "64", "--prefill", "8", "--decode", "4", "--contexts", "40,200,5000", "--json"},
                       m_folder.path());
        QVERIFY2(result.status == 0, result.err.constData());
        const QJsonArray rows = result.json()["contexts"].toArray();
        QCOMPARE(rows.size(), 3);
        double seconds = 0;
        for (qsizetype i = 0; i < 3; ++i) {
            const QJsonObject row = rows[i].toObject();
            QCOMPARE(row["tokens"].toInt(), (QList<int>{40, 200, 5000})[i]);
            QVERIFY(row["prefill_seconds"].toDouble() > seconds);
            seconds = row["prefill_seconds"].toDouble();
            QVERIFY(row["decode_ms_per_token"].toDouble() > 0);
        }
        // Three chunks, then as many as the limit allows: four and the one that is being read.
        const auto megabytes = [&](qsizetype i) { return rows[i].toObject()["cache_mb"].toDouble(); };
        QVERIFY(std::abs(megabytes(1) / megabytes(0) - 5.0 / 3) < 1e-9);
        QCOMPARE(megabytes(2), megabytes(1));
    }

    void aTokenizerIsTrainedAndUsed() {
        QFile file(m_folder.filePath("corpus.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QList<QByteArray> words{"night",  "storm", "rain", "lamp",  "house",
                                      "street", "wind",  "roof", "flame", "dark"};
        for (int i = 0; i < 3000; ++i)
            file.write("The " + words[i * 7 % 10] + " and the " + words[i * 3 % 10] + " over the " +
                       words[(i / 10) % 10] + ".\n");
        file.close();
        const QString out = m_folder.filePath("new.model");
        const auto trained = runCommand(
            {"train-tokenizer", "--text", file.fileName(), "--out", out, "--vocabulary", "320", "--json"},
            m_folder.path());
        QVERIFY2(trained.status == 0, trained.err.constData());
        QVERIFY(trained.json()["vocabulary"].toInt() > 256 && trained.json()["vocabulary"].toInt() <= 320);
        const auto tokens =
            runCommand({"tokenize", "--vocab", out, "--json", "The storm over the house."}, m_folder.path())
                .json()["tokens"]
                .toArray();
        QVERIFY(!tokens.isEmpty() && tokens.size() < 25);
    }
};

QTEST_GUILESS_MAIN(MeasuringCommandsTest)
#include "measuring_commands_test.moc"
