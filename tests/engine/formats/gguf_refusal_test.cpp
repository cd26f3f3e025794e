// GGUF files as no converter writes them.
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/format_test.h"
#include "tests/engine/formats/refusal.h"
#include "tests/engine/formats/samples/sample_gguf.h"
#include "tests/engine/formats/samples/sample_values.h"

#include <QTest>

#include <algorithm>

using namespace engine;
using samples::Bytes;
using samples::GgufOptions;
using samples::GgufWriter;
using samples::Version;

Q_DECLARE_METATYPE(samples::Bytes)

namespace {

GgufWriter smallWriter() {
    GgufWriter writer;
    samples::addModelKeys(writer, Version::V6, {});
    return writer;
}

// A file of one tensor of float32, beside valid keys.
Bytes oneTensor(std::string_view name, std::uint32_t type, const std::vector<std::uint64_t>& sizes,
                std::size_t valueBytes) {
    GgufWriter writer = smallWriter();
    writer.addTensor(name, type, sizes, Bytes(valueBytes));
    return writer.finish();
}

} // namespace

class GgufRefusalTest : public FormatTest {
    Q_OBJECT

public:
    GgufRefusalTest()
        : FormatTest("model.gguf") {}

private slots:
    void brokenFilesAreRefused_data() {
        QTest::addColumn<Bytes>("file");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, Bytes file, ErrorCode code, const char* says) {
            QTest::newRow(name) << std::move(file) << int(code) << QString(says);
        };
        constexpr auto kDamaged = ErrorCode::FileDamaged;
        constexpr auto kFormat = ErrorCode::UnsupportedFormat;
        constexpr std::uint64_t kHuge = ~std::uint64_t{0};

        row("version 1", GgufWriter(1).finish(), kFormat, "found 1;");
        row("version 4", GgufWriter(4).finish(), kFormat, "found 4;");
        row("version 0", GgufWriter(0).finish(), kFormat, "found 0;");
        row("big-endian", GgufWriter(0x03000000).finish(), kFormat, "big-endian");
        row("no keys", GgufWriter().finish(), kDamaged, "general.architecture: expected the name");
        row("more keys than there are", smallWriter().finish(kHuge - 7), kDamaged, "cut short");
        row("more tensors than there are", smallWriter().finish(0, kHuge), kDamaged,
            "18446744073709551615 tensors");
        row("one tensor more than there is", smallWriter().finish(0, 1), kDamaged, "cut short");
        row("one key more than there is", smallWriter().finish(1), kDamaged, "key 7 of 8");

        const auto withValue = [](std::string_view key, std::uint32_t type, const Bytes& value) {
            GgufWriter writer;
            writer.addValue(key, type, value);
            return writer.finish();
        };
        Bytes length;
        samples::appendValue(length, kHuge);
        row("endless text", withValue("k", 8, length), kDamaged, "k: the file ends within the value");
        row("endless array", withValue("k", 9, samples::arrayHead(4, kHuge / 2)), kDamaged,
            "k: the file ends");
        row("array whose bytes overflow", withValue("k", 9, samples::arrayHead(10, std::uint64_t{1} << 61)),
            kDamaged, "k: the file ends");
        row("endless array of texts", withValue("k", 9, samples::arrayHead(8, kHuge)), kDamaged,
            "k: the file ends");
        row("arrays without end", withValue("k", 9, samples::nestedArrays(1000)), kDamaged,
            "nested more than 4 deep");
        row("array of an unknown type", withValue("k", 9, samples::arrayHead(13, 0)), kDamaged, "found 13");
        row("value of an unknown type", withValue("k", 4096, Bytes(64)), kDamaged, "found 4096");
        row("empty key", withValue("", 4, Bytes(4)), kDamaged, "a key of 1 to 65535 bytes, found 0");
        row("endless key", withValue(std::string(70000, 'k'), 4, Bytes(4)), kDamaged, "found 70000");
        GgufWriter twice = smallWriter();
        twice.addNumber("rwkv6.block_count", 2);
        row("key given twice", twice.finish(), kDamaged, "rwkv6.block_count: the file has this key twice");

