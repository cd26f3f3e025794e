// published_models_test.cpp: the commands on models and a vocabulary that others published.
#include "tests/engine/cli/command.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using support::greatestDifference;
using support::runCommand;

class PublishedModelsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::vector<float> logitsOf(const QStringList& arguments) const {
        return support::logitsOf(arguments, m_folder.path());
    }

private slots:
    void convertedRwkvCppFilesComputeTheSame() {
        const QString in = QStringLiteral(INKGATE_SHARED_DIR "/data/tiny-rwkv/tiny-rwkv-7v0-834K-FP32.bin");
        const QString out = m_folder.filePath("from_cpp.safetensors");
        QCOMPARE(runCommand({"convert", in, out}, m_folder.path()).status, 0);
        const auto before = logitsOf({"--model", in, "--tokens", "34,105,110"});
        QCOMPARE(before.size(), std::size_t{256});
        QVERIFY(greatestDifference(before, logitsOf({"--model", out, "--tokens", "34,105,110"})) < 1e-5f);
    }

    void logitsAreThoseOfTheOriginalImplementation_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("expected");
        QTest::newRow("RWKV-7") << "tiny-rwkv-7v0-834K-FP32.bin"
                                << "expected-logits-7v0-834K.bin";
        QTest::newRow("RWKV-5.2") << "tiny-rwkv-5v2-730K-FP32.bin"
                                  << "expected-logits-5v2-730K.bin";
    }
    void logitsAreThoseOfTheOriginalImplementation() {
        QFETCH(QString, model);
        QFETCH(QString, expected);
        const QString folder = QStringLiteral(INKGATE_SHARED_DIR "/data/tiny-rwkv/");
        const auto wanted = support::readFloats(folder + expected);
        QCOMPARE(wanted.size(), std::size_t{256});
        QVERIFY(greatestDifference(logitsOf({"--model", folder + model, "--tokens", "34,105,110"}), wanted) <
                1e-3f);
        QVERIFY(greatestDifference(logitsOf({"--model", folder + model, "--prompt", "\"in"}), wanted) <
                1e-3f);
    }

    void worldTokensNeedNoModel() {
        const QString vocabulary = QStringLiteral(INKGATE_SHARED_DIR "/data/rwkv_vocab_v20230424.txt");
        const auto result =
            runCommand({"tokenize", "--vocab", vocabulary, "Hello, world!\n\nThe end."}, m_folder.path());
        QCOMPARE(result.out, QByteArray("33155,45,40213,34,261,6699,21616,47\n"));
    }
};

QTEST_GUILESS_MAIN(PublishedModelsTest)
#include "published_models_test.moc"
