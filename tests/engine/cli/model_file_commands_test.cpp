// model_file_commands_test.cpp: inspect, convert, logits and tokenize.
#include "engine/core/thread_pool.h"
#include "engine/formats/checkpoint.h"
#include "engine/formats/safetensors/safetensors_writer.h"
#include "engine/runtime/session.h"
#include "tests/engine/cli/command.h"
#include "tests/engine/cli/tiny_models.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>

using namespace engine;
using support::greatestDifference;
using support::runCommand;

class ModelFileCommandsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::vector<float> logitsOf(const QStringList& arguments) const {
        return support::logitsOf(arguments, m_folder.path());
    }

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(support::commandPath()), "INKGATE_CLI must name the program");
        QVERIFY(support::writeTinyModels(m_folder.path()));
    }

    void inspectTellsTheModelsSizes() {
        const QJsonObject json =
            runCommand({"inspect", m_folder.filePath("tiny/base.safetensors"), "--json"}, m_folder.path())
                .json();
        QCOMPARE(json["format"].toString(), QString("safetensors"));
        QCOMPARE(json["architecture"].toString(), QString("rwkv6"));
        QCOMPARE(json["layers"].toInt(), 2);
        QCOMPARE(json["width"].toInt(), 64);
        QCOMPARE(json["vocabulary"].toInt(), 256);
        QCOMPARE(json["enhancement"].toString(), QString("none"));
        const auto model = Model::load(support::tinyBase(m_folder.path()), {});
        QVERIFY(model);
        QCOMPARE(json["parameters"].toInteger(), (*model)->parameters());
        QCOMPARE(json["types"].toObject()["f32"].toInteger(), (*model)->parameters());
        QCOMPARE(runCommand({"inspect", "tiny", "--json"}, m_folder.path()).json()["parameters"],
                 json["parameters"]);
    }

    // Usable or not, and why: in generate's own words. What the model has no use for is listed.
    void inspectSaysWhatGenerateWouldSay_data() {
        QTest::addColumn<QByteArray>("added");
        QTest::addColumn<bool>("isUsable");
        QTest::newRow("inside a block") << QByteArray("blocks.1.ffn.enn.weight") << false;
        QTest::newRow("outside") << QByteArray("my tensor") << true;
    }
    void inspectSaysWhatGenerateWouldSay() {
        QFETCH(QByteArray, added);
        QFETCH(bool, isUsable);
        const auto checkpoint = Checkpoint::open(support::tinyBase(m_folder.path()));
        QVERIFY(checkpoint);
        SafetensorsWriter writer;
        for (const TensorInfo& tensor : checkpoint->tensors()) {
            const auto bytes = checkpoint->bytes(tensor);
            QVERIFY(bytes);
            writer.add(tensor.name, tensor.type, tensor.shape, *bytes);
        }
        const std::vector<float> values{1, 2};
        QVERIFY(writer.addFloat32(added.toStdString(), DataType::Float32, {2}, values));
        const QString file = m_folder.filePath("more.safetensors");
        QVERIFY(writer.write(file.toStdString()));
        const auto inspected = runCommand({"inspect", file, "--json"}, m_folder.path());
        const auto generated =
            runCommand({"generate", "--model", file, "--prompt", "a", "--max-tokens", "1"}, m_folder.path());
        QCOMPARE(inspected.status, generated.status);
        QCOMPARE(inspected.err, generated.err);
        const QJsonObject json = inspected.json();
        QCOMPARE(json["usable"].toBool(), isUsable);
        QCOMPARE(json["unused"].toArray().size(), isUsable ? 1 : 0);
        QVERIFY(isUsable || generated.err.contains(json["reason"].toString().toUtf8()));
        QVERIFY(isUsable || generated.err.contains(added));
    }

    void inspectTellsWhatAGateFileIs() {
        const auto result =
            runCommand({"inspect", m_folder.filePath("tiny/gated.safetensors"), "--json"}, m_folder.path());
        QVERIFY2(result.status == 0, result.err.constData());
        QCOMPARE(result.json()["architecture"].toString(), QString("gate"));
        QCOMPARE(result.json()["enhancement"].toString(), QString("adaptive"));
        QCOMPARE(result.json()["layers"].toInt(), 2);
        QCOMPARE(result.json()["width"].toInt(), 64);
        QVERIFY(result.json()["metadata"].toObject().contains("inkgate.base_fingerprint"));
    }

    void inspectPrintsATable() {
        const auto result = runCommand({"inspect", "tiny"}, m_folder.path());
        QCOMPARE(result.status, 0);
        for (const char* text :
             {"rwkv6", "parameters", "blocks.1.att.key.weight  64 x 64", "emb.weight  256 x 64"})
            QVERIFY2(result.out.contains(text), text);
    }

    void convertingKeepsVectorsAndMetadata_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("matrixType");
        QTest::addColumn<float>("tolerance");
        QTest::newRow("as stored") << "stored" << static_cast<int>(DataType::Float32) << 0.0f;
        QTest::newRow("float32") << "f32" << static_cast<int>(DataType::Float32) << 0.0f;
        QTest::newRow("float16") << "f16" << static_cast<int>(DataType::Float16) << 1.0f / 1024;
        QTest::newRow("bfloat16") << "bf16" << static_cast<int>(DataType::BFloat16) << 1.0f / 128;
    }
    void convertingKeepsVectorsAndMetadata() {
        QFETCH(QString, type);
        QFETCH(int, matrixType);
        QFETCH(float, tolerance);
        const QString out = m_folder.filePath("converted.safetensors");
        for (const char* source : {"tiny/base.safetensors", "tiny/gated.safetensors"}) {
            const QString in = m_folder.filePath(source);
            const auto result = runCommand({"convert", in, out, "--type", type}, m_folder.path());
            QVERIFY2(result.status == 0, result.err.constData());
            const auto before = Checkpoint::open(in.toStdString()),
                       after = Checkpoint::open(out.toStdString());
            QVERIFY(before && after);
            QCOMPARE(after->metadata(), before->metadata());
            QCOMPARE(after->tensors().size(), before->tensors().size());
            for (const TensorInfo& tensor : after->tensors()) {
                const bool isMatrix = tensor.name.ends_with(".weight")
                                          ? tensor.shape.size() == 2
                                          : tensor.name.ends_with("_w1") || tensor.name.ends_with("_w2");
                QCOMPARE(static_cast<int>(tensor.type),
                         isMatrix ? matrixType : static_cast<int>(DataType::Float32));
                const auto old = before->readFloat32(tensor.name, tensor.shape),
                           fresh = after->readFloat32(tensor.name, tensor.shape);
                QVERIFY(old && fresh);
                for (std::size_t i = 0; i < old->size(); ++i)
                    QVERIFY(std::abs((*old)[i] - (*fresh)[i]) <= tolerance * std::abs((*old)[i]) + 1e-7f);
            }
        }
    }

    void convertingToBlocksKeepsVectorsAndFactors_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("matrixType");
        QTest::newRow("q8") << "q8" << static_cast<int>(DataType::Q8_0);
        QTest::newRow("q4") << "q4" << static_cast<int>(DataType::Q4_0);
    }
    void convertingToBlocksKeepsVectorsAndFactors() {
        QFETCH(QString, type);
        QFETCH(int, matrixType);
        const QString in = m_folder.filePath("tiny/base.safetensors"),
                      out = m_folder.filePath("blocks.safetensors");
        const auto result = runCommand({"convert", in, out, "--type", type}, m_folder.path());
        QVERIFY2(result.status == 0, result.err.constData());
        const auto before = Checkpoint::open(in.toStdString()), after = Checkpoint::open(out.toStdString());
        QVERIFY(before && after);
        QCOMPARE(after->metadata(), before->metadata());
        for (const TensorInfo& tensor : after->tensors()) {
            const TensorInfo* old = before->find(tensor.name);
            QVERIFY(old != nullptr);
            QCOMPARE(tensor.shape, old->shape);
            const bool isFactor = tensor.name.ends_with("_w1") || tensor.name.ends_with("_w2");
            const bool isMatrix = tensor.name.ends_with(".weight") && tensor.shape.size() == 2;
            QCOMPARE(static_cast<int>(tensor.type), tensor.name == "emb.weight"
                                                        ? static_cast<int>(DataType::Q8_0)
                                                    : isMatrix ? matrixType
                                                    : isFactor ? static_cast<int>(DataType::Float16)
                                                               : static_cast<int>(DataType::Float32));
        }
        const auto inspected = runCommand({"inspect", out, "--json"}, m_folder.path());
        QVERIFY(inspected.json()["types"].toObject().contains(type == "q8" ? "q8_0" : "q4_0"));
    }

    void allRowsEndWithTheLast() {
        const auto last = logitsOf({"--model", "tiny", "--gate", "gated", "--prompt", "Once upon"});
        const auto all = logitsOf({"--model", "tiny", "--gate", "gated", "--prompt", "Once upon", "--all"});
        QCOMPARE(last.size(), std::size_t{256});
        QCOMPARE(all.size(), std::size_t{9 * 256});
        QVERIFY(greatestDifference(last, {all.end() - 256, all.end()}) < 1e-5f);
        const auto first = logitsOf({"--model", "tiny", "--gate", "gated", "--tokens", "79"});
        QVERIFY(greatestDifference(first, {all.begin(), all.begin() + 256}) < 1e-4f);
    }

    void longInputIsReadInChunks() {
        QStringList tokens;
        for (int i = 0; i < 700; ++i)
            tokens << QString::number(i * 37 % 256);
        const auto all = logitsOf({"--model", "tiny", "--tokens", tokens.join(','), "--all"});
        QCOMPARE(all.size(), std::size_t{700 * 256});
        const auto last = logitsOf({"--model", "tiny", "--tokens", tokens.join(',')});
        QVERIFY(greatestDifference(last, {all.end() - 256, all.end()}) < 1e-4f);
    }

    void tokensTurnIntoTextAgain_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("plain") << "Once upon a time";
        QTest::newRow("spaces and lines") << "  a\n\n b ";
        QTest::newRow("not ASCII") << QString::fromUtf8("né 你好 😀");
    }
    void tokensTurnIntoTextAgain() {
        QFETCH(QString, text);
        const auto encoded = runCommand({"tokenize", "--model", "tiny", "--json", text}, m_folder.path());
        const QJsonArray tokens = encoded.json()["tokens"].toArray();
        QCOMPARE(tokens.size(), text.toUtf8().size()); // a byte-level model
        QStringList ids;
        for (const auto token : tokens)
            ids << QString::number(token.toInt());
        QCOMPARE(runCommand({"tokenize", "--model", "tiny", text}, m_folder.path()).out,
                 ids.join(',').toUtf8() + '\n');
        QCOMPARE(runCommand({"tokenize", "--model", "tiny", "--decode", ids.join(',')}, m_folder.path()).out,
                 text.toUtf8() + '\n');
        QCOMPARE(
            runCommand({"tokenize", "--model", "tiny", "--json", "--decode", ids.join(',')}, m_folder.path())
                .json()["text"]
                .toString(),
            text);
        QFile file(m_folder.filePath("text.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) > 0);
        file.close();
        QCOMPARE(
            runCommand({"tokenize", "--model", "tiny", "--file", file.fileName(), "--json"}, m_folder.path())
                .json()["tokens"]
                .toArray(),
            tokens);
    }

    void textMayLookLikeAnOption() {
        QCOMPARE(runCommand({"tokenize", "--model", "tiny", "--", "-x"}, m_folder.path()).out,
                 QByteArray("45,120\n"));
        QCOMPARE(runCommand({"tokenize", "--model", "tiny", "--json", ""}, m_folder.path()).json()["count"],
                 0);
    }
};

QTEST_GUILESS_MAIN(ModelFileCommandsTest)
#include "model_file_commands_test.moc"
