// Safetensors files that a converter would never write.
#include "engine/formats/checkpoint.h"
#include "tests/engine/formats/format_test.h"
#include "tests/engine/formats/refusal.h"
#include "tests/engine/formats/samples/sample_safetensors.h"

#include <QTest>

using namespace engine;
using samples::Bytes;

Q_DECLARE_METATYPE(samples::Bytes)

namespace {

// One entry of a header.
std::string entry(const char* name, const char* dtype, const char* shape, const char* offsets) {
    return QString(R"("%1":{"dtype":"%2","shape":%3,"data_offsets":%4})")
        .arg(name, dtype, shape, offsets)
        .toStdString();
}

std::string header(const std::vector<std::string>& entries) {
    std::string json = "{";
    for (const std::string& text : entries)
        json.append(json.size() > 1 ? "," : "").append(text);
    return json + "}";
}

// A header of one tensor "t" with these fields.
std::string one(const char* dtype, const char* shape, const char* offsets) {
    return header({entry("t", dtype, shape, offsets)});
}

} // namespace

class SafetensorsHeaderTest : public FormatTest {
    Q_OBJECT

public:
    SafetensorsHeaderTest()
        : FormatTest("model.safetensors") {}

private slots:
    void soundFilesAreRead_data() {
        QTest::addColumn<Bytes>("file");
        QTest::addColumn<int>("tensors");
        const auto row = [](const char* name, const std::string& header, std::size_t data, int tensors) {
            QTest::newRow(name) << samples::safetensors(header, data) << tensors;
        };
        row("no tensor", "{}", 0, 0);
        row("metadata only", R"({"__metadata__":{"a":"b"}})", 0, 0);
        row("empty metadata", R"({"__metadata__":{}})", 0, 0);
        row("null for metadata",
            R"({"__metadata__":null,"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 2, 1);
        std::string braceLong = one("U8", "[2]", "[0,2]");
        braceLong.resize('{', ' ');
        row("length that is a brace", braceLong, 2, 1);
        row("scalar", one("F32", "[]", "[0,4]"), 4, 1);
        row("spaces behind the header", one("F32", "[1]", "[0,4]") + "   \n ", 4, 1);
        row("empty tensor", one("F32", "[0,5]", "[0,0]"), 0, 1);
        row("fields in another order", R"({"t":{"data_offsets":[0,2],"shape":[2],"dtype":"U8"}})", 2, 1);
        row("tensors in another order",
            header({entry("b", "U8", "[2]", "[3,5]"), entry("a", "U8", "[3]", "[0,3]")}), 5, 2);
        row("empty tensors between others",
            header({entry("b", "U8", "[2]", "[3,5]"), entry("e", "U8", "[0]", "[3,3]"),
                    entry("a", "U8", "[3]", "[0,3]"), entry("z", "U8", "[0]", "[5,5]")}),
            5, 4);
        row("escapes in a name", header({entry("\\u0074\\u00e4\\n\\\"", "U8", "[2]", "[0,2]")}), 2, 1);
        for (const auto& [dtype, size] : {std::pair{"F64", 8},
                                          {"F32", 4},
                                          {"F16", 2},
                                          {"BF16", 2},
                                          {"I64", 8},
                                          {"I32", 4},
                                          {"I16", 2},
                                          {"I8", 1},
                                          {"U64", 8},
                                          {"U32", 4},
                                          {"U16", 2},
                                          {"U8", 1},
                                          {"BOOL", 1}})
            row(dtype, one(dtype, "[3]", qPrintable(QString("[0,%1]").arg(3 * size))),
                static_cast<std::size_t>(3 * size), 1);
    }

    void soundFilesAreRead() {
        QFETCH(Bytes, file);
        QFETCH(int, tensors);
        const auto checkpoint = open(file);
        QVERIFY2(checkpoint, checkpoint.error().message.c_str());
        QCOMPARE(checkpoint->format(), std::string("safetensors"));
        QCOMPARE(static_cast<int>(checkpoint->tensors().size()), tensors);
        for (const TensorInfo& tensor : checkpoint->tensors())
            QCOMPARE(tensor.place.size(),
                     static_cast<std::size_t>(tensor.elements()) * bytesPerBlock(tensor.type));
    }

    void otherTypesAreListedUnread_data() {
        QTest::addColumn<QString>("dtype");
        for (const char* dtype : {"F8_E4M3", "F4", "f32", "Q\\u0007"})
            QTest::newRow(dtype) << QString(dtype);
    }

