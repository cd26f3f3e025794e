// Models stored as converters to GGUF store them read back as the official ones.
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/format_test.h"
#include "tests/engine/formats/refusal.h"
#include "tests/engine/formats/samples/sample_gguf.h"
#include "tests/engine/formats/samples/sample_safetensors.h"
#include "tests/engine/formats/samples/sample_values.h"

#include <QTest>

#include <algorithm>

using namespace engine;
using samples::Bytes;
using samples::GgufOptions;
using samples::GgufWriter;
using samples::Version;

Q_DECLARE_METATYPE(samples::Version)
Q_DECLARE_METATYPE(samples::GgufOptions)
Q_DECLARE_METATYPE(samples::Bytes)

namespace {

constexpr samples::Sizes kKBlockSizes = {2, 32, 4, 64, 512, 32}; // rows of whole blocks of 256 values

samples::Sizes sizesFor(DataType type) {
    return elementsPerBlock(type) == 256 ? kKBlockSizes : samples::kBlockSizes;
}

constexpr std::array kTypes = {DataType::Float32, DataType::Float16, DataType::BFloat16, DataType::Q4_0,
                               DataType::Q4_1,    DataType::Q5_0,    DataType::Q5_1,     DataType::Q8_0,
                               DataType::Q4_K,    DataType::Q5_K,    DataType::Q6_K};

} // namespace

class GgufReaderTest : public FormatTest {
    Q_OBJECT

public:
    GgufReaderTest()
        : FormatTest("model.gguf") {}

private slots:
    void everyTensorIsTheOfficialOne_data() {
        QTest::addColumn<Version>("version");
        QTest::addColumn<GgufOptions>("options");
        for (const Version version : {Version::V6, Version::V7}) {
            const auto row = [&](const std::string& name, const GgufOptions& options) {
                QTest::newRow(((version == Version::V6 ? "6 " : "7 ") + name).c_str()) << version << options;
            };
            for (const DataType type : kTypes)
                row(std::string(name(type)), {.type = type});
            row("version 2", {.version = 2});
            row("flat vectors", {.hasFlatVectors = true});
            row("quantised factors", {.type = DataType::Q5_1, .areFactorsQuantised = true});
            if (version == Version::V7)
                continue;
            row("single mixes", {.hasFusedMixes = false});
            row("single flat mixes", {.version = 2, .hasFusedMixes = false, .hasFlatVectors = true});
            row("rescaled after two layers", {.rescaleEvery = 2});
            for (const DataType type : kTypes)
                row("rescaled " + std::string(name(type)), {.type = type, .rescaleEvery = 1});
        }
    }

