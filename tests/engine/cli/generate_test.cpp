// generate_test.cpp: continuations are streamed, reproducible, and stop when told to; compare runs both
// models.
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using support::runCommand;

class GenerateTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    support::CommandResult generate(const QStringList& more) const {
        return runCommand(
            QStringList{"generate", "--model", "tiny", "--prompt", "Once upon", "--ignore-document-end"} +
                more,
            m_folder.path());
    }

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        QVERIFY(support::writeTinyModels(m_folder.path()));
    }

    void sameSeedSameText_data() {
        QTest::addColumn<QString>("gate");
        QTest::newRow("base") << "none";
        QTest::newRow("gated") << "gated";
    }
    void sameSeedSameText() {
        QFETCH(QString, gate);
        const auto once = generate({"--gate", gate, "--seed", "7", "--max-tokens", "60"});
        const auto again = generate({"--gate", gate, "--seed", "7", "--max-tokens", "60"});
        const auto other = generate({"--gate", gate, "--seed", "8", "--max-tokens", "60"});
        QCOMPARE(once.status, 0);
        QVERIFY(once.out.size() > 10 && once.out.endsWith('\n'));
        QCOMPARE(once.out, again.out);
        QVERIFY(once.out != other.out);
    }

    // Another one each time, and told, so that the text can be had again.
    void aRandomSeedIsTold() {
        const QStringList random{"--seed", "-1", "--max-tokens", "40"};
        const auto first = generate(random + QStringList{"--json"}).json();
        const auto second = generate(random + QStringList{"--json"}).json();
        QVERIFY(!first.isEmpty() && first["seed"] != second["seed"]);
        const auto told = generate(random);
        static const QRegularExpression kSeed("^inkgate-cli: seed ([0-9]+)\n$");
        const auto match = kSeed.match(QString::fromUtf8(told.err));
        QVERIFY2(match.hasMatch(), told.err.constData());
        QCOMPARE(generate({"--seed", match.captured(1), "--max-tokens", "40"}).out, told.out);
        // The largest seed is one of its own, and no message for one that was given.
        const auto largest = generate({"--seed", "18446744073709551615", "--max-tokens", "4"});
        QCOMPARE(largest.status, 0);
        QVERIFY(largest.err.isEmpty());
    }

    // The separator is a token like others: banned, the model does not end the story.
    void aBanIsABanAlsoOfTheSeparator() {
        const QStringList arguments{"generate", "--model", "tiny", "--prompt",     "Once", "--temperature",
                                    "2",        "--seed",  "5",    "--max-tokens", "3000", "--json"};
        const auto ends = runCommand(arguments, m_folder.path()).json();
        QCOMPARE(ends["stop_reason"].toString(), QString("document-end")); // else this shows nothing
        const auto goesOn = runCommand(arguments + QStringList{"--ban", "0"}, m_folder.path()).json();
        QCOMPARE(goesOn["stop_reason"].toString(), QString("max-tokens"));
        QVERIFY(!goesOn["token_ids"].toArray().contains(0));
    }

    void theNumberOfThreadsDoesNotMatter() {
        const QStringList arguments{"--gate", "gated", "--seed", "3", "--max-tokens", "60", "--threads"};
        QCOMPARE(generate(arguments + QStringList{"1"}).out, generate(arguments + QStringList{"2"}).out);
    }

    void jsonHasTheSameText() {
        const auto plain = generate({"--seed", "7", "--max-tokens", "30"});
        const auto result = generate({"--seed", "7", "--max-tokens", "30", "--json"});
        QCOMPARE(result.status, 0);
        const QJsonObject json = result.json();
        QByteArray text = json["text"].toString().toUtf8();
        if (!text.endsWith('\n'))
            text += '\n';
        QCOMPARE(text, plain.out);
        QCOMPARE(json["tokens"].toInt(), 30);
        QCOMPARE(json["token_ids"].toArray().size(), 30);
        QVERIFY(json["seconds"].toDouble() > 0);
        QCOMPARE(json["stop_reason"].toString(), QString("max-tokens"));
        QCOMPARE(json["enhancement"].toString(), QString("none"));
    }

    void aPromptFileIsThePrompt() {
        QFile file(m_folder.filePath("prompt.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("Once upon") > 0);
        file.close();
        const auto fromFile = runCommand({"generate", "--model", "tiny", "--prompt-file", file.fileName(),
                                          "--ignore-document-end", "--seed", "7", "--max-tokens", "30"},
                                         m_folder.path());
        QCOMPARE(fromFile.out, generate({"--seed", "7", "--max-tokens", "30"}).out);
    }

    void aStopStringEndsTheText() {
        const QString text =
            generate({"--seed", "5", "--max-tokens", "80", "--json"}).json()["text"].toString();
        // A character in the middle that did not occur before it.
        int at = 20;
        while (at < text.size() && (text.left(at).contains(text[at]) ||
                                    text[at] == QChar::ReplacementCharacter || text[at].isSurrogate()))
            ++at;
        QVERIFY2(at < text.size(), "the sample has no late new character");
        const auto stopped = generate({"--seed", "5", "--max-tokens", "80", "--json", "--stop", "never there",
                                       "--stop", QString(text[at])});
        QCOMPARE(stopped.json()["text"].toString(), text.left(at));
        QCOMPARE(stopped.json()["stop_reason"].toString(), QString("stop-string"));
    }

    void bannedTokensNeverAppear() {
        const auto ids =
            generate({"--seed", "5", "--max-tokens", "40", "--json"}).json()["token_ids"].toArray();
        const int banned = ids[0].toInt();
        const auto without =
            generate({"--seed", "5", "--max-tokens", "40", "--json", "--ban", QString::number(banned)})
                .json()["token_ids"]
                .toArray();
        QCOMPARE(without.size(), 40);
        QVERIFY(!without.contains(banned));
    }

    void controlCKeepsWhatWasPrinted() {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("INKGATE_MODELS", m_folder.path());
        process.setProcessEnvironment(environment);
        process.start(support::commandPath(), {"generate", "--model", "tiny", "--prompt", "a",
                                               "--ignore-document-end", "--max-tokens", "100000000"});
        QVERIFY(process.waitForReadyRead(60'000));
        QCOMPARE(kill(static_cast<pid_t>(process.processId()), SIGINT), 0);
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 0);
        const QByteArray out = process.readAllStandardOutput();
        QVERIFY(out.size() > 1 && out.endsWith('\n'));
    }

    void compareRunsBothFromTheSamePlace() {
        const QStringList sampler{
            "--prompt", "Once upon", "--seed", "7", "--max-tokens", "40", "--ignore-document-end", "--json"};
        const auto result = runCommand(QStringList{"compare", "--model", "tiny"} + sampler, m_folder.path());
        QCOMPARE(result.status, 0);
        const QJsonObject json = result.json();
        const QString base = json["base"].toObject()["text"].toString(),
                      gated = json["gated"].toObject()["text"].toString();
        QCOMPARE(json["gate"].toString(), QString("gated")); // chosen without being named
        QCOMPARE(base, generate({"--seed", "7", "--max-tokens", "40", "--json"}).json()["text"].toString());
        QCOMPARE(gated, generate({"--gate", "gated", "--seed", "7", "--max-tokens", "40", "--json"})
                            .json()["text"]
                            .toString());
        for (const char* side : {"base", "gated"})
            QVERIFY(json[side].toObject()["tokens_per_second"].toDouble() > 0);
        QVERIFY(base != gated);
        const QList<uint> a = base.toUcs4(), b = gated.toUcs4();
        qsizetype difference = 0;
        while (difference < std::min(a.size(), b.size()) && a[difference] == b[difference])
            ++difference;
        QCOMPARE(json["first_difference"].toInt(), difference);
    }

    void alternativesAreWhatTheirSeedsGiveAlone() {
        const QStringList options{"--gate", "gated", "--seed", "7", "--max-tokens", "40", "--json"};
        const auto result = generate(options + QStringList{"--alternatives", "3"});
        QVERIFY2(result.status == 0, result.err.constData());
        const QJsonArray alternatives = result.json()["alternatives"].toArray();
        QCOMPARE(alternatives.size(), 3);
        for (int i = 0; i < 3; ++i) {
            const QJsonObject alone = generate({"--gate", "gated", "--seed", QString::number(7 + i),
                                                "--max-tokens", "40", "--json"})
                                          .json();
            const QJsonObject together = alternatives[i].toObject();
            QCOMPARE(together["text"].toString(), alone["text"].toString());
            QCOMPARE(together["token_ids"].toArray(), alone["token_ids"].toArray());
            QCOMPARE(together["seed"].toInt(), 7 + i);
        }
        const auto plain = generate({"--seed", "7", "--max-tokens", "10", "--alternatives", "2"});
        QCOMPARE(plain.status, 0);
        QVERIFY(plain.out.contains("=== seed 7") && plain.out.contains("=== seed 8"));
        QCOMPARE(generate({"--alternatives", "2", "--trace", m_folder.filePath("t.sqlite")}).status, 2);
    }

    void quantisedModelsWrite_data() {
        QTest::addColumn<QString>("type");
        QTest::newRow("q8") << "q8";
        QTest::newRow("q4") << "q4";
    }
    void quantisedModelsWrite() {
        QFETCH(QString, type);
        const QString base = QString::fromStdString(support::tinyBase(m_folder.path()).string());
        const QString file = m_folder.filePath(type + ".safetensors");
        const auto converted = runCommand({"convert", base, file, "--type", type}, m_folder.path());
        QVERIFY2(converted.status == 0, converted.err.constData());
        const QStringList rest{
            "--prompt", "Once upon", "--seed", "7", "--max-tokens", "40", "--ignore-document-end"};
        const auto atLoad = generate({"--type", type, "--seed", "7", "--max-tokens", "40"});
        const auto stored = runCommand(QStringList{"generate", "--model", file} + rest, m_folder.path());
        QVERIFY2(stored.status == 0, stored.err.constData());
        // Not the same text: loading leaves the embedding as it is.
        for (const auto& result : {stored, atLoad})
            QVERIFY(result.status == 0 && result.out.size() > 10);
    }

    void comparePrintsTheMark() {
        const auto result = runCommand(
            {"compare", "--model", "tiny", "--prompt", "Once", "--seed", "7", "--max-tokens", "40"},
            m_folder.path());
        QCOMPARE(result.status, 0);
        QCOMPARE(result.out.count("[>]"), 3); // in both texts and in the sentence about it
    }

    void comparingAModelWithItselfFindsNoDifference() {
        const auto result = runCommand({"compare", "--model", "tiny", "--gate", "none", "--prompt", "Once",
                                        "--max-tokens", "20", "--json"},
                                       m_folder.path());
        QCOMPARE(result.status, 0);
        QVERIFY(result.json().contains("first_difference") && result.json()["first_difference"].isNull());
    }
};

QTEST_GUILESS_MAIN(GenerateTest)
#include "generate_test.moc"