    void otherTypesAreListedUnread() {
        QFETCH(QString, dtype);
        const auto checkpoint =
            open(samples::safetensors(one(dtype.toUtf8().constData(), "[8]", "[0,8]"), 8));
        QVERIFY2(checkpoint, checkpoint ? "" : checkpoint.error().message.c_str());
        QVERIFY(checkpoint->tensors().empty());
        const UnreadEntry* const entry = checkpoint->findUnread("t");
        QVERIFY(entry && entry->shape == std::vector<std::int64_t>{8});
        const auto values = checkpoint->readFloat32("t", std::vector<std::int64_t>{8});
        QCOMPARE(values.error().code, ErrorCode::UnsupportedType);
        QVERIFY2(values.error().message.find("values of type") != std::string::npos,
                 values.error().message.c_str());
    }

    void brokenFilesAreRefused_data() {
        QTest::addColumn<Bytes>("file");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, Bytes file, const char* says,
                            ErrorCode code = ErrorCode::FileDamaged) {
            QTest::newRow(name) << std::move(file) << int(code) << QString(says);
        };
        const auto text = [&](const char* name, const std::string& json, std::size_t data, const char* says) {
            row(name, samples::safetensors(json, data), says);
        };
        const std::string sound = one("F32", "[2]", "[0,8]");

        // The length in front.
        row("length beyond the file", samples::safetensors(sound, 0, 1000),
            "expected a header of 1000 bytes");
        row("length beyond 100 MiB", samples::safetensors(sound, 8, (100u << 20) + 1), "100 MiB");
        row("largest length", samples::safetensors(sound, 8, ~std::uint64_t{0}), "100 MiB");
        row("length that overflows with its own 8 bytes",
            samples::safetensors(sound, 8, ~std::uint64_t{0} - 7), "100 MiB");
        row("length zero", samples::safetensors(sound, 8, 0), "begin with {");
        row("length cuts the JSON", samples::safetensors(sound, 8, sound.size() - 1), "not valid JSON");
        row("length reaches into the data", samples::safetensors(sound, 8, sound.size() + 2),
            "not valid JSON");