    void everyTensorIsTheOfficialOne() {
        QFETCH(Version, version);
        QFETCH(GgufOptions, options);
        const samples::Sizes sizes = sizesFor(options.type);
        const auto official = samples::officialModel(version, sizes);
        const auto checkpoint = open(samples::gguf(official, version, sizes, options));
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->format(), std::string("gguf"));
        const auto reference = open(samples::safetensors(official), "model.safetensors");
        QVERIFY2(reference, reference.error().message.c_str());
        QCOMPARE(checkpoint->tensors().size(), reference->tensors().size());
        for (const TensorInfo& expected : reference->tensors()) {
            const TensorInfo* found = checkpoint->find(expected.name);
            QVERIFY2(found, expected.name.c_str());
            QVERIFY2(found->shape == expected.shape, expected.name.c_str());
            const auto values = checkpoint->readFloat32(expected.name, expected.shape);
            QVERIFY2(values, values.error().message.c_str());
            const auto wanted = reference->readFloat32(expected.name, expected.shape);
            QVERIFY2(std::ranges::equal(values->span(), wanted->span()), expected.name.c_str());
        }
        // Multiplied back or not, matrices keep the type that they are stored in.
        for (const char* matrix : {"emb.weight", "blocks.1.att.key.weight", "blocks.1.att.output.weight",
                                   "blocks.1.ffn.value.weight", "head.weight"})
            QCOMPARE(name(checkpoint->find(matrix)->type), name(options.type));
    }

    void aHalfThatWouldOverflowBecomesFloat32_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<float>("stored");
        QTest::addColumn<float>("scale"); // of the blocks
        QTest::newRow("f16") << int(DataType::Float16) << 40960.0f << 1.0f;
        QTest::newRow("q8_0") << int(DataType::Q8_0) << 40960.0f << 40960.0f;
        QTest::newRow("q4_1, by its minimum") << int(DataType::Q4_1) << 28672.0f << 4096.0f;
    }

    void aHalfThatWouldOverflowBecomesFloat32() {
        QFETCH(int, type);
        QFETCH(float, stored);
        QFETCH(float, scale);
        const auto dataType = static_cast<DataType>(type);
        const samples::Sizes sizes = samples::kBlockSizes;
        auto others = samples::officialModel(Version::V6, sizes);
        std::erase_if(others, [](const auto& t) { return t.name == "blocks.1.att.output.weight"; });
        GgufWriter writer =
            samples::ggufWriter(others, Version::V6, sizes, {.type = dataType, .rescaleEvery = 1});
        const std::vector<float> values(32 * 32, stored);
        writer.addTensor("blk.1.time_mix_output.weight", samples::ggufCode(dataType), {32, 32},
                         samples::encode(dataType, values, scale));
        const auto checkpoint = open(writer.finish());
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        const TensorInfo* scaled = checkpoint->find("blocks.1.att.output.weight");
        QVERIFY(scaled);
        QCOMPARE(name(scaled->type), name(DataType::Float32));
        const auto read = checkpoint->readFloat32(scaled->name, scaled->shape);
        QVERIFY(read);
        QVERIFY(std::ranges::all_of(read->span(), [&](float value) { return value == 2 * stored; }));
        QCOMPARE(name(checkpoint->find("blocks.1.ffn.value.weight")->type), name(dataType));
    }

    void theFirstBlockNeedsNoFirstValue() {
        const samples::Sizes sizes;
        const auto official = samples::officialModel(Version::V7, sizes);
        const auto checkpoint = open(samples::gguf(official, Version::V7, sizes, {.hasUnusedValues = false}));
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QVERIFY(!checkpoint->find("blocks.0.att.v0"));
        QVERIFY(checkpoint->find("blocks.1.att.v0"));
    }

    void anyMissingTensorIsNamed_data() {
        QTest::addColumn<Version>("version");
        QTest::addColumn<GgufOptions>("options");
        QTest::newRow("6") << Version::V6 << GgufOptions{};
        QTest::newRow("6, single mixes") << Version::V6 << GgufOptions{.hasFusedMixes = false};
        QTest::newRow("7") << Version::V7 << GgufOptions{};
    }

    void anyMissingTensorIsNamed() {
        QFETCH(Version, version);
        QFETCH(GgufOptions, options);
        const samples::Sizes sizes;
        const auto official = samples::officialModel(version, sizes);
        for (std::size_t left = 0; left < official.size(); ++left) {
            const std::string& name = official[left].name;
            auto partial = official;
            partial.erase(partial.begin() + static_cast<std::ptrdiff_t>(left));
            const auto checkpoint = open(samples::gguf(partial, version, sizes, options));
            QVERIFY2(!checkpoint, name.c_str());
            const std::string& message = checkpoint.error().message;
            QVERIFY2(checkpoint.error().code == ErrorCode::FileDamaged &&
                         message.find("the file lacks it") != std::string::npos,
                     message.c_str());
            QVERIFY2(name.find("blocks.1.") == std::string::npos ||
                         message.find(", blk.1.") != std::string::npos,
                     message.c_str());
        }
    }

    void tensorsMayLieInAnyOrder() {
        const samples::Sizes sizes;
        auto official = samples::officialModel(Version::V6, sizes);
        const auto inOrder = open(samples::gguf(official, Version::V6, sizes));
        QVERIFY2(inOrder, inOrder.error().message.c_str());
        std::ranges::reverse(official);
        const auto reversed = open(samples::gguf(official, Version::V6, sizes), "reversed.gguf");
        QVERIFY2(reversed, reversed.error().message.c_str());
        QCOMPARE(*reversed->fingerprint(), *inOrder->fingerprint());
    }

    void keysAreReadWhateverTheirWidth() {
        const samples::Sizes sizes;
        GgufWriter writer;
        writer.alignment = 256;
        Bytes eightBytes;
        samples::appendValue(eightBytes, std::uint64_t{256});
        writer.addValue("general.alignment", 10, eightBytes);
        writer.addValue("some.arrays", 9, samples::nestedArrays(3));
        writer.addValue("some.truth", 7, Bytes(1));
        const auto official = samples::officialModel(Version::V6, sizes);
        samples::addModel(writer, official, Version::V6, sizes);
        const auto checkpoint = open(writer.finish());
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        const auto plain = open(samples::gguf(official, Version::V6, sizes), "plain.gguf");
        QCOMPARE(*checkpoint->fingerprint(), *plain->fingerprint());
        QVERIFY(!plain->vocabulary());
    }

    void vocabularyIsHandedOn() {
        const samples::Sizes sizes;
        const auto official = samples::officialModel(Version::V6, sizes);
        const auto opened = [&](auto addKeys) {
            GgufWriter writer = samples::ggufWriter(official, Version::V6, sizes);
            addKeys(writer);
            return open(writer.finish());
        };
        const std::vector<std::string> tokens = {"<s>", "\\x00", "a", "[PAD3]"};
        const auto typed = opened([&](GgufWriter& writer) {
            writer.addText("tokenizer.ggml.model", "rwkv");
            writer.addTexts("tokenizer.ggml.tokens", tokens);
            writer.addIntegers("tokenizer.ggml.token_type", {3, 1, 1, 5});
        });
        QVERIFY2(typed && typed->vocabulary(), "no vocabulary");
        QCOMPARE(typed->vocabulary()->tokens, (std::vector<std::string_view>{"", "\\x00", "a", ""}));
        QVERIFY(typed->vocabulary()->worldText.empty());
        const auto untyped = opened([&](GgufWriter& writer) {
            writer.addText("tokenizer.ggml.model", "rwkv");
            writer.addTexts("tokenizer.ggml.tokens", tokens);
        });
        QCOMPARE(untyped->vocabulary()->tokens, (std::vector<std::string_view>{"", "\\x00", "a", "[PAD3]"}));
        const auto text =
            opened([](GgufWriter& writer) { writer.addText("tokenizer.rwkv.world", "1 '\\x00' 1\n"); });
        QCOMPARE(text->vocabulary()->worldText, std::string_view("1 '\\x00' 1\n"));
        const auto other = opened([&](GgufWriter& writer) {
            writer.addText("tokenizer.ggml.model", "gpt2");
            writer.addTexts("tokenizer.ggml.tokens", tokens);
        });
        QVERIFY(other && !other->vocabulary());
        const auto uneven = opened([&](GgufWriter& writer) {
            writer.addText("tokenizer.ggml.model", "rwkv");
            writer.addTexts("tokenizer.ggml.tokens", tokens);
            writer.addIntegers("tokenizer.ggml.token_type", {3, 1, 1});
        });
        QVERIFY(!uneven);
        QVERIFY2(uneven.error().message.ends_with("expected a type for each of 4 tokens, found 3"),
                 uneven.error().message.c_str());
    }

    // Names, types and sizes that the model has no use for refuse nothing; those inside a block are for the
    // model to judge.
    void whatTheModelDoesNotReadIsKept() {
        const samples::Sizes sizes;
        const auto official = samples::officialModel(Version::V7, sizes);
        GgufWriter writer = samples::ggufWriter(official, Version::V7, sizes, {});
        writer.addTensor("my tensor", 0, {8}, Bytes(32));
        writer.addTensor("gr\xF6\xDF"
                         "e",
                         0, {8}, Bytes(32));
        writer.addTensor("nothing", 0, {8, 0}, {});
        writer.addTensor("cls.q2", 10, {256}, Bytes(84));
        writer.addTensor("unknown", 77, {8}, Bytes(32));
        writer.addTensor("blk.1.ffn_enn.weight", 0, {8}, Bytes(32));
        writer.addTensor("blk.0.time_mix_v1.weight", 16, {256}, Bytes(66)); // nobody reads it
        samples::writeFile(m_dir.filePath("model.gguf").toStdString(), writer.finish());
        const auto checkpoint = Checkpoint::open(m_dir.filePath("model.gguf").toStdString());
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
        for (const char* name : {"my tensor",
                                 "gr\xF6\xDF"
                                 "e",
                                 "nothing"})
            QVERIFY2(checkpoint->find(name), name);
        QCOMPARE(checkpoint->find("blocks.1.ffn_enn.weight")->shownName(),
                 std::string("blk.1.ffn_enn.weight"));
        QCOMPARE(checkpoint->findUnread("cls.q2")->kind, std::string("q2_k"));
        QCOMPARE(checkpoint->findUnread("unknown")->kind, std::string("type code 77"));
    }
};

QTEST_GUILESS_MAIN(GgufReaderTest)
#include "gguf_reader_test.moc"
