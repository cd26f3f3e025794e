#include "engine/text/utf8_stream.h"
#include "tests/engine/tokenizer/hard_texts.h"

#include <QTest>

using namespace engine;

namespace {

const std::string kReplacement = "\xEF\xBF\xBD";

// Pushes `text` in parts that end at the bits set in `cuts` (again from the first one after 64 bytes) and
// checks on the way that no part holds broken characters.
std::string streamed(std::string_view text, std::uint64_t cuts) {
    Utf8Stream stream;
    std::string result;
    std::size_t begin = 0;
    for (std::size_t i = 1; i <= text.size(); ++i) {
        if (i < text.size() && !(cuts >> (i - 1) % 64 & 1))
            continue;
        const std::string part = stream.push(text.substr(begin, i - begin));
        if (findInvalidUtf8(part) != std::string::npos)
            return "broken part";
        result += part;
        begin = i;
    }
    return result + stream.flush();
}

} // namespace

class Utf8StreamTest : public QObject {
    Q_OBJECT

private slots:
    void everySplitGivesTheSameText_data() {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const std::string& input, const std::string& expected) {
            QTest::newRow(name) << QByteArray(input.data(), qsizetype(input.size()))
                                << QByteArray(expected.data(), qsizetype(expected.size()));
        };
        const std::string& r = kReplacement;
        row("all lengths", "a\u00E9\u4F60\U0001F600z", "a\u00E9\u4F60\U0001F600z");
        row("joined emoji", "\U0001F469\u200D\U0001F467", "\U0001F469\u200D\U0001F467");
        // Maximal subparts, examples of the Unicode standard (chapter 3, "U+FFFD Substitution").
        row("overlong forms", "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", r + r + r + r + r + r + r + r + "A");
        row("surrogates", "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", r + r + r + r + r + r + r + r + "A");
        row("other ill-formed", "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42",
            r + r + r + r + r + "A" + r + r + "B");
        row("truncated", "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", r + r + r + r + "A");
        row("cut at the end", "ok\xF0\x9F\x98", "ok" + r);
        row("lead then ASCII", "\xC3 \xE4\xBD\n", r + " " + r + "\n");
    }

    void everySplitGivesTheSameText() {
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, expected);
        const std::string text = input.toStdString();
        QVERIFY(text.size() < 20);
        for (std::uint64_t cuts = 0; cuts < std::uint64_t(1) << (text.size() - 1); ++cuts)
            QCOMPARE(streamed(text, cuts), expected.toStdString());
    }

    void validTextComesBackByteByByte() {
        for (const auto& [name, text] : test::hardTexts())
            QVERIFY2(streamed(text, ~std::uint64_t(0)) == text, name);
    }

    void keepsAtMostThreeBytesBack() {
        Random random(3);
        for (int round = 0; round < 20000; ++round) {
            Utf8Stream stream;
            std::string input;
            std::size_t given = 0;
            bool isReplaced = false;
            for (int i = 0; i < 12; ++i) {
                const std::string byte(
                    1, static_cast<char>(random.below(4) ? 0x80 + random.below(0x80) : random.below(256)));
                input += byte;
                const std::string part = stream.push(byte);
                QCOMPARE(findInvalidUtf8(part), std::string::npos);
                isReplaced |= part.find(kReplacement) != std::string::npos;
                given += part.size();
                if (!isReplaced)
                    QVERIFY(input.size() - given <= 3);
            }
            QVERIFY(stream.flush().size() <= 3);
            QCOMPARE(stream.flush(), std::string());
        }
    }

    void invalidTextIsFoundAtItsOffset() {
        for (const auto& [name, text, offset] : test::invalidTexts())
            QVERIFY2(findInvalidUtf8(text) == offset, name);
        for (const auto& [name, text] : test::hardTexts())
            QVERIFY2(findInvalidUtf8(text) == std::string::npos, name);
    }

    // All pairs and triples of lead and continuation bytes against the definition by code points.
    void everyCodePointIsJudgedRight() {
        for (std::uint32_t c = 0; c < 0x200000; ++c) {
            const auto judge = [&](std::string text, std::uint32_t low) {
                const bool isValid = c >= low && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
                return (findInvalidUtf8(text) == std::string::npos) == isValid;
            };
            const auto byte = [](std::uint32_t b) {
                return static_cast<char>(static_cast<unsigned char>(b));
            };
            if (c < 0x800)
                QVERIFY(judge({byte(0xC0 | c >> 6), byte(0x80 | (c & 63))}, 0x80));
            if (c < 0x10000)
                QVERIFY(
                    judge({byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))}, 0x800));
            QVERIFY(judge({byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)),
                           byte(0x80 | (c & 63))},
                          0x10000));
        }
    }
};

QTEST_GUILESS_MAIN(Utf8StreamTest)
#include "utf8_stream_test.moc"
