// What all formats have in common: detection, names, reading values, the fingerprint.
#include "engine/formats/checkpoint.h"
#include "engine/formats/sha256.h"
#include "tests/engine/formats/samples/sample_rwkv_cpp.h"
#include "tests/engine/formats/samples/sample_safetensors.h"

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>

using namespace engine;
using samples::Bytes;
using samples::Version;

namespace {

Bytes bytesOf(std::string_view text) {
    Bytes bytes;
    samples::append(bytes, std::span(text));
    return bytes;
}

std::string sha256(std::string_view text) {
    Sha256 hash;
    hash.update(std::as_bytes(std::span(text)));
    return hash.finish();
}

} // namespace

class CheckpointTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path write(const Bytes& bytes) const {
        const std::filesystem::path path = m_dir.filePath("model").toStdString(); // the name tells nothing
        samples::writeFile(path, bytes);
        return path;
    }
    Expected<Checkpoint> open(const Bytes& bytes) const { return Checkpoint::open(write(bytes)); }

    static Bytes gate(const char* name = "g", const char* dtype = "F16", const char* shape = "[2,1]",
                      int firstByte = 0) {
        Bytes file = samples::safetensors(
            QString(R"({"__metadata__":{"title":"x"},"%1":{"dtype":"%2","shape":%3,"data_offsets":[0,4]}})")
                .arg(name, dtype, shape)
                .toStdString(),
            4);
        file[file.size() - 4] = static_cast<std::byte>(firstByte);
        return file;
    }

