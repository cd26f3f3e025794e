#include "engine/core/random.h"
#include "engine/tokenizer/sentencepiece_tokenizer.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/tokenizer/hard_texts.h"
#include "tests/engine/tokenizer/trained_model.h"

#include <QTest>

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <unordered_map>

using namespace engine;

namespace {

using Flags = std::unordered_map<std::string, std::string>;

// Lines of a text, for sentencepiece's own trainer.
class Lines : public sentencepiece::SentenceIterator {
public:
    explicit Lines(const std::string& text) {
        for (const QString& line : QString::fromStdString(text).split('\n', Qt::SkipEmptyParts))
            m_lines.push_back(line.toStdString());
    }
    bool done() const override { return m_next >= m_lines.size(); }
    void Next() override { ++m_next; }
    const std::string& value() const override { return m_lines[m_next]; }
    sentencepiece::util::Status status() const override { return {}; }

private:
    std::vector<std::string> m_lines;
    std::size_t m_next = 0;
};

// A model with other options than our trainer's; `changes` replaces single flags.
std::string modelWith(const Flags& changes) {
    Flags flags = {{"model_type", "unigram"},     {"vocab_size", "400"},
                   {"hard_vocab_limit", "false"}, {"normalization_rule_name", "identity"},
                   {"add_dummy_prefix", "false"}, {"remove_extra_whitespaces", "false"},
                   {"byte_fallback", "true"},     {"num_threads", "1"},
                   {"minloglevel", "2"}};
    for (const auto& [name, value] : changes)
        flags[name] = value;
    Lines lines(test::storyText(300, 5));
    std::string model;
    const auto status = sentencepiece::SentencePieceTrainer::Train(flags, &lines, &model);
    return status.ok() ? model : std::string();
}

} // namespace

class SentencePieceTokenizerTest : public QObject {
    Q_OBJECT

    std::string m_model; // a small one of our trainer

private slots:
    void initTestCase() {
        QTemporaryDir folder;
        QVERIFY(test::writeFile(folder.filePath("story.txt"), test::storyText(300, 4)));
        SentencePieceTraining options;
        options.vocabularySize = 340;
        QVERIFY(trainSentencePiece(folder.filePath("story.txt").toStdString(),
                                   folder.filePath("m").toStdString(), options));
        m_model = test::readFile(folder.filePath("m"));
        QVERIFY(makeSentencePieceTokenizer(m_model));
    }

    // Word by word must not differ from sentencepiece on the whole text.
    void tokensAreThoseOfSentencePiece_data() {
        QTest::addColumn<QByteArray>("model");
        QTest::newRow("ours") << QByteArray::fromStdString(m_model);
        QTest::newRow("tales") << QByteArray::fromStdString(
            test::readFile(INKGATE_SOURCE_DIR "/resources/models/tales/tokenizer.model"));
        QTest::newRow("bpe") << QByteArray::fromStdString(modelWith({{"model_type", "bpe"}}));
        QTest::newRow("pieces of several words")
            << QByteArray::fromStdString(modelWith({{"split_by_whitespace", "false"}}));
        QTest::newRow("spaces at the end of words")
            << QByteArray::fromStdString(modelWith({{"treat_whitespace_as_suffix", "true"}}));
    }

    void tokensAreThoseOfSentencePiece() {
        QFETCH(QByteArray, model);
        const std::string bytes = model.toStdString();
        const auto tokenizer = makeSentencePieceTokenizer(bytes);
        QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
        sentencepiece::SentencePieceProcessor processor;
        QVERIFY(processor.LoadFromSerializedProto(bytes).ok());
        std::vector<std::string> texts{test::storyText(30, 6)};
        for (const auto& hard : test::hardTexts())
            texts.push_back(hard.text);
        for (const std::string& text : texts) {
            if (text.find("\u2581") != std::string::npos)
                continue; // sentencepiece would make a space of it
            std::vector<int> expected;
            QVERIFY(processor.Encode(text, &expected).ok());
            QCOMPARE(*(*tokenizer)->encode(text), expected);
        }
    }

    void spaceMarkIsSpelledInBytes() {
        const auto tokenizer = makeSentencePieceTokenizer(m_model);
        const std::string text = "a\u2581b";
        const auto tokens = (*tokenizer)->encode(text);
        QCOMPARE(tokens->size(), std::size_t(5));
        QCOMPARE((*tokenizer)->bytes((*tokens)[1]), std::string_view("\xE2"));
        QCOMPARE((*tokenizer)->bytes((*tokens)[3]), std::string_view("\x81"));
        QVERIFY(*tokens != *(*tokenizer)->encode("a b"));
    }

