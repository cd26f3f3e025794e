#include "engine/core/random.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/world_tokenizer.h"
#include "engine/tokenizer/world_vocabulary.h"
#include "tests/engine/tokenizer/small_vocabulary.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace engine;
using samples::smallVocabulary;

class WorldTokenizerTest : public QObject {
    Q_OBJECT

private slots:
    void carriageReturnsAtLineEndsChangeNothing() {
        const auto plain = parseWorldVocabulary(smallVocabulary());
        const auto windows = parseWorldVocabulary(smallVocabulary("\r\n"));
        QVERIFY2(plain && windows, plain ? "" : plain.error().message.c_str());
        QCOMPARE(*plain, *windows);
        QCOMPARE(plain->size(), std::size_t(264));
        QCOMPARE((*plain)[258], std::string("it's"));
        QCOMPARE((*plain)[259], std::string("\xC2\xA0"));
        QCOMPARE((*plain)[260], std::string("\xE2\x96\x81 x"));
        QCOMPARE((*plain)[262], std::string("\xE4\xBD"));
        QCOMPARE((*plain)[263], std::string("\xC3\xA9 \""));
    }

    void longestTokenWins() {
        const auto world = makeWorldTokenizer(smallVocabulary());
        QVERIFY(world);
        QCOMPARE(*(*world)->encode("   it's\u4F60it'"),
                 (std::vector<int>{257, 33, 258, 262, 0xA0 + 1, 'i' + 1, 't' + 1, '\'' + 1}));
        QCOMPARE((*world)->vocabularySize(), 65536);
        QCOMPARE((*world)->unsampledTokens().size(), std::size_t(65536 - 264));
    }

    void readsPythonLiterals_data() {
        QTest::addColumn<QByteArray>("literal");
        QTest::addColumn<bool>("isValid");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("escapes") << QByteArray("'\\n\\t\\r\\\\\\''") << true << QByteArray("\n\t\r\\'");
        QTest::newRow("hex is a code point in text")
            << QByteArray("'\\xe9'") << true << QByteArray("\xC3\xA9");
        QTest::newRow("hex is a byte in bytes") << QByteArray("b'\\xe9'") << true << QByteArray("\xE9");
        QTest::newRow("u and U") << QByteArray("'\\u4f60\\U0001F600'") << true
                                 << QByteArray("\u4F60\U0001F600");
        QTest::newRow("other quote inside") << QByteArray("\"it's\"") << true << QByteArray("it's");
        QTest::newRow("spaces") << QByteArray("'  '") << true << QByteArray("  ");
        for (const char* broken :
             {"",           "'",       "b'",     "a",       "'a",        "a'",        "'a\"",
              "'a'b'",      "'\\'",    "'\\x4'", "'\\xzz'", "'\\q'",     "'\\ud800'", "'\\U00110000'",
              "b'\\u0041'", "b'\xE9'", "'\xE9'", "'\\x-1'", "'\\u+123'", "u'a'"})
            QTest::newRow(broken[0] ? broken : "empty") << QByteArray(broken) << false << QByteArray();
    }

    void readsPythonLiterals() {
        QFETCH(QByteArray, literal);
        QFETCH(bool, isValid);
        QFETCH(QByteArray, bytes);
        const auto parsed = parsePythonLiteral(literal.toStdString());
        QCOMPARE(parsed.has_value(), isValid);
        if (parsed)
            QCOMPARE(*parsed, bytes.toStdString());
        else
            QCOMPARE(parsed.error().code, ErrorCode::FileDamaged);
    }

    void brokenLinesAreNamed_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("no spaces") << QByteArray("264'a'1");
        QTest::newRow("one space") << QByteArray("264 'ab'");
        QTest::newRow("id is no number") << QByteArray("26x 'ab' 2");
        QTest::newRow("id 0") << QByteArray("0 'ab' 2");
        QTest::newRow("negative id") << QByteArray("-1 'ab' 2");
        QTest::newRow("huge id") << QByteArray("4000000000 'ab' 2");
        QTest::newRow("id beyond 64 bits") << QByteArray("99999999999999999999999 'ab' 2");
        QTest::newRow("id twice") << QByteArray("33 'ab' 2");
        QTest::newRow("token twice") << QByteArray("264 'a' 1");
        QTest::newRow("wrong length") << QByteArray("264 'ab' 3");
        QTest::newRow("length is no number") << QByteArray("264 'ab' two");
        QTest::newRow("empty token") << QByteArray("264 '' 0");
        QTest::newRow("no quotes") << QByteArray("264 ab 2");
        QTest::newRow("empty line") << QByteArray("");
    }

    void brokenLinesAreNamed() {
        QFETCH(QByteArray, line);
        const auto parsed = parseWorldVocabulary(smallVocabulary() + line.toStdString() + "\n");
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::FileDamaged);
        QVERIFY2(parsed.error().message.find("line 264") != std::string::npos,
                 parsed.error().message.c_str());
    }

    void everyTruncationIsAnErrorOrEndsAtALine() {
        const std::string whole = smallVocabulary();
        const auto full = parseWorldVocabulary(whole);
        QVERIFY(full);
        int accepted = 0;
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto parsed = parseWorldVocabulary(std::string_view(whole).substr(0, size));
            if (!parsed) {
                QCOMPARE(parsed.error().code, ErrorCode::FileDamaged);
                continue;
            }
            ++accepted; // the bytes are all there and the last line is whole
            QVERIFY(whole[size] == '\n' || whole[size - 1] == '\n');
            for (std::size_t id = 0; id < parsed->size(); ++id)
                QCOMPARE((*parsed)[id], (*full)[id]);
        }
        QCOMPARE(accepted, 15); // with and without the line end after ids 256 to 263, less the whole file
    }

    void damagedBytesNeverCrash() {
        Random random(11);
        const std::string whole = smallVocabulary();
        for (int round = 0; round < 3000; ++round) {
            std::string damaged = whole;
            for (std::uint64_t i = 0; i <= random.below(3); ++i)
                damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
            const auto world = makeWorldTokenizer(damaged);
            if (!world)
                continue;
            const std::string text = "it's  \u4F60 a\n\n";
            QCOMPARE(*(*world)->decode(*(*world)->encode(text)), text);
        }
    }

    void missingFilesSaySo() {
        const auto world = loadRwkvWorld("/nowhere/vocabulary.txt");
        QVERIFY(!world);
        QCOMPARE(world.error().code, ErrorCode::FileNotFound);
        QTemporaryDir folder;
        QFile file(folder.filePath("vocabulary.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        const auto empty = loadRwkvWorld(file.fileName().toStdString());
        QVERIFY(!empty);
        QCOMPARE(empty.error().code, ErrorCode::FileDamaged);
        QVERIFY(empty.error().message.find("vocabulary.txt") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(WorldTokenizerTest)
#include "world_tokenizer_test.moc"