private slots:
    void otherFilesAreNamed_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, QByteArray content, ErrorCode code, const char* says) {
            QTest::newRow(name) << content << int(code) << QString(says);
        };
        row("empty", "", ErrorCode::FileDamaged, "empty");
        row("eight bytes", "12345678", ErrorCode::FileDamaged, "8 bytes");
        row("text", "Once upon a time", ErrorCode::UnsupportedFormat, "neither a safetensors");
        const auto foreign = ErrorCode::UnsupportedFormat;
        row("pointer of Git LFS",
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 3055445693\n", foreign,
            "pointer of Git LFS, not the model, which has 3055445693 bytes");
        row("web page", "<!DOCTYPE html>\n<html>", foreign, "a web page was saved");
        row("web page behind blanks", "\xEF\xBB\xBF \r\n<HTML lang=\"en\">", foreign, "a web page was saved");
        row("error of a server", "<?xml version=\"1.0\"?><Error/>", foreign, "a web page was saved");
        row("message of a server", "Entry not found", foreign, "a text (\"Entry not found\")");
        row("error in JSON", R"({"error":"Repository not found"})", ErrorCode::FileDamaged, "no model");
        row("nothing downloaded yet", QByteArray(5000, '\0'), ErrorCode::FileDamaged, "nothing but zeros");
        row("packed", "\x1F\x8B\x08 12345678", foreign, "packed with gzip; unpack it");
        row("of old llama.cpp", "tjgg\1\0\0\0 12345678", foreign, "from before GGUF");
        row("other bytes", "\1\2\3\4\5\6\7\x08 12345678", foreign, "neither a safetensors");
        row("gguf", "GGUF\3\0\0\0", ErrorCode::FileDamaged, "ends within its header");
        row("pth", QByteArray("PK\3\4") + "archive", ErrorCode::FileDamaged, "end is missing");
        row("index of no files", "{\"weight_map\":{}}", ErrorCode::FileDamaged, "names no files");
        row("some JSON", "{\"a\":[1]}", ErrorCode::FileDamaged, "without a weight_map");
        row("half an index", "{\"weight_map\":{", ErrorCode::FileDamaged, "without a weight_map");
        row("magic only", "fmgg", ErrorCode::FileDamaged, "ends within its header");
    }

    void otherFilesAreNamed() {
        QFETCH(QByteArray, content);
        QFETCH(int, code);
        QFETCH(QString, says);
        const auto checkpoint =
            open(bytesOf({content.constData(), static_cast<std::size_t>(content.size())}));
        QVERIFY(!checkpoint);
        const QString message = QString::fromStdString(checkpoint.error().message);
        QCOMPARE(int(checkpoint.error().code), code);
        QVERIFY2(message.contains(says) && message.startsWith(m_dir.filePath("model")), qPrintable(message));
    }

    void missingFilesAndFoldersAreRefused() {
        QCOMPARE(Checkpoint::open(m_dir.filePath("none").toStdString()).error().code,
                 ErrorCode::FileNotFound);
        QCOMPARE(Checkpoint::open(m_dir.path().toStdString()).error().code, ErrorCode::FileUnreadable);
    }

    void formatsAgree() {
        const samples::Sizes sizes;
        const auto official = samples::officialModel(Version::V6, sizes);
        const auto first = open(samples::safetensors(official));
        QVERIFY2(first, first.error().message.c_str());
        QCOMPARE(first->metadata().at("title"), std::string("a sample"));
        const std::filesystem::path other = m_dir.filePath("other").toStdString();
        samples::writeFile(other, samples::rwkvCpp(official, Version::V6, sizes).bytes);
        const auto second = Checkpoint::open(other);
        QVERIFY2(second, second.error().message.c_str());
        QCOMPARE(first->tensors().size(), second->tensors().size());
        for (const samples::Tensor& tensor : official) {
            const auto a = first->readFloat32(tensor.name, tensor.shape),
                       b = second->readFloat32(tensor.name, tensor.shape);
            QVERIFY(a && b);
            QVERIFY(std::ranges::equal(a->span(), tensor.values));
            QVERIFY(std::ranges::equal(b->span(), tensor.values));
        }
    }

    void tensorsAreSortedAndFound() {
        const auto checkpoint = open(samples::safetensors(samples::officialModel(Version::V7, {})));
        QVERIFY(checkpoint);
        QVERIFY(std::ranges::is_sorted(checkpoint->tensors(), {}, &TensorInfo::name));
        for (const TensorInfo& tensor : checkpoint->tensors())
            QCOMPARE(checkpoint->find(tensor.name), &tensor);
        for (const char* name : {"", "a", "emb", "emb.weight.", "zzz"})
            QVERIFY(!checkpoint->find(name));
    }

    void outlivesItsFile() {
        const auto path = write(samples::safetensors(samples::officialModel(Version::V7, {})));
        Expected<Checkpoint> checkpoint = Checkpoint::open(path);
        QVERIFY(checkpoint && std::filesystem::remove(path));
        const Checkpoint copy = *checkpoint;
        const std::string before = *checkpoint->fingerprint();
        checkpoint = failure(ErrorCode::Cancelled, "gone");
        QCOMPARE(copy.fingerprint(), before);
    }

    void prefixOfDeepSpeedIsTakenOff() {
        const auto checkpoint = open(gate("_forward_module.blocks.0.ln1.weight"));
        QVERIFY(checkpoint);
        QVERIFY(checkpoint->find("blocks.0.ln1.weight"));
    }

    void shapesAreComparedWithoutOnes() {
        const auto checkpoint = open(gate("g", "F16", "[1,2,1]"));
        QVERIFY(checkpoint);
        for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{2}, {1, 1, 2}, {2, 1}})
            QVERIFY(checkpoint->readFloat32("g", shape));
    }

    void readingSaysWhatWasExpectedAndFound() {
        const auto checkpoint = open(gate("g", "F16", "[2]"));
        QVERIFY(checkpoint);
        const std::string path = m_dir.filePath("model").toStdString();
        const auto shape = checkpoint->readFloat32("g", std::array<std::int64_t, 2>{2, 3});
        QCOMPARE(shape.error().code, ErrorCode::FileDamaged);
        QCOMPARE(shape.error().message, path + ", g: expected [2,3], found [2]");
        const auto missing = checkpoint->readFloat32("h", std::array<std::int64_t, 1>{2});
        QCOMPARE(missing.error().code, ErrorCode::FileDamaged);
        QCOMPARE(missing.error().message, path + ", h: expected [2], found no such tensor");
    }

    void integersAreNoWeights() {
        const auto checkpoint = open(gate("g", "I32", "[1]"));
        QVERIFY(checkpoint);
        QCOMPARE(checkpoint->readFloat32("g", {}).error().code, ErrorCode::UnsupportedType);
    }

    // FIPS 180-4's own examples, and Qt's implementation for pieces of many lengths.
    void sha256IsTheStandards() {
        QCOMPARE(sha256(""), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        QCOMPARE(sha256("abc"),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(sha256(std::string(1000000, 'a')),
                 std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
        Sha256 pieces;
        QByteArray whole;
        for (int length = 0; length < 200; ++length) {
            const QByteArray piece(length, static_cast<char>(length));
            whole += piece;
            pieces.update(std::as_bytes(std::span(piece.constData(), static_cast<std::size_t>(length))));
        }
        QCOMPARE(QByteArray::fromStdString(pieces.finish()),
                 QCryptographicHash::hash(whole, QCryptographicHash::Sha256).toHex());
    }

    // Gate files keep fingerprints, so the hashed bytes must never change; they are written out here once
    // more.
    void fingerprintIsAsDocumented() {
        Bytes input;
        const auto number = [&](std::uint64_t n) { samples::appendValue(input, n); };
        const auto text = [&](std::string_view t) {
            number(t.size());
            samples::append(input, std::span(t));
        };
        text("g");
        text("f16");
        number(2);
        number(2);
        number(1);
        number(4);
        for (const int byte : {0, 1, 2, 3})
            input.push_back(static_cast<std::byte>(byte));
        const QByteArray expected =
            QCryptographicHash::hash(
                QByteArrayView(input.data(), static_cast<qsizetype>(input.size())).toByteArray(),
                QCryptographicHash::Sha256)
                .toHex();
        QCOMPARE(QByteArray::fromStdString(*open(gate())->fingerprint()), expected);
    }

    void fingerprintSeesTensorsAndNothingElse() {
        const std::string fingerprint = *open(gate())->fingerprint();
        QVERIFY(*open(gate("h"))->fingerprint() != fingerprint);
        QVERIFY(*open(gate("g", "BF16"))->fingerprint() != fingerprint);
        QVERIFY(*open(gate("g", "F16", "[1,2]"))->fingerprint() != fingerprint);
        QVERIFY(*open(gate("g", "F16", "[2,1]", 1))->fingerprint() != fingerprint);

        const char* const a = R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
        const char* const b = R"("b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]})";
        const auto inOrder = [&](const std::string& fields) {
            return *open(samples::safetensors("{" + fields + "}", 2))->fingerprint();
        };
        const std::string ab = inOrder(std::string(a) + "," + b);
        QCOMPARE(inOrder(std::string(b) + "," + a), ab);
        QCOMPARE(inOrder(R"("__metadata__":{"x":"y"},)" + std::string(b) + "," + a), ab);
    }
};

QTEST_GUILESS_MAIN(CheckpointTest)
#include "checkpoint_test.moc"
