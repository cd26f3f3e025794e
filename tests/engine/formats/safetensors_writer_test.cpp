#include "engine/core/random.h"
#include "engine/formats/checkpoint.h"
#include "engine/formats/safetensors/safetensors_writer.h"
#include "tests/support/random_blocks.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <cstring>
#include <sys/resource.h>

using namespace engine;

class SafetensorsWriterTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;

    std::filesystem::path path() const { return m_dir->filePath("model.safetensors").toStdString(); }
    QByteArray content() const {
        QFile file(m_dir->filePath("model.safetensors"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QStringList files() const { return QDir(m_dir->path()).entryList(QDir::Files | QDir::Hidden); }

    static std::vector<float> someValues(std::size_t count) {
        Random random(7);
        std::vector<float> values(count);
        for (float& value : values)
            value = static_cast<float>(random.normal());
        return values;
    }

private slots:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void whatIsWrittenIsReadAgain_data() {
        QTest::addColumn<int>("type");
        QTest::newRow("f32") << int(DataType::Float32);
        QTest::newRow("f16") << int(DataType::Float16);
        QTest::newRow("bf16") << int(DataType::BFloat16);
    }

    void whatIsWrittenIsReadAgain() {
        QFETCH(int, type);
        const auto dataType = static_cast<DataType>(type);
        const std::vector<float> matrix = someValues(35), row = someValues(7);
        const std::array<std::int64_t, 3> numbers = {1, -2, 1ll << 60};
        SafetensorsWriter writer;
        QVERIFY(writer.addFloat32("z.weight", dataType, {5, 7}, matrix));
        QVERIFY(writer.addFloat32("a.bias", dataType, {1, 1, 7}, row));
        writer.add("numbers", DataType::Int64, {3}, std::as_bytes(std::span(numbers)));
        writer.add("nothing", DataType::UInt8, {0, 4}, {});
        writer.add("scalar", DataType::Float32, {}, std::as_bytes(std::span(matrix).first(1)));
        writer.setMetadata("title", "overwritten");
        writer.setMetadata("title", "Märchen \"quoted\" \\ \n\t\x01 🐌");
        writer.setMetadata("", "empty key");
        const auto written = writer.write(path());
        QVERIFY2(written, written.error().message.c_str());
        QCOMPARE(files(), QStringList{"model.safetensors"});

        const auto checkpoint = Checkpoint::open(path());
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        const std::map<std::string, std::string> metadata = {{"title", "Märchen \"quoted\" \\ \n\t\x01 🐌"},
                                                             {"", "empty key"}};
        QVERIFY(checkpoint->metadata() == metadata);
        QCOMPARE(checkpoint->tensors().size(), std::size_t{5});
        const TensorInfo* found = checkpoint->find("a.bias");
        QVERIFY(found && found->type == dataType);
        QCOMPARE(found->shape, (std::vector<std::int64_t>{1, 1, 7}));
        std::vector<std::byte> expected(35 * bytesPerBlock(dataType));
        QVERIFY(fromFloat32(dataType, matrix, expected));
        QVERIFY(std::ranges::equal(*checkpoint->bytes(*checkpoint->find("z.weight")), expected));
        QVERIFY(std::ranges::equal(*checkpoint->bytes(*checkpoint->find("numbers")),
                                   std::as_bytes(std::span(numbers))));
        QCOMPARE(checkpoint->find("nothing")->elements(), std::int64_t{0});
        QVERIFY(checkpoint->find("scalar")->shape.empty());
        QVERIFY(*checkpoint->readFloat32("scalar", {})->data() == matrix[0]);
    }

    void theFileIsLaidOutAsPromised() {
        const std::vector<float> values = someValues(64);
        SafetensorsWriter writer;
        for (const char* name : {"c", "a", "b"})
            QVERIFY(writer.addFloat32(name, DataType::Float32, {64}, values));
        QVERIFY(writer.write(path()));
        const QByteArray file = content();
        std::uint64_t length = 0;
        std::memcpy(&length, file.constData(), 8);
        QCOMPARE((8 + length) % 64, std::uint64_t{0});
        QCOMPARE(static_cast<std::uint64_t>(file.size()), 8 + length + 3 * 256);
        // Qt's JSON reader, as one that is not ours.
        const QJsonObject header =
            QJsonDocument::fromJson(file.mid(8, static_cast<qsizetype>(length))).object();
        QCOMPARE(header.keys(), (QStringList{"a", "b", "c"}));
        int expected = 0;
        for (const QString& name : header.keys()) {
            QCOMPARE(header[name].toObject()["dtype"].toString(), QString("F32"));
            QCOMPARE(header[name].toObject()["data_offsets"].toArray().at(0).toInt(), expected);
            expected += 256;
            QCOMPARE(header[name].toObject()["data_offsets"].toArray().at(1).toInt(), expected);
        }
    }

    void theSameContentGivesTheSameBytes() {
        const std::vector<float> values = someValues(10);
        const auto write = [&](const std::vector<const char*>& order) {
            SafetensorsWriter writer;
            for (const char* name : order)
                (void)writer.addFloat32(name, DataType::BFloat16, {10}, values);
            writer.setMetadata("k", "v");
            return writer.write(path()) ? content() : QByteArray();
        };
        const QByteArray first = write({"x", "y", "w"});
        QVERIFY(!first.isEmpty());
        QCOMPARE(write({"w", "x", "y"}), first);
    }

    void nothingAtAllIsAFileToo() {
        QVERIFY(SafetensorsWriter().write(path()));
        const auto checkpoint = Checkpoint::open(path());
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QVERIFY(checkpoint->tensors().empty() && checkpoint->metadata().empty());
    }

    void aMovedWriterKeepsItsValues() {
        SafetensorsWriter writer;
        QVERIFY(writer.addFloat32("t", DataType::Float32, {3}, someValues(3)));
        for (int i = 0; i < 20; ++i) // entries move as the list grows
            QVERIFY(writer.addFloat32(QString("u%1").arg(i).toStdString(), DataType::Float32, {3},
                                      someValues(3)));
        const SafetensorsWriter moved = std::move(writer);
        QVERIFY(moved.write(path()));
        const auto checkpoint = Checkpoint::open(path());
        QVERIFY(std::ranges::equal(checkpoint->readFloat32("t", std::array<std::int64_t, 1>{3})->span(),
                                   someValues(3)));
    }

    void aCheckpointMayBeWrittenOverItself() {
        SafetensorsWriter writer;
        QVERIFY(writer.addFloat32("t", DataType::Float32, {1000}, someValues(1000)));
        QVERIFY(writer.write(path()));
        const auto checkpoint = Checkpoint::open(path());
        QVERIFY(checkpoint);
        SafetensorsWriter again;
        again.add("u", DataType::Float32, {1000}, *checkpoint->bytes(*checkpoint->find("t")));
        QVERIFY(again.write(path()));
        const auto rewritten = Checkpoint::open(path());
        QVERIFY(std::ranges::equal(rewritten->readFloat32("u", std::array<std::int64_t, 1>{1000})->span(),
                                   someValues(1000)));
    }

    void blocksAreReadBackAsTheyWere() {
        const auto q4 = support::randomBlocks(DataType::Q4_K, 2 * 512, 1);
        const auto values = someValues(96);
        SafetensorsWriter writer;
        writer.add("four", DataType::Q4_K, {2, 512}, q4);
        QVERIFY(writer.addFloat32("eight", DataType::Q8_0, {3, 32}, values));
        writer.setMetadata("kept", "yes");
        QVERIFY(writer.write(path()));
        const auto read = Checkpoint::open(path());
        QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
        const TensorInfo* four = read->find("four");
        QCOMPARE(four->type, DataType::Q4_K);
        QCOMPARE(four->shape, (std::vector<std::int64_t>{2, 512}));
        QVERIFY(std::ranges::equal(*read->bytes(*four), q4));
        const TensorInfo* eight = read->find("eight");
        QCOMPARE(eight->type, DataType::Q8_0);
        std::vector<std::byte> blocks(3 * 34);
        QVERIFY(fromFloat32(DataType::Q8_0, values, blocks).has_value());
        QVERIFY(std::ranges::equal(*read->bytes(*eight), blocks));
        QCOMPARE(read->metadata().size(), std::size_t{1}); // what the blocks are is no metadata of the model
    }

    void wrongBlocksAreRefused_data() {
        QTest::addColumn<QString>("blocks");
        QTest::addColumn<int>("columns");
        QTest::newRow("unknown type") << "q9_9" << 68;
        QTest::newRow("half a block") << "q8_0" << 67;
        QTest::newRow("no block type") << "f16" << 68;
    }
    void wrongBlocksAreRefused() {
        QFETCH(QString, blocks);
        QFETCH(int, columns);
        const std::vector<std::byte> bytes(static_cast<std::size_t>(columns));
        SafetensorsWriter writer;
        writer.add("t", DataType::UInt8, {1, columns}, bytes);
        writer.setMetadata("inkgate.block_type:t", blocks.toStdString());
        QVERIFY(writer.write(path()));
        QVERIFY(!Checkpoint::open(path()).has_value());
    }

    void wrongInputIsRefusedAndNothingWritten_data() {
        QTest::addColumn<QString>("wrong");
        for (const char* wrong : {"duplicate", "sizes", "negative", "blocks", "reserved", "name text",
                                  "metadata text", "dimensions"})
            QTest::newRow(wrong) << QString(wrong);
    }

    void wrongInputIsRefusedAndNothingWritten() {
        QFETCH(QString, wrong);
        const std::array<std::byte, 18> bytes{};
        const std::span<const std::byte> two = std::span(bytes).first(2);
        SafetensorsWriter writer;
        writer.add("t", DataType::UInt8, {2}, two);
        if (wrong == "duplicate")
            writer.add("t", DataType::UInt8, {2}, two);
        else if (wrong == "sizes")
            writer.add("u", DataType::Float16, {2}, two);
        else if (wrong == "negative")
            writer.add("u", DataType::UInt8, {-1, -2}, two);
        else if (wrong == "blocks")
            writer.add("u", DataType::Q4_0, {31}, bytes);
        else if (wrong == "reserved")
            writer.add("__metadata__", DataType::UInt8, {2}, two);
        else if (wrong == "name text")
            writer.add("u\xFF", DataType::UInt8, {2}, two);
        else if (wrong == "metadata text")
            writer.setMetadata("k", "v\xC3");
        else
            writer.add("u", DataType::UInt8, {1, 1, 1, 1, 1, 1, 1, 1, 2}, two);
        const auto written = writer.write(path());
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::InvalidArgument);
        QVERIFY(files().isEmpty());
    }

    void conversionsToOtherTypesAreRefused() {
        SafetensorsWriter writer;
        const std::vector<float> values(32);
        for (const DataType type : {DataType::Int8, DataType::Q5_1, DataType::Float64})
            QCOMPARE(writer.addFloat32("t", type, {32}, values).error().code, ErrorCode::InvalidArgument);
    }

    void savingFailsWhenDiskIsFull() {
        SafetensorsWriter small, large;
        QVERIFY(small.addFloat32("t", DataType::Float32, {2}, someValues(2)));
        QVERIFY(large.addFloat32("t", DataType::Float32, {100000}, someValues(100000)));
        QVERIFY(small.write(path()));
        const QByteArray before = content();
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit = {};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &limit), 0);
        const rlimit tight = {100000, limit.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &tight), 0);
        const auto written = large.write(path());
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &limit), 0);
        std::signal(SIGXFSZ, handler);
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::WriteFailed);
        QVERIFY2(written.error().message.find("model.safetensors") != std::string::npos,
                 written.error().message.c_str());
        QCOMPARE(content(), before);
        QCOMPARE(files(), QStringList{"model.safetensors"});
    }

    void savingFailsWithoutAFolder() {
        SafetensorsWriter writer;
        QCOMPARE(writer.write(path() / "below" / "model").error().code, ErrorCode::WriteFailed);
        QCOMPARE(writer.write("/dev/full").error().code, ErrorCode::WriteFailed);
    }
};

QTEST_GUILESS_MAIN(SafetensorsWriterTest)
#include "safetensors_writer_test.moc"
