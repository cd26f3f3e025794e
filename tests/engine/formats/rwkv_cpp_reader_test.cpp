// Models stored as rwkv.cpp's converter stores them read back as the official ones.
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/format_test.h"
#include "tests/engine/formats/refusal.h"
#include "tests/engine/formats/samples/sample_rwkv_cpp.h"

#include <QTest>

#include <cmath>
#include <cstring>

using namespace engine;
using samples::Bytes;
using samples::RwkvCppType;
using samples::Version;

Q_DECLARE_METATYPE(samples::Version)
Q_DECLARE_METATYPE(samples::RwkvCppType)
Q_DECLARE_METATYPE(samples::Bytes)

namespace {

std::vector<std::int64_t> withoutOnes(std::vector<std::int64_t> shape) {
    std::erase(shape, 1);
    return shape;
}

// A file of one tensor, after a valid header.
Bytes oneTensor(std::string_view name, std::int32_t type, const std::vector<std::int32_t>& sizes,
                std::size_t valueBytes) {
    Bytes file = samples::rwkvCppHeader(101, 4, 8, 2, 0);
    samples::appendRwkvCppTensor(file, name, type, sizes, Bytes(valueBytes));
    return file;
}

} // namespace

class RwkvCppReaderTest : public FormatTest {
    Q_OBJECT

public:
    RwkvCppReaderTest()
        : FormatTest("model.bin") {}

private slots:
    void everyTensorIsTheOfficialOne_data() {
        QTest::addColumn<Version>("version");
        QTest::addColumn<RwkvCppType>("type");
        const std::pair<const char*, Version> versions[] = {
            {"5.2", Version::V5_2}, {"6", Version::V6}, {"7", Version::V7}};
        const std::pair<const char*, RwkvCppType> types[] = {
            {"f32", RwkvCppType::F32},   {"f16", RwkvCppType::F16},   {"q4_0", RwkvCppType::Q4_0},
            {"q4_1", RwkvCppType::Q4_1}, {"q5_0", RwkvCppType::Q5_0}, {"q5_1", RwkvCppType::Q5_1},
            {"q8_0", RwkvCppType::Q8_0}};
        for (const auto& [versionName, version] : versions)
            for (const auto& [typeName, type] : types)
                QTest::newRow(qPrintable(QString("%1 %2").arg(versionName, typeName))) << version << type;
    }

