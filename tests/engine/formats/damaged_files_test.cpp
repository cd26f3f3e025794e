// Files that end too early or have bits flipped: an error or other values, never a crash. Run it under the
// sanitizers too.
#include "engine/core/random.h"
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/samples/sample_gguf.h"
#include "tests/engine/formats/samples/sample_rwkv_cpp.h"
#include "tests/engine/formats/samples/sample_safetensors.h"
#include "tests/engine/formats/samples/sample_torch.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

using namespace engine;
using samples::Bytes;
using samples::RwkvCppType;
using samples::Version;

Q_DECLARE_METATYPE(samples::Bytes)

namespace {

Bytes rwkvCppFile(Version version, const samples::Sizes& sizes, RwkvCppType type) {
    return samples::rwkvCpp(samples::officialModel(version, sizes), version, sizes, {type}).bytes;
}

// With a vocabulary, whose list is an array inside the key-values.
Bytes ggufFile(Version version, const samples::Sizes& sizes, const samples::GgufOptions& options) {
    auto writer = samples::ggufWriter(samples::officialModel(version, sizes), version, sizes, options);
    writer.addText("tokenizer.ggml.model", "rwkv");
    writer.addTexts("tokenizer.ggml.tokens", {"<s>", "\\x00"});
    writer.addIntegers("tokenizer.ggml.token_type", {3, 1});
    return writer.finish();
}

// Reads every byte that the checkpoint promises.
void touchEverything(const Checkpoint& checkpoint) {
    for (const TensorInfo& tensor : checkpoint.tensors()) {
        const auto values = checkpoint.readFloat32(tensor.name, tensor.shape);
        if (values)
            QCOMPARE(values->size(), static_cast<std::size_t>(tensor.elements()));
        else
            QCOMPARE(values.error().code, ErrorCode::UnsupportedType);
    }
    QCOMPARE(checkpoint.fingerprint()->size(), std::size_t{64});
    if (checkpoint.vocabulary())
        for (const std::string_view token : checkpoint.vocabulary()->tokens)
            QVERIFY(std::ranges::count(token, '\0') <= std::ptrdiff_t(token.size()));
}

} // namespace

class DamagedFilesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path path() const { return m_dir.filePath("model").toStdString(); }

    static void addFiles() {
        QTest::addColumn<Bytes>("file");
        const samples::Sizes sizes = {1, 2, 1, 4, 4, 1};
        QTest::newRow("safetensors") << samples::safetensors(samples::officialModel(Version::V6, sizes));
        QTest::newRow("pytorch") << samples::torchFile(samples::officialModel(Version::V6, sizes));
        QTest::newRow("pytorch, older") << samples::torchFile(
            samples::officialModel(Version::V6, sizes),
            {.type = DataType::BFloat16, .isZip64 = false, .isTransposed = true, .hasOneStorage = true});
        QTest::newRow("rwkv.cpp 5.2") << rwkvCppFile(Version::V5_2, sizes, RwkvCppType::F32);
        QTest::newRow("rwkv.cpp 6") << rwkvCppFile(Version::V6, sizes, RwkvCppType::F16);
        QTest::newRow("rwkv.cpp 7") << rwkvCppFile(Version::V7, {2, 2, 1, 4, 4, 1}, RwkvCppType::F32);
        QTest::newRow("rwkv.cpp 6, blocks")
            << rwkvCppFile(Version::V6, {1, 2, 1, 32, 32, 32}, RwkvCppType::Q4_0);
        QTest::newRow("gguf 6") << ggufFile(Version::V6, sizes, {.type = DataType::Float16, .version = 2});
        QTest::newRow("gguf 7") << ggufFile(Version::V7, {2, 2, 1, 4, 4, 1}, {});
        QTest::newRow("gguf 6, blocks")
            << ggufFile(Version::V6, {2, 2, 1, 32, 32, 32}, {.type = DataType::Q4_0, .rescaleEvery = 1});
    }