        // The JSON.
        text("unfinished", "{\"t\":{", 0, "not valid JSON");
        text("text behind the object", sound + "x", 8, "not valid JSON");
        text("second object", sound + sound, 8, "not valid JSON");
        text("zero byte behind the object", sound + '\0', 8, "not valid JSON");
        text("text behind a zero byte", sound + '\0' + sound, 8, "not valid JSON");
        text("zero byte inside", std::string("{\0}", 3), 0, "not valid JSON");
        text("invalid UTF-8", "{\"t\xFF\":{}}", 0, "not valid JSON");
        text("lone surrogate", R"({"\ud800":{}})", 0, "not valid JSON");
        text("comment", "{/* */}", 0, "not valid JSON");
        text("deep nesting", "{\"t\":" + std::string(100000, '['), 0,
             "expected an object for \"t\", found an array");
        text(
            "deep nesting of objects",
            [] {
                std::string text = "{";
                for (int i = 0; i < 100000; ++i)
                    text += "\"a\":{";
                return text;
            }(),
            0, "unknown field \"a\"");
        text("tensor is a number", R"({"t":1})", 0, "expected an object for \"t\", found a number");
        text("tensor is null", R"({"t":null})", 0, "found null");
        text("metadata is a string", R"({"__metadata__":"x"})", 0, "expected an object for \"__metadata__\"");
        text("metadata holds a number", R"({"__metadata__":{"a":1}})", 0, "expected a string for \"a\"");
        text("metadata holds an object", R"({"__metadata__":{"a":{}}})", 0, "expected a string for \"a\"");
        text("metadata twice", R"({"__metadata__":{},"__metadata__":{}})", 0, "__metadata__ given twice");
        text("metadata key twice", R"({"__metadata__":{"a":"1","a":"2"}})", 0, "metadata key given twice");
        text("tensor twice", header({entry("t", "U8", "[2]", "[0,2]"), entry("t", "U8", "[2]", "[2,4]")}), 4,
             "t: the file has two tensors of this name");
        text("twice after the prefix is taken off",
             header({entry("t", "U8", "[2]", "[0,2]"), entry("_forward_module.t", "U8", "[2]", "[2,4]")}), 4,
             "t: the file has two tensors of this name");
        text("field twice", R"({"t":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 2,
             "\"dtype\" given twice");
        text("unknown field", R"({"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"x":1}})", 2,
             "unknown field \"x\"");
        text("no dtype", R"({"t":{"shape":[2],"data_offsets":[0,2]}})", 2, "found fewer");
        text("no shape", R"({"t":{"dtype":"U8","data_offsets":[0,2]}})", 2, "found fewer");
        text("no offsets", R"({"t":{"dtype":"U8","shape":[2]}})", 2, "found fewer");
        text("dtype is a number", R"({"t":{"dtype":8,"shape":[2],"data_offsets":[0,2]}})", 2,
             "expected a string for \"dtype\"");
        text("shape is a number", one("U8", "2", "[0,2]"), 2, "expected natural numbers for \"shape\"");
        text("shape of text", one("U8", "[\"2\"]", "[0,2]"), 2, "expected natural numbers for \"shape\"");
        text("nested shape", one("U8", "[[2]]", "[0,2]"), 2, "expected natural numbers for \"shape\"");

        // Shapes and types.
        text("negative dimension", one("U8", "[-2]", "[0,2]"), 2,
             "t: expected natural numbers for \"shape\", found -2");
        text("fractional dimension", one("U8", "[2.0]", "[0,2]"), 2, "found 2.0");
        text("dimension of 2^63", one("U8", "[9223372036854775808]", "[0,2]"), 2, "larger than any file");
        text("dimension beyond 64 bits", one("U8", "[99999999999999999999]", "[0,2]"), 2,
             "expected natural numbers");
        text("number beyond any double", one("U8", "[1e999]", "[0,2]"), 2, "not valid JSON");
        text("product overflows", one("U8", "[4294967296,4294967296]", "[0,2]"), 2, "larger than any file");
        text("product overflows to a small one", one("F32", "[4611686018427387905,4]", "[0,16]"), 16,
             "larger than any file");
        text("bytes overflow", one("F64", "[2305843009213693952]", "[0,0]"), 0, "larger than any file");
        text("overflow hidden behind a zero", one("U8", "[4294967296,0,4294967296]", "[0,0]"), 0,
             "larger than any file");
        text("too many dimensions", one("U8", "[1,1,1,1,1,1,1,1,2]", "[0,2]"), 2, "at most 8 dimensions");
        text("fewer bytes than the shape", one("F32", "[3]", "[0,8]"), 8,
             "t: expected 12 bytes for [3] of f32, found 8");
        text("more bytes than the shape", one("F16", "[3]", "[0,8]"), 8,
             "t: expected 6 bytes for [3] of f16, found 8");
        text("scalar of three values", one("F32", "[]", "[0,12]"), 12, "expected 4 bytes for []");

        // Ranges.
        text("one offset", one("U8", "[2]", "[0]"), 2, "expected 2 data_offsets, found 1");
        text("three offsets", one("U8", "[2]", "[0,2,4]"), 2, "expected 2 data_offsets, found more");
        text("negative offset", one("U8", "[2]", "[-2,0]"), 2, "found -2");
        text("backwards", one("U8", "[2]", "[2,0]"), 2, "run backwards");
        text("beyond the file", one("U8", "[4]", "[0,4]"), 2, "t: data_offsets [0,4] reach beyond the file");
        text("largest offsets", one("U8", "[2]", "[18446744073709551613,18446744073709551615]"), 2,
             "reach beyond the file");
        text("hole in front", one("U8", "[2]", "[1,3]"), 3, "leave a hole");
        text("bytes left over", one("U8", "[2]", "[0,2]"), 3, "expected 2 bytes of data, found 3");
        text("bytes without a tensor", "{}", 1, "expected 0 bytes of data, found 1");
        text("hole between", header({entry("a", "U8", "[2]", "[0,2]"), entry("b", "U8", "[2]", "[3,5]")}), 5,
             "b: data_offsets [3,5] leave a hole; expected them to begin at 2");
        text("overlap", header({entry("a", "U8", "[3]", "[0,3]"), entry("b", "U8", "[3]", "[2,5]")}), 5,
             "b: data_offsets [2,5] overlap another tensor");
        text("same range twice", header({entry("a", "U8", "[3]", "[0,3]"), entry("b", "U8", "[3]", "[0,3]")}),
             3, "overlap");
    }

    void brokenFilesAreRefused() {
        QFETCH(Bytes, file);
        QFETCH(int, code);
        QFETCH(QString, says);
        verifyRefused(open(file), code, says, m_dir.filePath("model.safetensors"));
    }

    void messagesStayReadable() {
        const std::string name = "x\\n\\u0007" + std::string(5000, 'y');
        const auto checkpoint =
            open(samples::safetensors(header({entry(name.c_str(), "U8", "[3]", "[0,2]")}), 2));
        QVERIFY(!checkpoint);
        const QString message = QString::fromStdString(checkpoint.error().message);
        QVERIFY2(message.size() < 400 && !message.contains('\n') && !message.contains('\a'),
                 qPrintable(message));
        QVERIFY(message.contains("x??yyy"));
    }
};

QTEST_GUILESS_MAIN(SafetensorsHeaderTest)
#include "safetensors_header_test.moc"
