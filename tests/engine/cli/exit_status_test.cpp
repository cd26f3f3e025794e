// exit_status_test.cpp: 0 done, 1 failed with one line that says what to do, 2 wrong usage.
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using support::runCommand;

class ExitStatusTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        QVERIFY(support::writeTinyModels(m_folder.path()));
        qputenv("INKGATE_CUDA_PLUGIN", "/nowhere/libinkgate_cuda.so"); // the same on every machine
        QFile damaged(m_folder.filePath("damaged.safetensors"));
        QVERIFY(damaged.open(QIODevice::WriteOnly) && damaged.write("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F{") > 0);
    }

    void wrongUsageIsTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no subcommand") << QStringList{};
        QTest::newRow("unknown subcommand") << QStringList{"sing"};
        QTest::newRow("unknown option") << QStringList{"generate", "--prompt", "a", "--loud"};
        QTest::newRow("no prompt") << QStringList{"generate", "--model", "tiny"};
        QTest::newRow("two prompts") << QStringList{"generate", "--prompt", "a", "--prompt-file", "b"};
        QTest::newRow("not a number") << QStringList{"generate", "--prompt", "a", "--max-tokens", "many"};
        QTest::newRow("no tokens") << QStringList{"generate", "--prompt", "a", "--max-tokens", "0"};
        QTest::newRow("sampler out of range")
            << QStringList{"generate", "--model", "tiny", "--prompt", "a", "--top-p", "3"};
        QTest::newRow("unknown device") << QStringList{"generate", "--prompt", "a", "--device", "tpu"};
        QTest::newRow("no file") << QStringList{"inspect"};
        QTest::newRow("no output") << QStringList{"convert", "a"};
        QTest::newRow("unknown type") << QStringList{"convert", "a", "b", "--type", "f8"};
        QTest::newRow("random model") << QStringList{"bench", "--random", "rwkv6:2"};
        QTest::newRow("random enhancement")
            << QStringList{"bench", "--random", "rwkv6:1x64:256", "--gate", "wide"};
        QTest::newRow("two models") << QStringList{"bench", "--random", "rwkv6:1x64:256", "--model", "tiny"};
        QTest::newRow("contexts that fall")
            << QStringList{"bench", "--random", "rwkv6:1x64:256", "--contexts", "64,32"};
        QTest::newRow("nothing to tokenize") << QStringList{"tokenize", "--model", "tiny"};
        QTest::newRow("two things to tokenize")
            << QStringList{"tokenize", "--model", "tiny", "a", "--decode", "1"};
        QTest::newRow("logits without input") << QStringList{"logits", "--out", "x"};
        const QStringList generate{"generate", "--model", "tiny", "--prompt", "a"};
        QTest::newRow("value behind an equals sign") << generate + QStringList{"--seed=", "3"};
        QTest::newRow("seed beyond 64 bits") << generate + QStringList{"--seed", "18446744073709551616"};
        QTest::newRow("seed far beyond") << generate + QStringList{"--seed", "99999999999999999999999"};
        QTest::newRow("negative seed") << generate + QStringList{"--seed", "-2"};
        QTest::newRow("seed with a fraction") << generate + QStringList{"--seed", "1.5"};
        QTest::newRow("seed that looks octal") << generate + QStringList{"--seed", "010"};
        QTest::newRow("number that looks octal") << generate + QStringList{"--max-tokens", "010"};
        QTest::newRow("number in hexadecimal") << generate + QStringList{"--top-k", "0x10"};
        QTest::newRow("number beyond 64 bits")
            << QStringList{"evaluate", "--model", "tiny", "--limit-bytes", "99999999999999999999"};
        QTest::newRow("decimal comma") << generate + QStringList{"--temperature", "0,7"};
        QTest::newRow("no number at all") << generate + QStringList{"--temperature", "nan"};
        QTest::newRow("infinite") << generate + QStringList{"--presence-penalty", "inf"};
        QTest::newRow("larger than any number") << generate + QStringList{"--temperature", "1e999"};
        QTest::newRow("ban of no tokens") << generate + QStringList{"--ban", ","};
        QTest::newRow("nothing between commas") << generate + QStringList{"--ban", "1,,2"};
        QTest::newRow("nothing behind a comma")
            << QStringList{"logits", "--model", "tiny", "--tokens=1,", "--out", "x"};
        QTest::newRow("more threads than any machine") << generate + QStringList{"--threads", "100000"};
    }
    void wrongUsageIsTwo() {
        QFETCH(QStringList, arguments);
        const auto result = runCommand(arguments, m_folder.path());
        QCOMPARE(result.status, 2);
        QVERIFY(result.out.isEmpty());
        QVERIFY2(result.err.startsWith("inkgate-cli") && result.err.count('\n') == 1, result.err.constData());
    }

    // An unset variable in a script, mostly. Options with a value have its type behind their name in the
    // help.
    void emptyValuesAreWrongUsage_data() {
        QTest::addColumn<QString>("command");
        for (const char* command : {"generate", "compare", "logits", "tokenize", "inspect", "convert",
                                    "bench", "evaluate", "selftest", "train-tokenizer", "train"})
            QTest::newRow(command) << QString(command);
    }
    void emptyValuesAreWrongUsage() {
        QFETCH(QString, command);
        const QString help = runCommand({command, "--help"}, m_folder.path()).out;
        static const QRegularExpression kOption(R"(^\s+(--[a-z-]+) (TEXT|INT|UINT|FLOAT|SEED))",
                                                QRegularExpression::MultilineOption);
        int options = 0;
        for (auto matches = kOption.globalMatch(help); matches.hasNext();) {
            const QString option = matches.next().captured(1);
            if (option == "--prompt") // a story may begin from nothing
                continue;
            ++options;
            const auto result = runCommand({command, option, ""}, m_folder.path());
            QVERIFY2(result.status == 2 && result.out.isEmpty() && result.err.count('\n') == 1 &&
                         result.err.contains(option.toUtf8() + ": expected a value"),
                     qPrintable(option + ": " + QString::number(result.status) + ", " + result.err));
        }
        QVERIFY2(options >= 2, qPrintable(help)); // --device and --threads at least
    }

    void failuresAreOneWithOneLine_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("mentions");
        const QString absent = m_folder.filePath("absent"),
                      damaged = m_folder.filePath("damaged.safetensors");
        QTest::newRow("a cache limit below a chunk")
            << QStringList{"bench",         "--random", "rwkv-x:2+1x64:256", "--chunk-size", "16",
                           "--cache-limit", "15"}
            << QByteArray("less than one chunk of 16");
        const QStringList tiny{"generate", "--model", "tiny", "--max-tokens", "2"};
        QTest::newRow("unknown model")
            << QStringList{"generate", "--model", "huge", "--prompt", "a"} << QByteArray("huge");
        QTest::newRow("unknown gate")
            << tiny + QStringList{"--gate", "iron", "--prompt", "a"} << QByteArray("iron");
        QTest::newRow("no prompt file")
            << tiny + QStringList{"--prompt-file", absent} << QByteArray("absent");
        QTest::newRow("damaged model") << QStringList{"generate", "--model", damaged, "--prompt", "a"}
                                       << QByteArray("damaged.safetensors");
        QTest::newRow("damaged file to inspect")
            << QStringList{"inspect", damaged} << QByteArray("damaged.safetensors");
        QTest::newRow("absent file to inspect") << QStringList{"inspect", absent} << QByteArray("absent");
        QTest::newRow("no CUDA library")
            << tiny + QStringList{"--prompt", "a", "--device", "cuda"} << QByteArray("CUDA library");
        QTest::newRow("trace without gates")
            << tiny + QStringList{"--prompt", "a", "--trace", absent} << QByteArray("--gate");
        QTest::newRow("trace into a folder")
            << tiny + QStringList{"--gate", "gated", "--prompt", "a", "--trace", m_folder.path()}
            << m_folder.path().toUtf8();
        QTest::newRow("trace into a model")
            << tiny + QStringList{"--gate", "gated", "--prompt", "a", "--trace", damaged}
            << QByteArray("damaged");
        QTest::newRow("token out of range")
            << QStringList{"logits", "--model", "tiny", "--tokens", "1,256", "--out", absent}
            << QByteArray("256");
        QTest::newRow("token to decode")
            << QStringList{"tokenize", "--model", "tiny", "--decode", "1,300"} << QByteArray("300");
        QTest::newRow("output folder missing")
            << QStringList{"convert", m_folder.filePath("tiny/base.safetensors"), absent + "/x"}
            << QByteArray("absent");
        QTest::newRow("text missing")
            << QStringList{"evaluate", "--model", "tiny", "--text", absent} << QByteArray("absent");
        QTest::newRow("recording without gates")
            << QStringList{"bench", "--model", "tiny", "--prefill", "1", "--decode", "1", "--trace"}
            << QByteArray("--gate");
        QTest::newRow("tokenizer missing")
            << QStringList{"tokenize", "--vocab", absent, "a"} << QByteArray("absent");
    }
    void failuresAreOneWithOneLine() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, mentions);
        auto result = runCommand(arguments, m_folder.path());
        // What bench and evaluate say on the way is progress, not the failure.
        if (arguments.front() == "bench")
            result.err = result.err.mid(result.err.lastIndexOf('\n', -2) + 1);
        QVERIFY2(result.isOneLineFailure(),
                 (QByteArray::number(result.status) + ": " + result.err).constData());
        QVERIFY2(result.err.contains(mentions), result.err.constData());
    }

    void helpAndVersionAreSuccesses() {
        for (const QStringList& arguments :
             {QStringList{"--help"}, QStringList{"--version"}, QStringList{"generate", "--help"}}) {
            const auto result = runCommand(arguments, m_folder.path());
            QCOMPARE(result.status, 0);
            QVERIFY(!result.out.isEmpty() && result.err.isEmpty());
        }
    }

    void everyCommandHasTheOptionsOfAll() {
        for (const char* command : {"generate", "compare", "logits", "tokenize", "inspect", "convert",
                                    "bench", "evaluate", "train-tokenizer"}) {
            const auto help = runCommand({command, "--help"}, m_folder.path()).out;
            for (const char* option : {"--json", "--device", "--threads"})
                QVERIFY2(help.contains(option), command);
        }
    }

    void everyTokenBannedIsSaid() {
        QStringList all;
        for (int token = 0; token < 256; ++token)
            all << QString::number(token);
        const auto result = runCommand(
            {"generate", "--model", "tiny", "--prompt", "a", "--ban", all.join(',')}, m_folder.path());
        QVERIFY2(result.isOneLineFailure() && result.err.contains("all tokens of the vocabulary are banned"),
                 result.err.constData());
    }

    // Everything that writes to standard output, with a file there that takes nothing, and with nobody at the
    // other end.
    void outputThatIsGoneIsAFailure_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<bool>("isClosed");
        const QString base = m_folder.filePath("tiny/base.safetensors"), text = m_folder.filePath("text.txt");
        const QStringList tiny{"--model", "tiny"};
        const QList<QStringList> commands{
            {"--help"},
            {"--version"},
            {"generate", "--help"},
            {"generate", "--prompt", "a", "--max-tokens", "4"},
            {"generate", "--prompt", "a", "--max-tokens", "4", "--json"},
            {"generate", "--prompt", "a", "--max-tokens", "4", "--alternatives", "2"},
            {"compare", "--prompt", "a", "--max-tokens", "4"},
            {"compare", "--prompt", "a", "--max-tokens", "4", "--json"},
            {"logits", "--tokens", "1", "--out", m_folder.filePath("logits")},
            {"tokenize", "a"},
            {"tokenize", "a", "--json"},
            {"tokenize", "--decode", "97"},
            {"inspect", base},
            {"inspect", base, "--json"},
            {"inspect", "--devices"},
            {"convert", base, m_folder.filePath("converted.safetensors")},
            {"evaluate", "--text", text},
            {"evaluate", "--text", text, "--json"},
        };
        for (const bool isClosed : {false, true})
            for (QStringList arguments : commands) {
                static const QStringList kOfModels{"generate", "compare", "logits",
                                                   "tokenize", "bench",   "evaluate"};
                const QString name = arguments.join(' ').section("/tmp", 0, 0);
                if (kOfModels.contains(arguments[0]) && !arguments.contains("--help"))
                    arguments += tiny;
                QTest::newRow(qPrintable((isClosed ? "closed: " : "full: ") + name)) << arguments << isClosed;
            }
    }
    void outputThatIsGoneIsAFailure() {
        QFETCH(QStringList, arguments);
        QFETCH(bool, isClosed);
        QFile text(m_folder.filePath("text.txt"));
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("Once upon a time.\n") > 0);
        text.close();
        if (!isClosed && !QFile::exists("/dev/full"))
            QSKIP("needs /dev/full");
        const auto result = isClosed ? support::runCommandIntoClosedPipe(arguments, m_folder.path())
                                     : support::runCommandInto("/dev/full", arguments, m_folder.path());
        // What is said on the way is progress.
        const QByteArray last = result.err.mid(result.err.lastIndexOf('\n', -2) + 1);
        QVERIFY2(result.status == 1 && last.startsWith("inkgate-cli: standard output: ") &&
                     result.err.count("inkgate-cli: ") == 1,
                 (QByteArray::number(result.status) + ": " + result.err).constData());
    }

    // A story without a reader ends with the first token that could not be written, not with the last one
    // asked for.
    void nothingIsWrittenForNobody() {
        const auto result =
            support::runCommandIntoClosedPipe({"generate", "--model", "tiny", "--prompt", "a", "--max-tokens",
                                               "2000000000", "--ignore-document-end"},
                                              m_folder.path());
        QCOMPARE(result.status, 1);
    }

    // A thread that cannot be had is a limit, not the end.
    void fewerThreadsThanWantedAreNamed_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("generate") << QStringList{"generate", "--model",      "tiny", "--prompt",
                                                 "a",        "--max-tokens", "4",    "--threads",
                                                 "8",        "--device",     "cpu"};
        QTest::newRow("logits") << QStringList{"logits", "--model",   "tiny",     "--tokens",
                                               "1",      "--threads", "8",        "--device",
                                               "cpu",    "--out",     "/dev/null"};
    }
    void fewerThreadsThanWantedAreNamed() {
        QFETCH(QStringList, arguments);
        const auto result = support::runCommandWithoutThreads(arguments, m_folder.path());
        if (result.status == support::kNotLimited)
            QSKIP("this user's threads cannot be limited here");
        QVERIFY2(result.status == 0, (QByteArray::number(result.status) + ": " + result.err).constData());
        QVERIFY2(result.err.contains("1 of 8 threads") && result.err.contains("ulimit -u"),
                 result.err.constData());
    }
};

QTEST_GUILESS_MAIN(ExitStatusTest)
#include "exit_status_test.moc"
