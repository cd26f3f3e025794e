// The promises of tokenizer.h, for every kind of tokenizer.
#include "engine/core/random.h"
#include "engine/text/utf8_stream.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/tokenizer/hard_texts.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <map>

using namespace engine;

class LosslessTextTest : public QObject {
    Q_OBJECT

    std::map<std::string, std::unique_ptr<const Tokenizer>> m_tokenizers;

    void addTokenizerRows() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"bytes", "sentencepiece", "rwkv-world"})
            QTest::newRow(kind) << kind;
    }

    const Tokenizer* tokenizer() {
        QFETCH(QString, kind);
        const auto found = m_tokenizers.find(kind.toStdString());
        return found == m_tokenizers.end() ? nullptr : found->second.get();
    }

private slots:
    void initTestCase() {
        m_tokenizers["bytes"] = makeByteTokenizer();
        auto tales = loadTokenizer(INKGATE_SOURCE_DIR "/resources/models/tales/tokenizer.model");
        QVERIFY2(tales, tales ? "" : tales.error().message.c_str());
        m_tokenizers["sentencepiece"] = std::move(*tales);
        if (auto world = loadTokenizer(INKGATE_SHARED_DIR "/data/rwkv_vocab_v20230424.txt"))
            m_tokenizers["rwkv-world"] = std::move(*world);
        for (const auto& [kind, tokenizer] : m_tokenizers)
            QCOMPARE(tokenizer->kind(), std::string_view(kind));
    }

    void hardTextsComeBack_data() { addTokenizerRows(); }
    void hardTextsComeBack() {
        const Tokenizer* t = tokenizer();
        if (!t)
            QSKIP("its vocabulary is not in the shared folder");
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
        const Tokenizer* t = tokenizer();
        if (!t)
            QSKIP("its vocabulary is not in the shared folder");
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
        const Tokenizer* t = tokenizer();
        if (!t)
            QSKIP("its vocabulary is not in the shared folder");
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
        const Tokenizer* t = tokenizer();
        if (!t)
            QSKIP("its vocabulary is not in the shared folder");
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
        const Tokenizer* t = tokenizer();
        if (!t)
            QSKIP("its vocabulary is not in the shared folder");
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
        const Tokenizer* t = tokenizer();
        if (!t)
            QSKIP("its vocabulary is not in the shared folder");
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
