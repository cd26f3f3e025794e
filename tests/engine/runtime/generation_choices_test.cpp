// What a generation says of the tokens that were likely, and the token that it may be told to begin with.
#include "engine/runtime/generation.h"
#include "tests/engine/runtime/generated_words.h"
#include "tests/support/model_writer.h"

#include <QTest>

#include <cmath>

using namespace engine;
using namespace test;

class GenerationChoicesTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<ThreadPool> m_pool = std::make_shared<ThreadPool>(2);
    const WordTokenizer m_words{{"on", "ce", "once", "one", " ", "upon", "!", "a", "time"}};

    int id(std::string_view word) const {
        for (int token = 2; token < m_words.vocabularySize(); ++token)
            if (m_words.bytes(token) == word)
                return token;
        return -1;
    }
    std::shared_ptr<const Model> randomModel() const {
        ModelConfig config = support::smallConfig(Architecture::Rwkv6, support::allEnhancements()[1]);
        config.vocabulary = m_words.vocabularySize() + 3; // with padding, which is no choice
        return *Model::random(config, {}, 5);
    }

private slots:
    void areTheModelsOwnWhateverTheSamplerDoes() {
        const auto model = randomModel();
        Session session(model, m_pool);
        GenerationSettings settings;
        settings.choices = 4;
        settings.maxTokens = 12;
        settings.stopAtDocumentEnd = false;
        settings.sampler.temperature = 2;
        settings.sampler.repetitionPenalty = 1.5f;
        settings.bannedPhrases = {"a time"}; // so that tokens are held back, and some drawn again
        Generation generation(session, m_words, settings);
        QVERIFY(generation.readPrompt("once upon ").has_value());
        // The same text read plainly, a token at a time.
        State state(model->config());
        std::vector<float> logits(static_cast<std::size_t>(model->config().vocabulary));
        std::vector<int> read = generation.promptTokens();
        read.pop_back(); // taken back
        for (const int token : read)
            QVERIFY(session.decode(state, token, logits).has_value());
        for (int i = 0; i < settings.maxTokens; ++i) {
            const auto token = generation.next();
            QVERIFY(token.has_value());
            if (token->token == GeneratedToken::kNone)
                break;
            auto allowed = std::vector<float>(logits.begin(), logits.begin() + m_words.vocabularySize());
            if (i == 0) {
                QCOMPARE(token->repeatedBytes, std::size_t{1});
                for (int other = 0; other < m_words.vocabularySize(); ++other)
                    if (!m_words.bytes(other).starts_with(" "))
                        allowed[static_cast<std::size_t>(other)] = -INFINITY;
            }
            const TokenChoices expected = tokenChoices(allowed, token->token, 4);
            QCOMPARE(token->choices.rank, expected.rank);
            QCOMPARE(token->choices.best.size(), expected.best.size());
            for (std::size_t k = 0; k < expected.best.size(); ++k) {
                QCOMPARE(token->choices.best[k].token, expected.best[k].token);
                // Chunks of a prompt round a little otherwise than single tokens.
                QVERIFY(std::abs(token->choices.best[k].logProbability - expected.best[k].logProbability) <
                        1e-4f);
            }
            QVERIFY(session.decode(state, token->token, logits).has_value());
        }
    }

    void nothingIsCollectedUnlessItIsWanted() {
        Session session(randomModel(), m_pool);
        GenerationSettings settings;
        Generation generation(session, m_words, settings);
        QVERIFY(generation.readPrompt("once").has_value());
        QCOMPARE(generation.next()->choices, TokenChoices());
    }

    void beginsWithTheTokenItIsTold_data() {
        QTest::addColumn<QByteArray>("prompt");
        QTest::addColumn<QByteArray>("token");
        QTest::addColumn<bool>("repeats");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("behind the prompt")
            << QByteArray("once") << QByteArray("upon") << false << QByteArray("upon");
        QTest::newRow("in place of its last token")
            << QByteArray("on") << QByteArray("once") << true << QByteArray("ce");
        QTest::newRow("the last token again, behind it")
            << QByteArray("on") << QByteArray("once") << false << QByteArray("once");
        QTest::newRow("of another prompt")
            << QByteArray("a") << QByteArray("once") << true << QByteArray("once");
    }
    void beginsWithTheTokenItIsTold() {
        QFETCH(QByteArray, prompt);
        QFETCH(QByteArray, token);
        QFETCH(bool, repeats);
        QFETCH(QByteArray, text);
        Session session(randomModel(), m_pool);
        GenerationSettings settings;
        settings.firstToken = FirstToken{id(token.toStdString()), repeats};
        settings.choices = 3;
        settings.maxTokens = 5;
        settings.stopAtDocumentEnd = false;
        Generation generation(session, m_words, settings);
        QVERIFY(generation.readPrompt(prompt.toStdString()).has_value());
        const auto first = generation.next();
        QVERIFY(first.has_value());
        QCOMPARE(first->token, settings.firstToken->token);
        QCOMPARE(first->text, text.toStdString());
        QVERIFY(first->choices.rank >= 1);
        for (int i = 1; i < settings.maxTokens; ++i)
            QVERIFY(generation.next().has_value());
    }

    void aFirstTokenThatIsBannedGivesWay() {
        Session session(randomModel(), m_pool);
        GenerationSettings settings;
        settings.firstToken = FirstToken{id("upon"), false};
        settings.bannedPhrases = {"upon"};
        settings.stopAtDocumentEnd = false;
        Generation generation(session, m_words, settings);
        QVERIFY(generation.readPrompt("once ").has_value());
        QVERIFY(generation.next()->token != id("upon"));
    }

    void aFirstTokenBeyondTheVocabularyIsRefused() {
        Session session(randomModel(), m_pool);
        for (const int token : {-1, m_words.vocabularySize()}) {
            GenerationSettings settings;
            settings.firstToken = FirstToken{token, false};
            Generation generation(session, m_words, settings);
            QCOMPARE(generation.readPrompt("once").error().code, ErrorCode::InvalidArgument);
        }
    }
};

QTEST_GUILESS_MAIN(GenerationChoicesTest)
#include "generation_choices_test.moc"