private slots:
    void everyTruncationIsAnError_data() { addFiles(); }
    void everyTruncationIsAnError() {
        QFETCH(Bytes, file);
        samples::writeFile(path(), file);
        const auto whole = Checkpoint::open(path());
        QVERIFY2(whole, whole.error().message.c_str());
        for (std::size_t size = file.size(); size-- > 0;) {
            QCOMPARE(::truncate(path().c_str(), static_cast<off_t>(size)), 0);
            const auto cut = Checkpoint::open(path());
            QVERIFY2(!cut, qPrintable(QString("%1 of %2 bytes were accepted").arg(size).arg(file.size())));
            QVERIFY2(cut.error().code == ErrorCode::FileDamaged, cut.error().message.c_str());
            QVERIFY(cut.error().message.starts_with(path().string()));
        }
    }

    void flippedBitsNeverCrash_data() { addFiles(); }
    void flippedBitsNeverCrash() {
        QFETCH(Bytes, file);
        Random random(2024);
        int accepted = 0, refused = 0;
        for (int round = 0; round < 3000; ++round) {
            Bytes damaged = file;
            for (std::uint64_t flips = 1 + random.below(4); flips > 0; --flips) {
                const auto bit = random.below(8 * damaged.size());
                damaged[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
            }
            samples::writeFile(path(), damaged);
            const auto checkpoint = Checkpoint::open(path());
            checkpoint ? ++accepted : ++refused;
            if (checkpoint)
                touchEverything(*checkpoint);
            else
                QVERIFY(checkpoint.error().code != ErrorCode::Internal &&
                        checkpoint.error().code != ErrorCode::OutOfMemory);
        }
        // Flips in values go unnoticed, flips in names and sizes do not; both must have been met.
        QVERIFY2(accepted > 10 && refused > 10,
                 qPrintable(QString("%1 accepted, %2 refused").arg(accepted).arg(refused)));
    }

    void extremeNumbersNeverCrash_data() { addFiles(); }
    void extremeNumbersNeverCrash() {
        QFETCH(Bytes, file);
        const std::size_t places = std::min<std::size_t>(file.size() - 8, 2000);
        for (std::size_t at = 0; at < places; ++at)
            for (const std::uint64_t number :
                 {~std::uint64_t{0}, std::uint64_t{1} << 63, (std::uint64_t{1} << 63) - 1,
                  std::uint64_t{0x7FFFFFFF7FFFFFFF}, std::uint64_t{0}}) {
                Bytes damaged = file;
                std::memcpy(damaged.data() + at, &number, sizeof number);
                samples::writeFile(path(), damaged);
                if (const auto checkpoint = Checkpoint::open(path()))
                    touchEverything(*checkpoint);
            }
    }

    void headerTextFromRandomPiecesNeverCrashes() {
        const std::vector<std::string> pieces = {"{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 ",",
                                                 ":",
                                                 "\"t\"",
                                                 "\"__metadata__\"",
                                                 "\"dtype\"",
                                                 "\"shape\"",
                                                 "\"data_offsets\"",
                                                 "\"F32\"",
                                                 "\"\"",
                                                 "0",
                                                 "4",
                                                 "-1",
                                                 "1e9",
                                                 "18446744073709551616",
                                                 "true",
                                                 "null",
                                                 "\"t\":{\"dtype\":\"U8\",",
                                                 "\"shape\":[4],",
                                                 "\"data_offsets\":[0,4]}"};
        Random random(99);
        for (int round = 0; round < 20000; ++round) {
            std::string header = "{";
            for (std::uint64_t count = random.below(16); count > 0; --count)
                header += pieces[random.below(pieces.size())];
            samples::writeFile(path(), samples::safetensors(header, 4));
            if (const auto checkpoint = Checkpoint::open(path()))
                touchEverything(*checkpoint);
        }
    }
};

QTEST_GUILESS_MAIN(DamagedFilesTest)
#include "damaged_files_test.moc"
