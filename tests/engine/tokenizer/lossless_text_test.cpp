// The promises of tokenizer.h, for every kind of tokenizer; for that of the vocabulary in
// INKGATE_TEST_VOCABULARY, if it is set.
#include "engine/core/random.h"
#include "engine/text/utf8_stream.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/tokenizer/hard_texts.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

using namespace engine;

class LosslessTextTest : public QObject {
    Q_OBJECT

    std::map<std::string, std::unique_ptr<const Tokenizer>> m_tokenizers;

    void addTokenizerRows() {
        QTest::addColumn<QString>("kind");
        for (const auto& [kind, tokenizer] : m_tokenizers)
            QTest::newRow(kind.c_str()) << QString::fromStdString(kind);
    }

    const Tokenizer& tokenizer() {
        QFETCH(QString, kind);
        return *m_tokenizers.at(kind.toStdString());
    }

    void add(const char* kind, Expected<std::unique_ptr<const Tokenizer>> loaded) {
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
        QCOMPARE((*loaded)->kind(), std::string_view(kind));
        m_tokenizers[kind] = std::move(*loaded);
    }

private slots:
    void initTestCase() {
        const QByteArray vocabulary = qgetenv("INKGATE_TEST_VOCABULARY");
        if (!vocabulary.isEmpty())
            return add("rwkv-world", loadTokenizer(vocabulary.toStdString()));
        add("bytes", makeByteTokenizer());
        add("sentencepiece", loadTokenizer(INKGATE_SOURCE_DIR "/resources/models/tales/tokenizer.model"));
    }

    void hardTextsComeBack_data() { addTokenizerRows(); }
    void hardTextsComeBack() {
        const Tokenizer* const t = &tokenizer();
        for (const auto& [name, text] : test::hardTexts()) {
            const auto tokens = t->encode(text);
            QVERIFY2(tokens, name);
            QVERIFY2(*t->decode(*tokens) == text, name);
            const auto unsampled = t->unsampledTokens();
            for (const int token : *tokens)
                QVERIFY2(std::find(unsampled.begin(), unsampled.end(), token) == unsampled.end(), name);
        }
    }

    void randomTextsComeBack_data() { addTokenizerRows(); }
    void randomTextsComeBack() {
        const Tokenizer* const t = &tokenizer();
        Random random(20);
        for (int round = 0; round < 2000; ++round) {
            const std::string text = test::randomText(random, random.below(200));
            const auto tokens = t->encode(text);
            QVERIFY(tokens);
            QCOMPARE(*t->decode(*tokens), text);
        }
    }

    void streamedTokensGiveTheText_data() { addTokenizerRows(); }
    void streamedTokensGiveTheText() {
        const Tokenizer* const t = &tokenizer();
        for (const auto& [name, text] : test::hardTexts()) {
            Utf8Stream stream;
            std::string streamed;
            const auto tokens = t->encode(text);
            QVERIFY2(tokens, name);
            for (const int token : *tokens)
                streamed += stream.push(t->bytes(token));
            QVERIFY2(stream.flush().empty() && streamed == text, name);
        }
    }

    // A generated text is decoded from tokens that no encoder has put together; any of them must give valid
    // UTF-8.
    void anyTokensStreamAsValidText_data() { addTokenizerRows(); }
    void anyTokensStreamAsValidText() {
        const Tokenizer* const t = &tokenizer();
        Random random(21);
        Utf8Stream stream;
        std::string text;
        for (int i = 0; i < 20000; ++i)
            text += stream.push(
                t->bytes(static_cast<int>(random.below(static_cast<std::uint64_t>(t->vocabularySize())))));
        text += stream.flush();
        QCOMPARE(findInvalidUtf8(text), std::string::npos);
        QVERIFY(text.size() > 20000);
    }

    void invalidTextIsRefusedWithItsOffset_data() { addTokenizerRows(); }
    void invalidTextIsRefusedWithItsOffset() {
        const Tokenizer* const t = &tokenizer();
        for (const auto& [name, text, offset] : test::invalidTexts()) {
            const auto tokens = t->encode(text);
            QVERIFY2(!tokens && tokens.error().code == ErrorCode::InvalidText, name);
            const std::string expected = "offset " + std::to_string(offset);
            QVERIFY2(tokens.error().message.ends_with(expected), tokens.error().message.c_str());
        }
    }

