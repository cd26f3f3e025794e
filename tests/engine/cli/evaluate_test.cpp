// evaluate_test.cpp: what evaluate says of continuations, times, gates and several models, and of files
// that are not what they should be. Its figures for a text are in measuring_commands_test.cpp.
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using support::runCommand;

class EvaluateTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    [[nodiscard]] QString path(const QString& name) const { return m_folder.filePath(name); }
    [[nodiscard]] QString write(const QString& name, const QByteArray& content) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(name));
        return path(name);
    }
    [[nodiscard]] QByteArray read(const QString& name) const {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    [[nodiscard]] support::CommandResult evaluate(const QStringList& arguments) const {
        return runCommand(QStringList{"evaluate", "--bootstrap-samples", "50"} + arguments, m_folder.path());
    }
    // Continues the prompts, briefly.
    [[nodiscard]] QStringList prompts() const {
        return {"--prompts",
                path("prompts.jsonl"),
                "--continuation-tokens",
                "12",
                "--time-prompts",
                "2",
                "--time-tokens",
                "5"};
    }
    static bool isEstimate(const QJsonValue& value) {
        const QJsonObject estimate = value.toObject();
        return estimate["low"].isDouble() && estimate["low"].toDouble() <= estimate["value"].toDouble() &&
               estimate["value"].toDouble() <= estimate["high"].toDouble();
    }

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        qunsetenv("INKGATE_CORPUS");
        QVERIFY(support::writeTinyModels(m_folder.path()));
        (void)write("text.txt",
                    QByteArray("It was a dark night. Alice met Bob; \"Well,\" said Alice.\n\n").repeated(6));
        (void)write("prompts.jsonl",
                    R"({"id": "one", "prompt": "It was a dark", "reference": " night, and it rained."}
{"id": 2, "prompt": "The end", "reference": " came soon.", "book": "b"}

{"prompt": "Once", "reference": "upon a time\n\nthere was a king."}
)");
    }

    void promptsAreContinuedAndScored() {
        const auto result = evaluate(prompts() + QStringList{"--model", "tiny", "--json"});
        QVERIFY2(result.status == 0, result.err.constData());
        const QJsonObject json = result.json(), sampled = json["sampled"].toObject();
        for (const char* key : {"bleu", "rouge1", "rougeL", "self_bleu"}) {
            QVERIFY2(isEstimate(json[key]), key);
            QVERIFY2(isEstimate(sampled[key]), key);
        }
        QVERIFY(isEstimate(json["forward_seconds"]) && isEstimate(json["generation_seconds"]));
        QVERIFY(json["forward_seconds"]["value"].toDouble() > 0);
        QCOMPARE(json["generated_tokens"].toInt(), 5);
        QCOMPARE(json["timed_prompts"].toInt(), 2);
        QCOMPARE(json["texts"].toInt(), 3);
        QCOMPARE(json["continuation_tokens"].toInt(), 12);
        QVERIFY(!json.contains("bits_per_byte") && !json.contains("gates")); // nobody asked
    }

    void aLimitTakesTheFirstPrompts() {
        const auto result = evaluate({"--model", "tiny", "--prompts", path("prompts.jsonl"),
                                      "--limit-prompts", "1", "--time-prompts", "0", "--continuation-tokens",
                                      "3", "--continuations-out", path("made.jsonl"), "--json"});
        QVERIFY2(result.status == 0, result.err.constData());
        QCOMPARE(result.json()["texts"].toInt(), 1);
        QVERIFY(!result.json().contains("forward_seconds"));
        QCOMPARE(read("made.jsonl").count('\n'), 2);
    }

    void theSameSeedWritesTheSame() {
        QList<QByteArray> written;
        for (const char* seed : {"5", "5", "6"}) {
            const auto result = evaluate(prompts() + QStringList{"--model", "tiny", "--seed", seed,
                                                                 "--continuations-out", path("made.jsonl")});
            QVERIFY2(result.status == 0, result.err.constData());
            written << read("made.jsonl");
        }
        QCOMPARE(written[0], written[1]);
        QVERIFY(written[0] != written[2]);
        QCOMPARE(written[0].count('\n'), 6); // greedy and sampled
        // The greedy continuation is the one that generate writes.
        const auto generated =
            runCommand({"generate", "--model", "tiny", "--prompt", "It was a dark", "--max-tokens", "12",
                        "--temperature", "0", "--ignore-document-end", "--json"},
                       m_folder.path());
        const QJsonObject first = QJsonDocument::fromJson(written[0].split('\n').first()).object();
        QCOMPARE(first["decoding"].toString(), "greedy");
        QCOMPARE(first["id"].toString(), "one");
        QCOMPARE(first["continuation"].toString(), generated.json()["text"].toString());
    }

    void continuationsMadeBeforeScoreTheSame() {
        const auto made = evaluate(
            prompts() + QStringList{"--model", "tiny", "--json", "--continuations-out", path("made.jsonl")});
        QVERIFY2(made.status == 0, made.err.constData());
        const auto scored = evaluate({"--continuations", path("made.jsonl"), "--json"});
        QVERIFY2(scored.status == 0, scored.err.constData());
        const QJsonArray groups = scored.json()["groups"].toArray();
        QCOMPARE(groups.size(), 2);
        QCOMPARE(groups[0]["decoding"].toString(), "greedy");
        for (const QLatin1String key :
             {QLatin1String("bleu"), QLatin1String("rouge1"), QLatin1String("rougeL"),
              QLatin1String("self_bleu"), QLatin1String("repeated_4grams")}) {
            QCOMPARE(groups[0][key], made.json()[key]);
            QCOMPARE(groups[1][key], made.json()["sampled"][key]);
        }
        const auto table = evaluate({"--continuations", path("made.jsonl")});
        QVERIFY2(table.out.contains("tiny, greedy") && table.out.contains("ROUGE-L"), table.out.constData());
    }

    // Of sacrebleu 2.6.0 and rouge-score 0.1.2; tests/evidence/check_metrics.py has many more.
    void knownPairsHaveTheirKnownScores() {
        const QString file =
            write("pairs.jsonl", R"({"continuation": "The quick brown fox jumps over the lazy dog.",)"
                                 R"( "reference": "The quick brown fox jumped over the lazy dogs!"})");
        const QJsonObject json = evaluate({"--continuations", file, "--json"}).json();
        QVERIFY(qAbs(json["bleu"]["value"].toDouble() - 37.99178428257963) < 1e-9);
        QVERIFY(qAbs(json["rougeL"]["value"].toDouble() - 0.7777777777777778) < 1e-9);
        QVERIFY(json["self_bleu"].isNull());
    }

    void modelsStandSideBySide() {
        const QStringList models{"--models", "tiny,tiny+gated", "--text", path("text.txt")};
        const auto result = evaluate(models + prompts() + QStringList{"--json", "--gates"});
        QVERIFY2(result.status == 0, result.err.constData());
        const QJsonArray both = result.json()["models"].toArray();
        QCOMPARE(both.size(), 2);
        QCOMPARE(both[0]["forward_ratio"]["value"].toDouble(), 1.0);
        QVERIFY(isEstimate(both[1]["forward_ratio"]) && isEstimate(both[1]["generation_ratio"]));
        QCOMPARE(both[0]["label"].toString(), "tiny");
        QCOMPARE(both[1]["label"].toString(), "tiny+gated");
        QCOMPARE(both[0]["enhancement"].toString(), "none");
        QCOMPARE(both[1]["enhancement"].toString(), "adaptive");
        QVERIFY(!both[0].toObject().contains("gates") && both[1].toObject().contains("gates"));
        for (const bool isGated : {false, true}) {
            const auto alone = evaluate({"--model", "tiny", "--gate", isGated ? "gated" : "none", "--json",
                                         "--text", path("text.txt")});
            QCOMPARE(both[isGated ? 1 : 0]["bits_per_byte"], alone.json()["bits_per_byte"]);
        }
        const auto table = evaluate(models + prompts());
        QVERIFY(table.out.contains("tiny+gated") && table.out.contains("paper: enhanced"));
        QVERIFY(table.out.contains("0.4726") && table.out.contains("5 tokens generated, s"));
        const QString base = QString::fromStdString(support::tinyBase(m_folder.path()).string()),
                      gate = QString::fromStdString(support::tinyGate(m_folder.path()).string());
        const auto files = evaluate({"--models", base + "+" + gate, "--json", "--text", path("text.txt")});
        QCOMPARE(files.json()["models"][0]["bits_per_byte"], both[1]["bits_per_byte"]);
    }

    void aFileWithAPlusIsAFile() {
        const QString copy = path("one+two.safetensors");
        QVERIFY(QFile::copy(QString::fromStdString(support::tinyBase(m_folder.path()).string()), copy));
        const auto alone = evaluate({"--models", copy, "--json", "--text", path("text.txt")});
        QVERIFY2(alone.status == 0, alone.err.constData());
        QCOMPARE(alone.json()["models"][0]["enhancement"].toString(), "none");
        const auto gated = evaluate(
            {"--models", copy + "+" + QString::fromStdString(support::tinyGate(m_folder.path()).string()),
             "--json", "--text", path("text.txt")});
        QVERIFY2(gated.status == 0, gated.err.constData());
        QCOMPARE(gated.json()["models"][0]["enhancement"].toString(), "adaptive");
    }

    void gatesComeAsJsonCsvAndPage() {
        const auto result =
            evaluate({"--model", "tiny", "--gate", "gated", "--text", path("text.txt"), "--gates-csv",
                      path("gates.csv"), "--html", path("page.html"), "--json"});
        QVERIFY2(result.status == 0, result.err.constData());
        const QJsonObject gates = result.json()["gates"].toObject(), classes = gates["classes"].toObject();
        QCOMPARE(gates["layers"].toInt(), 2);
        QCOMPARE(classes.size(), 9);
        int tokens = 0;
        for (const QJsonValue& tokenClass : classes)
            tokens += tokenClass["tokens"].toInt();
        QCOMPARE(tokens, result.json()["tokens"].toInt());
        QVERIFY(isEstimate(classes["sentence_end"]["layers"][1]));
        QCOMPARE(classes["entity_first_mention"]["tokens"].toInt(), 2); // Bob, and Alice behind "said"

        const QList<QByteArray> lines = read("gates.csv").trimmed().split('\n');
        QCOMPARE(lines.first(), "model,class,layer,tokens,mean,low,high");
        QVERIFY(lines.size() > 15 && (lines.size() - 1) % 3 == 0); // each class: two layers and all
        for (const QByteArray& line : lines)
            QCOMPARE(line.count(','), 6);
        const QList<QByteArray> all = lines.last().split(',');
        QCOMPARE(all.mid(0, 3), (QList<QByteArray>{"tiny+gated", "all", "all"}));
        QVERIFY(qAbs(all[4].toDouble() - gates["all"]["all_layers"]["value"].toDouble()) < 1e-8);
    }

    // Well-formed, and nothing in it is fetched from elsewhere.
    void thePageStandsAlone() {
        const auto result = evaluate(
            {"--models", "tiny,tiny+gated", "--text", path("text.txt"), "--html", path("page.html")});
        QVERIFY2(result.status == 0, result.err.constData());
        const QByteArray page = read("page.html");
        QVERIFY(page.startsWith("<!DOCTYPE html>") && page.contains("prefers-color-scheme: dark"));
        QVERIFY(page.contains("tiny+gated") && page.contains("sentence end"));
        QVERIFY(page.count("<svg") >= 6);
        for (const char* outside : {"<script", "<link", "src=", "url(", "@import", "http"})
            QVERIFY2(!page.contains(outside), outside);
        // But for the head, whose elements do not end, the page is XML.
        QXmlStreamReader body(page.mid(page.indexOf("<body>")).chopped(QByteArray("</html>\n").size()));
        while (!body.atEnd())
            body.readNext();
        QVERIFY2(!body.hasError(),
                 qPrintable(body.errorString() + QString(" at line %1").arg(body.lineNumber())));
    }

    void badFilesAreOneSentence_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("says");
        const QByteArray good = R"({"prompt": "a", "reference": "b"})"
                                "\n";
        QTest::newRow("empty") << QByteArray() << QByteArray("there is nothing in this file");
        QTest::newRow("only empty lines")
            << QByteArray("\n \n") << QByteArray("there is nothing in this file");
        QTest::newRow("no JSON") << QByteArray(good + "{\"prompt\": \n")
                                 << QByteArray("line 2: this is not a JSON object");
        QTest::newRow("no object") << QByteArray("[1]\n") << QByteArray("line 1: this is not a JSON object");
        QTest::newRow("no reference") << QByteArray(good + "\n{\"prompt\": \"a\"}\n")
                                      << QByteArray("line 3: there is no \"reference\"");
        QTest::newRow("no prompt") << QByteArray(R"({"reference": "a"})")
                                   << QByteArray("line 1: there is no \"prompt\"");
        QTest::newRow("no text") << QByteArray(R"({"prompt": 1, "reference": "a"})")
                                 << QByteArray("line 1: \"prompt\" is not a text");
        QTest::newRow("not UTF-8") << QByteArray(good + "{\"prompt\": \"\xFF\", \"reference\": \"b\"}\n")
                                   << QByteArray("bad.jsonl");
    }
    void badFilesAreOneSentence() {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, says);
        const auto result = evaluate({"--model", "tiny", "--prompts", write("bad.jsonl", content)});
        QVERIFY2(result.isOneLineFailure() && result.err.contains("bad.jsonl") && result.err.contains(says),
                 result.err.constData());
    }

    void whatCannotBeMeasuredIsToldFirst_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("says");
        const QStringList text{"--text", path("text.txt")};
        QTest::newRow("nothing to measure on")
            << QStringList{"--model", "tiny"} << QByteArray("--prompts FILE");
        QTest::newRow("no such prompts")
            << QStringList{"--model", "tiny", "--prompts", path("absent")} << QByteArray("absent");
        QTest::newRow("no such continuations")
            << QStringList{"--continuations", path("absent")} << QByteArray("absent");
        QTest::newRow("continuations without one") << QStringList{"--continuations", path("prompts.jsonl")}
                                                   << QByteArray("line 1: there is no \"continuation\"");
        QTest::newRow("second model missing")
            << text + QStringList{"--models", "tiny,huge"} << QByteArray("huge");
        QTest::newRow("a gate that is a text")
            << text + QStringList{"--models", "tiny,tiny+" + path("text.txt")} << QByteArray("text.txt");
        QTest::newRow("gate missing") << text + QStringList{"--models", "tiny+iron"} << QByteArray("iron");
        QTest::newRow("gates of a base")
            << text + QStringList{"--model", "tiny", "--gates"} << QByteArray("MODEL+GATE");
        QTest::newRow("gates of bases")
            << text + QStringList{"--models", "tiny,tiny", "--gates-csv", path("x.csv")}
            << QByteArray("MODEL+GATE");
        QTest::newRow("gates without a text")
            << prompts() + QStringList{"--model", "tiny", "--gate", "gated", "--gates"}
            << QByteArray("--text FILE");
        QTest::newRow("page in no folder")
            << text + QStringList{"--model", "tiny", "--html", path("absent/page.html")}
            << QByteArray("absent");
    }
    void whatCannotBeMeasuredIsToldFirst() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, says);
        const auto result = evaluate(arguments);
        QVERIFY2(result.isOneLineFailure() && result.err.contains(says), result.err.constData());
    }

    void wrongUsageIsTold_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no models") << QStringList{"--models", ""};
        QTest::newRow("nothing between commas") << QStringList{"--models", "tiny,,tiny"};
        QTest::newRow("no gate behind the plus") << QStringList{"--models", "tiny+", "--text", "a"};
        QTest::newRow("no model before the plus") << QStringList{"--models", "+gated", "--text", "a"};
        QTest::newRow("both ways to name models")
            << QStringList{"--models", "tiny", "--model", "tiny", "--text", "a"};
        QTest::newRow("no tokens") << prompts() + QStringList{"--continuation-tokens", "0"};
        QTest::newRow("sampler out of range") << prompts() + QStringList{"--top-p", "3"};
        QTest::newRow("continuations and prompts") << prompts() + QStringList{"--continuations", "a"};
        QTest::newRow("continuations of no prompts")
            << QStringList{"--text", path("text.txt"), "--continuations-out", path("x.jsonl")};
    }
    void wrongUsageIsTold() {
        QFETCH(QStringList, arguments);
        const auto result = evaluate(arguments);
        QVERIFY2(result.status == 2 && result.out.isEmpty() && result.err.count('\n') == 1,
                 result.err.constData());
    }

    // It says where the corpus is, not that it is to be read beside some prompts.
    void theCorpusOfTheEnvironmentIsReadIfNothingElseIsGiven() {
        (void)write("test.txt", "One. Two.\n");
        qputenv("INKGATE_CORPUS", m_folder.path().toUtf8());
        const auto corpus = evaluate({"--model", "tiny", "--json"});
        const auto prompted = evaluate(prompts() + QStringList{"--model", "tiny", "--json"});
        qunsetenv("INKGATE_CORPUS");
        QCOMPARE(corpus.json()["bytes"].toInt(), 10);
        QVERIFY(prompted.json().contains("bleu") && !prompted.json().contains("bytes"));
    }
};

QTEST_GUILESS_MAIN(EvaluateTest)
#include "evaluate_test.moc"