    void everyTensorIsTheOfficialOne() {
        QFETCH(Version, version);
        QFETCH(RwkvCppType, type);
        const auto official = samples::officialModel(version, samples::kBlockSizes);
        const auto checkpoint = open(samples::rwkvCpp(official, version, samples::kBlockSizes, {type}).bytes);
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->format(), std::string("rwkv.cpp"));
        QCOMPARE(checkpoint->tensors().size(), official.size());
        for (const samples::Tensor& expected : official) {
            const TensorInfo* found = checkpoint->find(expected.name);
            QVERIFY2(found, expected.name.c_str());
            QCOMPARE(withoutOnes(found->shape), withoutOnes(expected.shape));
            const auto values = checkpoint->readFloat32(expected.name, expected.shape);
            QVERIFY2(values, values.error().message.c_str());
            const bool wasExponentiated = version == Version::V5_2 && expected.name.ends_with("time_decay");
            for (std::size_t i = 0; i < expected.values.size(); ++i) {
                const double difference = std::abs((*values)[i] - expected.values[i]);
                // exp(-exp(x)) in float32 keeps exp(x) to about 2^-25 absolute; x is at least -5.75.
                const double allowed = wasExponentiated ? 0x1p-25 * std::exp(5.75) * 2 : 0;
                QVERIFY2(difference <= allowed, qPrintable(QString("%1[%2]: %3, expected %4")
                                                               .arg(expected.name.c_str())
                                                               .arg(i)
                                                               .arg((*values)[i])
                                                               .arg(expected.values[i])));
            }
        }
    }

    void matricesStayQuantisedAndFactorsDoNot() {
        const auto official = samples::officialModel(Version::V6, samples::kBlockSizes);
        const auto checkpoint =
            open(samples::rwkvCpp(official, Version::V6, samples::kBlockSizes, {RwkvCppType::Q5_1}).bytes);
        QVERIFY(checkpoint);
        QCOMPARE(checkpoint->find("blocks.1.att.key.weight")->type, DataType::Q5_1);
        QCOMPARE(checkpoint->find("blocks.1.att.time_maa_w1")->type, DataType::Float32);
        QCOMPARE(checkpoint->find("blocks.1.att.time_maa_w2")->type, DataType::Float16);
        QCOMPARE(checkpoint->find("blocks.1.att.time_decay_w2")->type, DataType::Float32);
    }

    void shapesAreThoseThatDetectionLooksAt() {
        for (const Version version : {Version::V5_2, Version::V6, Version::V7}) {
            const samples::Sizes sizes;
            const auto checkpoint =
                open(samples::rwkvCpp(samples::officialModel(version, sizes), version, sizes).bytes);
            QVERIFY(checkpoint);
            const std::vector<std::int64_t> heads = {sizes.heads, sizes.headSize};
            if (version == Version::V5_2)
                QCOMPARE(checkpoint->find("blocks.0.att.time_decay")->shape, heads);
            QCOMPARE(checkpoint->find(version == Version::V7 ? "blocks.0.att.r_k" : "blocks.0.att.time_faaaa")
                         ->shape,
                     heads);
            QVERIFY(!checkpoint->metadata().contains("inkgate.group_norm_epsilon"));
        }
    }

    void testModelsKeepTheEpsilonOfRwkvCpp() {
        const samples::Sizes sizes{.headSize = 8};
        const auto checkpoint =
            open(samples::rwkvCpp(samples::officialModel(Version::V5_2, sizes), Version::V5_2, sizes).bytes);
        QVERIFY(checkpoint);
        QCOMPARE(std::stof(checkpoint->metadata().at("inkgate.group_norm_epsilon")), 1e-5f);
    }

    void decaysAtTheEndsOfTheirRangeStayFinite() {
        const samples::Sizes sizes;
        auto official = samples::officialModel(Version::V5_2, sizes);
        for (samples::Tensor& tensor : official)
            if (tensor.name.ends_with("time_decay"))
                for (std::size_t i = 0; i < tensor.values.size(); ++i)
                    tensor.values[i] = i % 2 ? 7.0f : -30.0f; // stored as 0 and 1
        const auto checkpoint = open(samples::rwkvCpp(official, Version::V5_2, sizes).bytes);
        QVERIFY(checkpoint);
        const auto values =
            checkpoint->readFloat32("blocks.0.att.time_decay", std::array{sizes.heads, sizes.headSize});
        QVERIFY(values);
        for (std::size_t i = 0; i < values->size(); ++i) {
            const float logit = (*values)[i];
            QVERIFY(std::isfinite(logit));
            QVERIFY(std::exp(-std::exp(logit)) == (i % 2 ? 0.0f : 1.0f));
        }
    }

    void version100IsReadUnlessQuantised() {
        const auto official = samples::officialModel(Version::V7, samples::kBlockSizes);
        QVERIFY(open(
            samples::rwkvCpp(official, Version::V7, samples::kBlockSizes, {RwkvCppType::F16, 100}).bytes));
        const auto old = open(
            samples::rwkvCpp(official, Version::V7, samples::kBlockSizes, {RwkvCppType::Q5_1, 100}).bytes);
        QVERIFY(!old);
        QCOMPARE(old.error().code, ErrorCode::UnsupportedType);
    }

    void aCutBetweenTensorsIsNoticed_data() {
        QTest::addColumn<Version>("version");
        QTest::newRow("5.2") << Version::V5_2;
        QTest::newRow("6") << Version::V6;
        QTest::newRow("7") << Version::V7;
    }

    void aCutBetweenTensorsIsNoticed() {
        QFETCH(Version, version);
        const samples::Sizes sizes;
        const auto sample = samples::rwkvCpp(samples::officialModel(version, sizes), version, sizes);
        for (const std::size_t start : sample.tensorStarts) {
            const auto cut =
                open(Bytes(sample.bytes.begin(), sample.bytes.begin() + static_cast<std::ptrdiff_t>(start)));
            QVERIFY(!cut);
            QCOMPARE(cut.error().code, ErrorCode::FileDamaged);
            QVERIFY2(cut.error().message.find("cut short") != std::string::npos, cut.error().message.c_str());
        }
    }

    void anyMissingTensorIsNamed_data() { aCutBetweenTensorsIsNoticed_data(); }
    void anyMissingTensorIsNamed() {
        QFETCH(Version, version);
        const samples::Sizes sizes;
        const auto official = samples::officialModel(version, sizes);
        // The names that tell the version; without one the file is another model's.
        const std::string marker = version == Version::V7 ? "blocks.0.att.r_k" : "blocks.0.att.time_maa_x";
        for (std::size_t left = 0; left < official.size(); ++left) {
            const std::string& name = official[left].name;
            const bool tellsV5 = version == Version::V5_2 &&
                                 (name == "blocks.0.att.gate.weight" || name == "blocks.0.att.ln_x.weight");
            if (name == marker || tellsV5 || name.find("att.x_") != std::string::npos)
                continue;
            auto partial = official;
            partial.erase(partial.begin() + static_cast<std::ptrdiff_t>(left));
            const auto checkpoint = open(samples::rwkvCpp(partial, version, sizes).bytes);
            QVERIFY2(!checkpoint, name.c_str());
            QVERIFY2(checkpoint.error().message.find(name) != std::string::npos,
                     checkpoint.error().message.c_str());
        }
    }

    void whatTheModelDoesNotReadIsKept() {
        const samples::Sizes sizes;
        Bytes file = samples::rwkvCpp(samples::officialModel(Version::V7, sizes), Version::V7, sizes).bytes;
        samples::appendRwkvCppTensor(file, "my tensor", 0, {8}, Bytes(32));
        samples::appendRwkvCppTensor(file,
                                     "gr\xC3\xB6\xC3\x9F"
                                     "e",
                                     0, {8}, Bytes(32));
        samples::appendRwkvCppTensor(file, "nothing", 0, {8, 0}, {});
        const auto checkpoint = open(file);
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
        for (const char* name : {"my tensor",
                                 "gr\xC3\xB6\xC3\x9F"
                                 "e",
                                 "nothing"})
            QVERIFY2(checkpoint->find(name), name);
    }

    // Of a tensor that has to be turned round there must be something.
    void factorsOfNoValuesAreRefused() {
        const samples::Sizes sizes;
        auto official = samples::officialModel(Version::V7, sizes);
        std::erase_if(official, [](const auto& tensor) { return tensor.name == "blocks.0.att.w1"; });
        Bytes file = samples::rwkvCpp(official, Version::V7, sizes).bytes;
        samples::appendRwkvCppTensor(file, "blocks.0.att.w1", 0, {8, 0}, {});
        verifyRefused(open(file), int(ErrorCode::FileDamaged),
                      "blocks.0.att.w1: expected a matrix, found [0,8]", m_dir.filePath("model.bin"));
    }

    void brokenFilesAreRefused_data() {
        QTest::addColumn<Bytes>("file");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, Bytes file, ErrorCode code, const char* says) {
            QTest::newRow(name) << std::move(file) << int(code) << QString(says);
        };
        const auto header = samples::rwkvCppHeader;
        constexpr auto kDamaged = ErrorCode::FileDamaged;
        row("unknown version", header(99, 4, 8, 2, 0), ErrorCode::UnsupportedFormat, "found 99");
        row("big-endian version", header(0x65000000, 4, 8, 2, 0), ErrorCode::UnsupportedFormat, "version");
        row("no layers", header(101, 4, 8, 0, 0), kDamaged, "layers 0");
        row("negative vocabulary", header(101, -4, 8, 2, 0), kDamaged, "vocabulary -4");
        row("K-quant file", header(101, 4, 8, 2, 13), ErrorCode::UnsupportedType, "type code 13");
        row("removed file type", header(101, 4, 8, 2, 5), ErrorCode::UnsupportedType, "type code 5");
        row("header only", header(101, 4, 8, 2, 0), kDamaged, "emb.weight");
        row("layers beyond any file", header(101, 4, 8, 0x7FFFFFFF, 0), kDamaged, "emb.weight");
        row("no dimensions", oneTensor("emb.weight", 0, {}, 0), kDamaged, "found 0");
        row("four dimensions", oneTensor("emb.weight", 0, {1, 1, 1, 1}, 4), kDamaged, "found 4");
        row("empty name", oneTensor("", 0, {8}, 32), kDamaged, "name of 1 to 1024 bytes");
        row("endless name", oneTensor(std::string(2000, 'x'), 0, {8}, 32), kDamaged, "found 2000");
        row("name with a line break", oneTensor("emb\n.weight", 0, {8}, 32), kDamaged, "printable");
        row("name with a bell", oneTensor("emb\a", 0, {8}, 32), kDamaged, "printable");
        row("ggml's number for Q8_0 is Q5_1 here", oneTensor("emb.weight", 8, {32}, 34), kDamaged,
            "head of a tensor");
        row("unknown type", oneTensor("emb.weight", 4, {8}, 32), ErrorCode::UnsupportedType,
            "emb.weight: type code 4");
        row("negative type", oneTensor("emb.weight", -1, {8}, 32), ErrorCode::UnsupportedType,
            "type code -1");
        row("negative size", oneTensor("emb.weight", 0, {-8, 4}, 128), kDamaged,
            "emb.weight: negative dimension");
        row("size zero", oneTensor("emb.weight", 0, {8, 0}, 0), kDamaged, "found [0,8]");
        row("product beyond 64 bits", oneTensor("emb.weight", 0, {0x7FFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF}, 0),
            kDamaged, "larger than any file");
        row("bytes beyond 64 bits", oneTensor("emb.weight", 0, {0x7FFFFFFF, 0x7FFFFFFF, 2}, 0), kDamaged,
            "larger than any file");
        row("larger than the file", oneTensor("emb.weight", 0, {8, 0x7FFFFFFF}, 128), kDamaged, "found 128");
        row("half a block", oneTensor("emb.weight", 8, {16, 2}, 24), kDamaged, "multiples of 32");
        row("values cut", oneTensor("emb.weight", 0, {8, 4}, 127), kDamaged,
            "expected 128 bytes for [4,8] of f32, found 127");
        row("other sizes than the header's", oneTensor("emb.weight", 0, {8, 5}, 160), kDamaged,
            "emb.weight: expected [4,8] as the header says, found [5,8]");
        row("layer beyond the header's", oneTensor("blocks.2.ln1.weight", 0, {8}, 32), kDamaged,
            "expected 2 layers");
        row("layer without a number", oneTensor("blocks.ln1.weight", 0, {8}, 32), kDamaged,
            "expected 2 layers");
        row("negative layer", oneTensor("blocks.-1.ln1.weight", 0, {8}, 32), kDamaged, "expected 2 layers");
        row("layer number without end", oneTensor("blocks.99999999999999999999.x", 0, {8}, 32), kDamaged,
            "expected 2 layers");

        const samples::Sizes sizes;
        const auto changed = [&](Version version, const char* name, auto change) {
            auto official = samples::officialModel(version, sizes);
            for (samples::Tensor& tensor : official)
                if (tensor.name == name)
                    change(tensor);
            return samples::rwkvCpp(official, version, sizes).bytes;
        };
        row("decay that is not a number",
            changed(Version::V5_2, "blocks.1.att.time_decay", [](auto& t) { t.values[3] = std::nanf(""); }),
            kDamaged, "blocks.1.att.time_decay: expected decays from 0 to 1, found");
        row("factor with a dimension too many",
            changed(Version::V6, "blocks.1.att.time_decay_w1",
                    [](auto& t) {
                        t.shape = {4, 4, 1};
                    }),
            kDamaged, "blocks.1.att.time_decay_w1: expected 2 dimensions");
        row("stack of the wrong height",
            changed(Version::V7, "blocks.0.att.x_g", [](auto& t) { t.name = "blocks.0.att.x_q"; }), kDamaged,
            "blocks.0.att.x_rwkvag: expected [6,1,C], found [5,1,8]");
        auto twice = samples::officialModel(Version::V7, sizes);
        twice.push_back(twice.back());
        row("tensor given twice", samples::rwkvCpp(twice, Version::V7, sizes).bytes, kDamaged,
            "head.weight: the file has two");
        Bytes withBoth =
            samples::rwkvCpp(samples::officialModel(Version::V7, sizes), Version::V7, sizes).bytes;
        samples::appendRwkvCppTensor(withBoth, "blocks.0.att.x_v", 0, {8}, Bytes(32));
        row("stacked and single mixes", withBoth, kDamaged, "blocks.0.att.x_v: the file has two");
    }

    void brokenFilesAreRefused() {
        QFETCH(Bytes, file);
        QFETCH(int, code);
        QFETCH(QString, says);
        verifyRefused(open(file), code, says, m_dir.filePath("model.bin"));
    }
};

QTEST_GUILESS_MAIN(RwkvCppReaderTest)
#include "rwkv_cpp_reader_test.moc"