        const auto withAlignment = [](std::uint32_t alignment) {
            GgufWriter writer = smallWriter();
            writer.addNumber("general.alignment", alignment);
            writer.addTensor("token_embd.weight", 0, {8, 4}, Bytes(128));
            return writer.finish();
        };
        row("alignment 0", withAlignment(0), kDamaged, "expected a power of two, found 0");
        row("alignment 24", withAlignment(24), kDamaged, "expected a power of two, found 24");
        row("alignment beyond the file", withAlignment(1u << 31), kDamaged, "cut short");
        GgufWriter worded = smallWriter();
        worded.addText("general.alignment", "32");
        row("alignment in words", worded.finish(), kDamaged, "found no positive number");

        const auto withKeys = [](auto addKeys) {
            GgufWriter writer;
            addKeys(writer);
            return writer.finish();
        };
        row("another architecture",
            withKeys([](GgufWriter& w) { w.addText("general.architecture", "rwkv6qwen2"); }),
            ErrorCode::UnsupportedArchitecture,
            "the architecture \"rwkv6qwen2\"; of GGUF files, Inkgate runs");
        row("architecture in numbers",
            withKeys([](GgufWriter& w) { w.addNumber("general.architecture", 6); }), kDamaged,
            "expected the name of an architecture");
        row("no sizes", withKeys([](GgufWriter& w) { w.addText("general.architecture", "rwkv7"); }), kDamaged,
            "rwkv7.block_count: expected a size above 0, found no such key");
        row("one of several parts", withKeys([](GgufWriter& w) {
                w.addText("general.architecture", "rwkv7");
                w.addNumber("split.count", 3);
            }),
            kFormat, "one of 3 parts");
        row("another epsilon", withKeys([](GgufWriter& w) {
                w.addText("general.architecture", "rwkv6");
                w.addFloat("rwkv6.attention.layer_norm_epsilon", 1e-6f);
            }),
            ErrorCode::UnsupportedArchitecture, "rwkv6.attention.layer_norm_epsilon");
        row("no layers",
            withKeys([](GgufWriter& w) { samples::addModelKeys(w, Version::V6, {.layers = 0}); }), kDamaged,
            "rwkv6.block_count: expected a size above 0, found 0");
        row("heads that do not fill the width", withKeys([](GgufWriter& w) {
                w.addText("general.architecture", "rwkv6");
                w.addNumber("rwkv6.block_count", 1);
                w.addNumber("rwkv6.embedding_length", 10);
                w.addNumber("rwkv6.wkv.head_size", 4);
            }),
            kDamaged, "expected a divisor of the width 10, found 4");
        row("layers beyond any file",
            withKeys([](GgufWriter& w) { samples::addModelKeys(w, Version::V6, {.layers = 0x7FFFFFFF}); }),
            kDamaged, "token_embd.weight: the model needs this tensor");

        row("no dimensions", oneTensor("output.weight", 0, {}, 0), kDamaged, "found 0");
        row("five dimensions", oneTensor("output.weight", 0, {1, 1, 1, 1, 1}, 4), kDamaged, "found 5");
        row("empty name", oneTensor("", 0, {8}, 32), kDamaged, "tensor name of 1 to 1024");
        row("endless name", oneTensor(std::string(2000, 'x'), 0, {8}, 32), kDamaged, "found 2000");
        row("name with a line break", oneTensor("output\n", 0, {8}, 32), kDamaged, "printable");
        row("size beyond 63 bits", oneTensor("output.weight", 0, {kHuge}, 0), kDamaged,
            "found 18446744073709551615");
        row("product beyond 64 bits",
            oneTensor("output.weight", 0, {1u << 31, 1u << 31, 1u << 31, 1u << 31}, 0), kDamaged,
            "larger than any file");
        row("bytes beyond 64 bits", oneTensor("output.weight", 0, {std::uint64_t{1} << 62}, 0), kDamaged,
            "larger than any file");
        row("larger than the file", oneTensor("output.weight", 0, {8, 1u << 30}, 128), kDamaged,
            "found 128; the file is cut short");
        row("half a block", oneTensor("output.weight", 12, {128, 2}, 144), kDamaged, "multiples of 256");
        row("q2_k", oneTensor("output.weight", 10, {256, 2}, 168), ErrorCode::UnsupportedType,
            "output.weight: q2_k is not one of");
        row("iq2_xxs", oneTensor("output.weight", 16, {256, 2}, 132), ErrorCode::UnsupportedType, "iq2_xxs");
        row("unknown type", oneTensor("output.weight", 77, {8}, 32), ErrorCode::UnsupportedType,
            "output.weight: type code 77");

