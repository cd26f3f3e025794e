#include "engine/tokenizer/paragraph_reader.h"
#include "engine/tokenizer/sentencepiece_training.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/tokenizer/trained_model.h"

#include <QTest>

using namespace engine;

class SentencePieceTrainingTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    [[nodiscard]] QString path(const char* name) const { return m_folder.filePath(name); }
    [[nodiscard]] Expected<void> train(const char* text, const char* model,
                                       const SentencePieceTraining& options) const {
        return trainSentencePiece(path(text).toStdString(), path(model).toStdString(), options);
    }

private slots:
    void initTestCase() { QVERIFY(test::writeFile(path("story.txt"), test::storyText(400, 1))); }

    void learnsALosslessVocabulary() {
        SentencePieceTraining options;
        options.vocabularySize = 400;
        const auto trained = train("story.txt", "story.model", options);
        QVERIFY2(trained, trained ? "" : trained.error().message.c_str());
        const auto loaded = loadSentencePiece(path("story.model").toStdString());
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
        const Tokenizer& tokenizer = **loaded;
        QVERIFY(tokenizer.vocabularySize() <= 400);
        QVERIFY(tokenizer.vocabularySize() > 300);
        QCOMPARE(tokenizer.documentSeparator(), 0);
        QCOMPARE(tokenizer.bytes(0), std::string_view());
        QCOMPARE(std::vector<int>(tokenizer.unsampledTokens().begin(), tokenizer.unsampledTokens().end()),
                 std::vector<int>{1});
        const std::string text = "The old house waited.\n\n\"I don't\" \u2014 so.\n\u4F60";
        const auto tokens = tokenizer.encode(text);
        QVERIFY(tokens);
        QCOMPARE(*tokenizer.decode(*tokens), text);
        QVERIFY(tokens->size() < text.size() * 3 / 4);
        // Words carry their space, line breaks are pieces of their own.
        QCOMPARE(tokenizer.encode(" house")->size(), std::size_t(1));
        QCOMPARE(tokenizer.encode("\n\n")->size(), std::size_t(1));
        QCOMPARE(tokenizer.encode("\n\n\n")->size(), std::size_t(2));
    }

    void sameTextGivesTheSameFile() {
        SentencePieceTraining options;
        options.vocabularySize = 360;
        options.maxSentences = 100;
        QVERIFY(train("story.txt", "first.model", options));
        QVERIFY(train("story.txt", "second.model", options));
        const std::string first = test::readFile(path("first.model"));
        QVERIFY(!first.empty());
        QVERIFY(first == test::readFile(path("second.model")));
        options.maxSentences = 200;
        QVERIFY(train("story.txt", "second.model", options));
        QVERIFY(first != test::readFile(path("second.model")));
    }

    void longParagraphsAreNotLost() {
        // One paragraph of 60 kB; sentencepiece itself would drop it.
        std::string line;
        while (line.size() < 60'000)
            line += "somewhere beyond the mountains ";
        QVERIFY(test::writeFile(path("long.txt"), line));
        SentencePieceTraining options;
        options.vocabularySize = 300;
        const auto trained = train("long.txt", "long.model", options);
        QVERIFY2(trained, trained ? "" : trained.error().message.c_str());
        const auto loaded = loadSentencePiece(path("long.model").toStdString());
        QVERIFY(loaded);
        QVERIFY((*loaded)->encode(" mountains")->size() <= 3);
    }

    void failuresSayWhatIsWrong_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("vocabulary");
        QTest::addColumn<double>("coverage");
        QTest::addColumn<int>("threads");
        QTest::addColumn<ErrorCode>("code");
        const QByteArray story = QByteArray::fromStdString(test::storyText(20, 2));
        QTest::newRow("small vocabulary") << story << 200 << 0.9999 << 1 << ErrorCode::InvalidArgument;
        QTest::newRow("huge vocabulary") << story << 2'000'000 << 0.9999 << 1 << ErrorCode::InvalidArgument;
        QTest::newRow("coverage above 1") << story << 400 << 1.5 << 1 << ErrorCode::InvalidArgument;
        QTest::newRow("no threads") << story << 400 << 0.9999 << 0 << ErrorCode::InvalidArgument;
        QTest::newRow("empty text") << QByteArray() << 400 << 0.9999 << 1 << ErrorCode::InvalidArgument;
        QTest::newRow("only marks") << QByteArray("\n\n\f\n\r\n") << 400 << 0.9999 << 1
                                    << ErrorCode::InvalidArgument;
        QTest::newRow("damaged UTF-8") << QByteArray("un caf\xC3\xA9 \xFF d\xC3\xA9j\xC3\xA0 bu\n") << 400
                                       << 0.9999 << 1 << ErrorCode::InvalidText;
    }

    void failuresSayWhatIsWrong() {
        QFETCH(QByteArray, text);
        QFETCH(int, vocabulary);
        QFETCH(double, coverage);
        QFETCH(int, threads);
        QFETCH(ErrorCode, code);
        QVERIFY(test::writeFile(path("bad.txt"), text.toStdString()));
        SentencePieceTraining options;
        options.vocabularySize = vocabulary;
        options.characterCoverage = coverage;
        options.threads = threads;
        const auto trained = train("bad.txt", "bad.model", options);
        QVERIFY(!trained);
        QCOMPARE(trained.error().code, code);
        QVERIFY(!QFile::exists(path("bad.model")));
    }

    void missingPathsSaySo() {
        const auto noText = train("none.txt", "x.model", {});
        QVERIFY(!noText);
        QCOMPARE(noText.error().code, ErrorCode::FileNotFound);
        SentencePieceTraining options;
        options.vocabularySize = 360;
        const auto noFolder = trainSentencePiece(path("story.txt").toStdString(),
                                                 path("no/such/folder/x.model").toStdString(), options);
        QVERIFY(!noFolder);
        QCOMPARE(noFolder.error().code, ErrorCode::WriteFailed);
    }

    void paragraphsAreTheLinesWithText() {
        ParagraphReader reader("one\n\n\ftwo\r\n\f\n\r\n  \nlast");
        std::vector<std::string> paragraphs;
        while (const auto paragraph = reader.next())
            paragraphs.emplace_back(*paragraph);
        QCOMPARE(paragraphs, (std::vector<std::string>{"one", "\ftwo", "  ", "last"}));
    }

    void partsEndBeforeASpaceOrAtACharacter() {
        QCOMPARE(firstPart("short", 10), std::string_view("short"));
        QCOMPARE(firstPart("one two three", 8), std::string_view("one two"));
        QCOMPARE(firstPart("one two three", 7), std::string_view("one two"));
        QCOMPARE(firstPart(" abcdefgh", 5), std::string_view(" abcd"));
        QCOMPARE(firstPart("ab\u4F60\u597D", 6), std::string_view("ab\u4F60"));
    }
};

QTEST_GUILESS_MAIN(SentencePieceTrainingTest)
#include "sentencepiece_training_test.moc"