    // One letter, words without spaces and spaces alone: what a quadratic encoder would hang on. At 1 MB it
    // would take minutes, a linear one well below a second; the limit leaves room for a sanitizer on a busy
    // machine.
    void megabyteWithoutASpaceIsFast_data() { addTokenizerRows(); }
    void megabyteWithoutASpaceIsFast() {
        const Tokenizer* const t = &tokenizer();
        std::string words;
        Random random(22);
        while (words.size() < 1'000'000)
            words += random.below(9) ? static_cast<char>('a' + random.below(26)) : 'e';
        std::string emoji;
        while (emoji.size() < 1'000'000)
            emoji += "\U0001F469\u200D";
        for (const std::string& text : {std::string(1'000'000, 'a'), words, emoji,
                                        std::string(1'000'000, ' '), std::string(1'000'000, '\n')}) {
            QElapsedTimer timer;
            timer.start();
            const auto tokens = t->encode(text);
            const qint64 elapsedMs = timer.elapsed();
            QVERIFY(tokens);
            QVERIFY(*t->decode(*tokens) == text);
            qInfo("%zu tokens in %lld ms", tokens->size(), static_cast<long long>(elapsedMs));
            QVERIFY2(elapsedMs < 10'000, "1 MB took longer than 10 s");
        }
    }

    // Every place that may be one is taken for one: a single wrong one is found.
    void itRestartsWhereItSaysSo_data() { addTokenizerRows(); }
    void itRestartsWhereItSaysSo() {
        const Tokenizer* const t = &tokenizer();
        Random random(23);
        std::vector<std::string> texts;
        for (const auto& [name, text] : test::hardTexts())
            texts.push_back(text);
        for (int round = 0; round < 500; ++round) {
            std::string text;
            for (std::uint64_t n = random.below(30); n > 0; --n) {
                constexpr std::array kLineBreaks{"\n", "\n\n", "\r\n", "\n\t", "\n ", " \n", ".\n\n\n\""};
                text += test::randomText(random, random.below(8));
                text += kLineBreaks[random.below(kLineBreaks.size())];
                text += random.below(2) ? "The ferry" : "\xC3\xA9t\xC3\xA9";
            }
            texts.push_back(text);
        }
        std::size_t behindLineBreaks = 0;
        for (const std::string& text : texts) {
            std::vector<int> pieces;
            std::size_t start = 0;
            for (std::size_t i = 1; i <= text.size(); ++i) {
                const auto after = i < text.size() ? static_cast<unsigned char>(text[i]) : '\0';
                const bool isInCharacter = (after & 0xC0) == 0x80;
                if (i < text.size() &&
                    (isInCharacter || !t->restartsBetween(static_cast<unsigned char>(text[i - 1]), after)))
                    continue;
                behindLineBreaks += text[i - 1] == '\n' ? 1 : 0;
                const auto piece = t->encode(std::string_view(text).substr(start, i - start));
                QVERIFY(piece);
                pieces.insert(pieces.end(), piece->begin(), piece->end());
                start = i;
            }
            QCOMPARE(pieces, *t->encode(text));
        }
        // Where a line begins with a letter it does, in every vocabulary there is.
        QVERIFY2(behindLineBreaks > 1000, qPrintable(QString::number(behindLineBreaks)));
    }

    void otherFilesAreNotTokenizers() {
        const auto missing = loadTokenizer("/nowhere/tokenizer.model");
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::FileNotFound);
        const auto source = loadTokenizer(INKGATE_SOURCE_DIR "/README.md");
        QVERIFY(!source);
        QCOMPARE(source.error().code, ErrorCode::UnsupportedFormat);
        const auto folder = loadTokenizer("/");
        QVERIFY(!folder);
        QCOMPARE(folder.error().code, ErrorCode::FileUnreadable);
    }
};

QTEST_GUILESS_MAIN(LosslessTextTest)
#include "lossless_text_test.moc"