        const auto placed = [](std::uint64_t offset) {
            GgufWriter writer = smallWriter();
            writer.addTensor("a", 0, {8, 4}, Bytes(128));
            writer.addTensorAt("b", 0, {8}, offset);
            return writer.finish();
        };
        row("offset between two multiples", placed(40), kDamaged,
            "b: expected an offset that is a multiple of 32");
        row("offset beyond the file", placed(128), kDamaged, "b: expected 32 bytes for [8] of f32, found 0");
        row("offset beyond any file", placed(kHuge - 31), kDamaged, "b: expected 32 bytes");
        row("overlap", placed(96), kDamaged, "a: its bytes overlap those of b");

        const samples::Sizes sizes;
        const auto official = samples::officialModel(Version::V6, sizes);
        const auto beside = [&](std::string_view name, const std::vector<std::uint64_t>& shape,
                                std::size_t bytes, const GgufOptions& options = {}) {
            GgufWriter writer = samples::ggufWriter(official, Version::V6, sizes, options);
            writer.addTensor(name, 0, shape, Bytes(bytes));
            return writer.finish();
        };
        row("tensor given twice", beside("output.weight", {8, 4}, 128), kDamaged,
            "output.weight: the file has two tensors of this name");
        row("fused and single mixes", beside("blk.0.time_mix_lerp_g.weight", {8}, 32), kDamaged,
            "blk.0.time_mix_lerp_w.weight: the model needs this tensor");
        row("single and fused mixes",
            beside("blk.0.time_mix_lerp_fused.weight", {8, 5}, 160, {.hasFusedMixes = false}), kDamaged,
            "blocks.0.att.time_maa_g: the file has two");
        row("layer beyond the model's", beside("blk.2.attn_norm.weight", {8}, 32), kDamaged,
            "expected one of 2 layers");
        row("layer with a zero in front", beside("blk.01.attn_norm.weight", {8}, 32), kDamaged,
            "expected one of 2 layers");
        row("layer without a number", beside("blk.attn_norm.weight", {8}, 32), kDamaged,
            "expected one of 2 layers");
        const auto replaced = [&](std::string_view officialName, std::string_view name,
                                  const std::vector<std::uint64_t>& shape, std::size_t bytes) {
            auto others = official;
            std::erase_if(others, [&](const auto& tensor) { return tensor.name == officialName; });
            GgufWriter writer = samples::ggufWriter(others, Version::V6, sizes);
            writer.addTensor(name, 0, shape, Bytes(bytes));
            return writer.finish();
        };
        row("heads of another number",
            replaced("blocks.1.att.time_faaaa", "blk.1.time_mix_first.weight", {4, 3}, 48), kDamaged,
            "blk.1.time_mix_first.weight: expected the values of [2,4], found [3,4]");
        row("factor with a dimension too many",
            replaced("blocks.1.att.time_decay_w1", "blk.1.time_mix_decay_w1.weight", {2, 2, 4}, 64), kDamaged,
            "blk.1.time_mix_decay_w1.weight: expected 2 dimensions, found [4,2,2]");
        row("stack of the wrong height",
            replaced("blocks.1.att.time_maa_g", "blk.1.time_mix_lerp_fused.weight", {8, 6}, 192), kDamaged,
            "blk.1.time_mix_lerp_fused.weight: expected 5 vectors of 8 values, found [6,8]");
        row("another width", replaced("emb.weight", "token_embd.weight", {9, 4}, 144), kDamaged,
            "expected rows of 8 values as the key embedding_length says, found [4,9]");
    }

    void brokenFilesAreRefused() {
        QFETCH(Bytes, file);
        QFETCH(int, code);
        QFETCH(QString, says);
        verifyRefused(open(file), code, says, m_dir.filePath("model.gguf"));
    }
};

QTEST_GUILESS_MAIN(GgufRefusalTest)
#include "gguf_refusal_test.moc"
