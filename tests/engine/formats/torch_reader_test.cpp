// PyTorch's archives as torch.save writes them.
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/format_test.h"
#include "tests/engine/formats/refusal.h"
#include "tests/engine/formats/samples/sample_torch.h"
#include "tests/engine/formats/torch_archives.h"

#include <QTest>

#include <algorithm>

using namespace engine;
using samples::Bytes;
using samples::PickleWriter;
using samples::TorchOptions;
using samples::TorchView;
using samples::Version;
using namespace test;

Q_DECLARE_METATYPE(samples::Bytes)
Q_DECLARE_METATYPE(samples::TorchOptions)
Q_DECLARE_METATYPE(samples::TorchView)

class TorchReaderTest : public FormatTest {
    Q_OBJECT

public:
    TorchReaderTest()
        : FormatTest("model.pth") {}

private slots:
    void everyTensorIsTheOfficialOne_data() {
        QTest::addColumn<TorchOptions>("options");
        const auto row = [](const char* name, const TorchOptions& options) {
            QTest::newRow(name) << options;
        };
        row("f32", {});
        row("f16", {.type = DataType::Float16});
        row("bf16", {.type = DataType::BFloat16});
        row("without zip64", {.isZip64 = false});
        row("transposed", {.isTransposed = true});
        row("transposed bf16", {.type = DataType::BFloat16, .isTransposed = true});
        row("plain dict", {.isOrderedDict = false});
        row("parameters", {.hasParameters = true});
        row("one storage", {.hasOneStorage = true});
        row("one storage, transposed", {.isTransposed = true, .hasOneStorage = true});
        row("under state_dict", {.under = "state_dict"});
        row("under model", {.isOrderedDict = false, .under = "model"});
        row("under model_state_dict", {.under = "model_state_dict"});
        row("under module", {.under = "module"});
        row("under any other key", {.under = "weights"});
        row("prefix of DistributedDataParallel", {.prefix = "module."});
        row("prefix of torch.compile", {.prefix = "_orig_mod."});
        row("several prefixes", {.under = "module", .prefix = "_orig_mod.module."});
        row("part of something larger", {.prefix = "model."});
        row("prefix of DeepSpeed", {.prefix = "_forward_module."});
        row("protocol 4", {.hasParameters = true, .protocol = 4});
    }

    void everyTensorIsTheOfficialOne() {
        QFETCH(TorchOptions, options);
        for (const Version version : {Version::V5_2, Version::V6, Version::V7}) {
            const auto official = samples::officialModel(version, {});
            const auto checkpoint = open(samples::torchFile(official, options));
            QVERIFY2(checkpoint, checkpoint.error().message.c_str());
            QCOMPARE(checkpoint->format(), std::string("pytorch"));
            QCOMPARE(checkpoint->tensors().size(), official.size());
            for (const samples::Tensor& expected : official) {
                const TensorInfo* found = checkpoint->find(expected.name);
                QVERIFY2(found, expected.name.c_str());
                QCOMPARE(found->type, options.type);
                QCOMPARE(found->shape, expected.shape);
                const auto values = checkpoint->readFloat32(expected.name, expected.shape);
                QVERIFY(values);
                if (options.type == DataType::BFloat16 && expected.name.ends_with("time_decay"))
                    continue; // of more digits than the type has
                QVERIFY2(std::ranges::equal(values->span(), expected.values), expected.name.c_str());
            }
        }
    }