    void lossyModelsAreRefused_data() {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const Flags& changes, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(modelWith(changes)) << reason;
        };
        row("NFKC", {{"normalization_rule_name", "nmt_nfkc"}}, "rewrites characters");
        row("dummy prefix", {{"add_dummy_prefix", "true"}}, "space before every text");
        row("spaces removed", {{"remove_extra_whitespaces", "true"}}, "removes repeated spaces");
        row("no bytes", {{"byte_fallback", "false"}}, "byte_fallback");
        row("no end of text", {{"eos_id", "-1"}, {"bos_id", "-1"}}, "end of a document");
    }

    void lossyModelsAreRefused() {
        QFETCH(QByteArray, model);
        QFETCH(QString, reason);
        QVERIFY(!model.isEmpty());
        const auto tokenizer = makeSentencePieceTokenizer(model.toStdString());
        QVERIFY(!tokenizer);
        QCOMPARE(tokenizer.error().code, ErrorCode::VocabularyMismatch);
        QVERIFY2(tokenizer.error().message.find(reason.toStdString()) != std::string::npos,
                 tokenizer.error().message.c_str());
    }

    void everyTruncationIsAnErrorOrTheSameModel() {
        const auto whole = makeSentencePieceTokenizer(m_model);
        const std::string text = test::storyText(3, 7);
        const auto expected = (*whole)->encode(text);
        int accepted = 0;
        for (std::size_t size = 0; size < m_model.size(); ++size) {
            const auto cut = makeSentencePieceTokenizer(std::string_view(m_model).substr(0, size));
            if (!cut)
                continue;
            // The end of the file is a message without content; a cut before it loses nothing.
            ++accepted;
            QCOMPARE(*(*cut)->encode(text), *expected);
        }
        QVERIFY2(accepted <= 1, std::to_string(accepted).c_str());
    }

    void damagedBytesNeverCrashOrLoseText() {
        Random random(8);
        const std::string text = test::storyText(2, 9) + "\u4F60 \u2581\n";
        int accepted = 0;
        for (int round = 0; round < 6000; ++round) {
            std::string damaged = m_model;
            switch (random.below(3)) {
            case 0: damaged.erase(random.below(damaged.size()), random.below(200)); break;
            case 1:
                damaged.insert(random.below(damaged.size()), damaged, random.below(damaged.size()),
                               random.below(300));
                break;
            default:
                for (std::uint64_t i = 0; i <= random.below(3); ++i)
                    damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
            }
            const auto tokenizer = makeSentencePieceTokenizer(damaged);
            if (!tokenizer)
                continue;
            ++accepted;
            const auto tokens = (*tokenizer)->encode(text);
            QVERIFY(tokens);
            QCOMPARE(*(*tokenizer)->decode(*tokens), text);
        }
        QVERIFY(accepted > 0); // a changed score, for instance, leaves a usable model
    }

    // sentencepiece throws at some of these.
    void piecesWithoutBytesAreRefused() {
        using namespace std::string_literals;
        for (const std::string& piece : {"\x0A\x02\x0A\x00"s, "\x0A\x04\x0A\x00\x18\x04"s, "\x0A\x00"s}) {
            const auto tokenizer = makeSentencePieceTokenizer(piece + m_model);
            QVERIFY(!tokenizer);
            QCOMPARE(tokenizer.error().code, ErrorCode::FileDamaged);
        }
    }

    void otherBytesAreNoModel() {
        for (const std::string& bytes :
             {std::string(), std::string("\n"), std::string(1000, '\0'), std::string("not a model"),
              std::string("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), std::string("\x0A\x00", 2)}) {
            const auto tokenizer = makeSentencePieceTokenizer(bytes);
            QVERIFY(!tokenizer);
            QCOMPARE(tokenizer.error().code, ErrorCode::FileDamaged);
        }
        const auto missing = loadSentencePiece("/nowhere/tokenizer.model");
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::FileNotFound);
    }
};

QTEST_GUILESS_MAIN(SentencePieceTokenizerTest)
#include "sentencepiece_tokenizer_test.moc"
