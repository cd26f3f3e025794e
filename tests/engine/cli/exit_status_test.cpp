// exit_status_test.cpp: 0 done, 1 failed with one line that says what to do, 2 wrong usage.
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QProcess>
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
        QTest::newRow("nothing to tokenize") << QStringList{"tokenize", "--model", "tiny"};
        QTest::newRow("two things to tokenize")
            << QStringList{"tokenize", "--model", "tiny", "a", "--decode", "1"};
        QTest::newRow("logits without input") << QStringList{"logits", "--out", "x"};
    }
    void wrongUsageIsTwo() {
        QFETCH(QStringList, arguments);
        const auto result = runCommand(arguments, m_folder.path());
        QCOMPARE(result.status, 2);
        QVERIFY(result.out.isEmpty());
        QVERIFY2(result.err.startsWith("inkgate-cli") && result.err.count('\n') == 1, result.err.constData());
    }

    void failuresAreOneWithOneLine_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("mentions");
        const QString absent = m_folder.filePath("absent"),
                      damaged = m_folder.filePath("damaged.safetensors");
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

    void aFullDiskUnderStandardOutputIsAFailure() {
        if (!QFile::exists("/dev/full"))
            QSKIP("needs /dev/full");
        QProcess process;
        process.setStandardOutputFile("/dev/full");
        process.start(support::commandPath(), {"inspect", m_folder.filePath("tiny/base.safetensors")});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().contains("standard output"));
    }
};

QTEST_GUILESS_MAIN(ExitStatusTest)
#include "exit_status_test.moc"