    void viewsAreGathered_data() {
        QTest::addColumn<TorchView>("view");
        QTest::addColumn<QList<int>>("expected");
        const auto row = [](const char* name, const TorchView& view, const QList<int>& expected) {
            QTest::newRow(name) << view << expected;
        };
        row("whole", view(0, {3, 4}, {4, 1}), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
        row("transposed", view(0, {4, 3}, {1, 4}), {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
        row("part", view(5, {3}, {1}), {5, 6, 7});
        row("last element", view(11, {1}, {1}), {11});
        row("column", view(2, {3, 1}, {4, 1}), {2, 6, 10});
        row("block", view(5, {2, 2}, {4, 1}), {5, 6, 9, 10});
        row("three dimensions", view(0, {2, 3, 2}, {1, 4, 2}), {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11});
        row("any stride of a single row", view(4, {1, 4}, {9999, 1}), {4, 5, 6, 7});
        row("one value many times", view(3, {2, 3}, {0, 0}), {3, 3, 3, 3, 3, 3});
        row("scalar", view(7, {}, {}), {7});
        row("nothing", view(0, {0, 4}, {4, 1}), {});
        row("nothing, transposed", view(12, {4, 0}, {1, 4}), {});
    }

    void viewsAreGathered() {
        QFETCH(TorchView, view);
        QFETCH(QList<int>, expected);
        const auto checkpoint = open(oneTensor(view));
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        const auto values = checkpoint->readFloat32("t", view.shape);
        QVERIFY2(values, values.error().message.c_str());
        QVERIFY(std::ranges::equal(values->span(), expected));
    }

    void sharedStoragesAreOneMemory() {
        const auto checkpoint = open(samples::torchFile(
            {{"a", view(0, {12}, {1})}, {"b", view(4, {4}, {1})}, {"c", view(0, {3}, {4})}}, {counted(12)}));
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->find("b")->place.data(), checkpoint->find("a")->place.data() + 16);
        QVERIFY(
            std::ranges::equal(checkpoint->readFloat32("c", Shape{3})->span(), std::vector<float>{0, 4, 8}));
    }

    void everyStorageClassIsRead() {
        const std::pair<const char*, DataType> classes[] = {
            {"FloatStorage", DataType::Float32},     {"HalfStorage", DataType::Float16},
            {"BFloat16Storage", DataType::BFloat16}, {"DoubleStorage", DataType::Float64},
            {"LongStorage", DataType::Int64},        {"IntStorage", DataType::Int32},
            {"ShortStorage", DataType::Int16},       {"ByteStorage", DataType::UInt8},
            {"CharStorage", DataType::Int8},         {"BoolStorage", DataType::Bool}};
        for (const auto& [name, type] : classes) {
            TorchView wanted = view(1, {2}, {1}, 3);
            wanted.storageClass = name;
            const Bytes storage(3 * bytesPerBlock(type), std::byte{1});
            const auto checkpoint = open(samples::torchFile({{"t", wanted}}, {storage}));
            QVERIFY2(checkpoint, checkpoint.error().message.c_str());
            QCOMPARE(checkpoint->find("t")->type, type);
            QCOMPARE(checkpoint->find("t")->place.size(), 2 * bytesPerBlock(type));
        }
    }

    void otherEntriesAreIgnored() {
        PickleWriter pickle;
        pickle.raw("}(").text("t");
        samples::appendTensor(pickle, view(0, {12}, {1}));
        pickle.text("epoch")
            .integer(70000)
            .text("lr")
            .raw("G")
            .raw("12345678")
            .text("huge")
            .raw("\x8a\x09")
            .raw("123456789");
        pickle.text("dtype")
            .global("torch", "float32")
            .text("notes")
            .raw("](")
            .text("a")
            .raw("Ne")
            .integer(7)
            .raw("N");
        const auto checkpoint = open(withPickle(pickle.raw("u.").bytes()));
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->tensors().size(), std::size_t{1});
    }

    void objectsBesideTheTensorsAreNamed() {
        PickleWriter pickle;
        pickle.raw("}(").text("model_state_dict").raw("}(").text("emb.weight");
        samples::appendTensor(pickle, view(0, {3, 4}, {4, 1}));
        pickle.text("emb.extra").global("my.code", "Table").raw(")R").raw("u").text("args");
        pickle.global("argparse", "Namespace").raw(")\x81}").text("lr").raw("Nsb").text("callback");
        pickle.global("os", "system").text("true").raw("\x85Ru.");
        const auto checkpoint = open(withPickle(pickle.bytes()));
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->tensors().size(), std::size_t{1});
        QVERIFY(checkpoint->find("emb.weight"));
        QCOMPARE(checkpoint->unread().size(), std::size_t{3});
        QCOMPARE(checkpoint->findUnread("args")->kind, std::string("argparse.Namespace"));
        QCOMPARE(checkpoint->findUnread("callback")->kind, std::string("os.system"));
        QCOMPARE(checkpoint->findUnread("emb.extra")->kind, std::string("my.code.Table"));
    }

    // Number types that we do not read, as older and newer versions of PyTorch write them, and a name that is
    // no model's.
    void tensorsOfOtherTypesAreNamed() {
        PickleWriter pickle;
        pickle.raw("}(").text("t");
        samples::appendTensor(pickle, view(0, {12}, {1}));
        TorchView complexNumbers = view(0, {2}, {1});
        complexNumbers.storageClass = "ComplexFloatStorage";
        samples::appendTensor(pickle.text("gr\xC3\xB6\xC3\x9F"
                                          "e 1"),
                              complexNumbers);
        pickle.text("scale").global("torch._utils", "_rebuild_tensor_v3").raw("((").text("storage");
        pickle.global("torch.storage", "UntypedStorage").text("0").text("cpu").integer(12).raw("tQ");
        pickle.integer(0)
            .integers({4})
            .integers({1})
            .raw("\x89")
            .global("collections", "OrderedDict")
            .raw(")R");
        pickle.global("torch", "float8_e4m3fn").raw("tRu.");
        const auto checkpoint = open(withPickle(pickle.bytes()));
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->tensors().size(), std::size_t{1});
        QCOMPARE(checkpoint
                     ->findUnread("gr\xC3\xB6\xC3\x9F"
                                  "e 1")
                     ->kind,
                 std::string("torch.ComplexFloatStorage"));
        QCOMPARE(checkpoint->findUnread("scale")->kind, std::string("torch.float8_e4m3fn"));
        QCOMPARE(checkpoint->findUnread("scale")->shape, Shape{4});
        const auto values = checkpoint->readFloat32("scale", Shape{4});
        QCOMPARE(values.error().code, ErrorCode::UnsupportedType);
        QVERIFY(values.error().message.find("float8_e4m3fn") != std::string::npos);
    }

    void filesWithoutByteOrderAreLittleEndian() {
        const auto checkpoint = open(changed([](auto& members) { members.erase(members.begin() + 1); }));
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(TorchReaderTest)
#include "torch_reader_test.moc"
