// Where continuations end, and phrases that they leave out by going back: what is written, which tokens and
// gates are reported, and the state that is left.
#include "engine/runtime/generation.h"
#include "tests/engine/runtime/generated_words.h"
#include "tests/support/model_writer.h"
#include "tests/support/scripted_model.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace engine;
using namespace test;

namespace {

class KeepGates final : public GateSink {
public:
    void gates(int layer, std::span<const float> values) override {
        if (layer == 0)
            kept.insert(kept.end(), values.begin(), values.end());
    }
    std::vector<float> kept;
};

} // namespace

class GenerationStopsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<ThreadPool> m_pool = std::make_shared<ThreadPool>(2);
    std::unique_ptr<const Tokenizer> m_bytes = makeByteTokenizer();

    // Writes these words in order, each one token, then the separator.
    Outcome written(const std::vector<std::string>& words, GenerationSettings settings,
                    std::int64_t* position = nullptr) {
        const WordTokenizer tokenizer(words);
        std::vector<int> successors(words.size() + 2, 0);
        for (std::size_t i = 0; i + 1 < words.size(); ++i)
            successors[i + 2] = static_cast<int>(i) + 3;
        successors[0] = 2;
        const auto model = support::scriptedModel(successors, m_folder.path().toStdString());
        settings.sampler.temperature = 0;
        Session session(model, m_pool);
        Generation generation(session, tokenizer, settings);
        if (!generation.readPrompt(""))
            return {};
        const Outcome outcome = run(generation);
        if (position != nullptr)
            *position = generation.state().position();
        return outcome;
    }

    // Any of these letters, and nothing else.
    static GenerationSettings only(std::string_view letters, std::uint64_t seed) {
        GenerationSettings settings;
        settings.maxTokens = 60;
        settings.stopAtDocumentEnd = false;
        settings.sampler.temperature = 1.5f;
        settings.sampler.topP = 1;
        settings.sampler.seed = seed;
        for (int token = 0; token < 256; ++token)
            if (letters.find(static_cast<char>(token)) == std::string_view::npos)
                settings.sampler.bannedTokens.push_back(token);
        return settings;
    }

    std::shared_ptr<const Model> gatedModel() {
        ModelConfig config = support::smallConfig(Architecture::Rwkv6, support::allEnhancements()[1]);
        config.vocabulary = 256;
        return *Model::random(config, {}, 3);
    }

private slots:
    void endsWhereItIsAsked_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("reason");
        QTest::addColumn<int>("position"); // tokens that the state has read, with the separator
        const auto reason = [](StopReason stop) { return static_cast<int>(stop); };
        QTest::newRow("sentence") << "sentence"
                                  << "Mr. Day left." << reason(StopReason::SentenceEnd) << 5;
        QTest::newRow("paragraph") << "paragraph"
                                   << "Mr. Day left. “Go!” It rained" << reason(StopReason::ParagraphEnd)
                                   << 10;
        QTest::newRow("token") << "token"
                               << "Mr. Day" << reason(StopReason::StopToken) << 3;
        QTest::newRow("string in a token") << "string"
                                           << "Mr. Day le" << reason(StopReason::StopString) << 3;
        QTest::newRow("string over tokens") << "strings"
                                            << "Mr. Day left" << reason(StopReason::StopString) << 4;
        QTest::newRow("length") << "length"
                                << "Mr. Day left" << reason(StopReason::MaxTokens) << 3;
        // From the 6th of 7, and from the 9th of 11 on.
        QTest::newRow("soft length") << "soft"
                                     << "Mr. Day left. “Go!”" << reason(StopReason::SentenceEnd) << 8;
        QTest::newRow("a longer one")
            << "softer"
            << "Mr. Day left. “Go!” It rained" << reason(StopReason::SentenceEnd) << 10;
    }

    void endsWhereItIsAsked() {
        QFETCH(QString, change);
        QFETCH(QString, text);
        QFETCH(int, reason);
        QFETCH(int, position);
        const std::vector<std::string> words{"Mr.", " Day", " left",   ".",  " “", "Go",
                                             "!”",  " It",  " rained", "\n", "She"};
        GenerationSettings settings;
        if (change == "sentence")
            settings.stopAtSentenceEnd = true;
        else if (change == "paragraph")
            settings.stopAtParagraphEnd = true;
        else if (change == "token")
            settings.stopTokens = {4};
        else if (change == "string")
            settings.stopStrings = {"ft"};
        else if (change == "strings")
            settings.stopStrings = {". “G"};
        else if (change == "length")
            settings.maxTokens = 3;
        else if (change == "soft")
            settings.maxTokens = 7;
        else
            settings.maxTokens = 11;
        settings.hasSoftLength = change.startsWith("soft");
        std::int64_t read = 0;
        const Outcome outcome = written(words, settings, &read);
        QCOMPARE(QString::fromStdString(outcome.text), text);
        QCOMPARE(int(outcome.stop), reason);
        QCOMPARE(read, std::int64_t{position});
        // Nothing is reported of what is behind the end, a token that ends the text apart.
        std::string reported;
        for (const int token : outcome.tokens)
            reported +=
                token < 2 || outcome.stop == StopReason::StopToken ? "" : words[std::size_t(token) - 2];
        QVERIFY(outcome.stop == StopReason::StopToken || reported.starts_with(outcome.text));
        QVERIFY(reported.size() < outcome.text.size() + 3);
    }

    void softLengthHasAHardEnd() {
        GenerationSettings settings = only("abcdef ", 1);
        settings.hasSoftLength = true;
        settings.maxTokens = 20;
        Session session(gatedModel(), m_pool);
        Generation generation(session, *m_bytes, settings);
        QVERIFY(generation.readPrompt("ab").has_value());
        const Outcome outcome = run(generation);
        QCOMPARE(outcome.stop, StopReason::MaxTokens);
        QCOMPARE(outcome.tokens.size(), std::size_t{28});
    }

    void bannedPhrasesAreLeftOutWithoutATrace_data() {
        QTest::addColumn<QStringList>("phrases");
        QTest::newRow("one") << QStringList{"ab"};
        QTest::newRow("with a space") << QStringList{"a b"};
        QTest::newRow("several") << QStringList{"a", "bc d", "cab", "D  E"};
        QTest::newRow("nearly all") << QStringList{"a", "b", "c", "d", "e"};
    }

    void bannedPhrasesAreLeftOutWithoutATrace() {
        QFETCH(QStringList, phrases);
        const auto model = gatedModel();
        int different = 0;
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            GenerationSettings settings = only("abcde   ", seed);
            Session session(model, m_pool);
            StateCache cache;
            Generation free(session, *m_bytes, settings, &cache);
            QVERIFY(free.readPrompt("ab ").has_value());
            const Outcome unbound = run(free);
            for (const QString& phrase : phrases)
                settings.bannedPhrases.push_back(phrase.toStdString());
            settings.sampler.frequencyPenalty = 0.01f; // the history has to go back, too
            Generation generation(session, *m_bytes, settings, &cache);
            KeepGates gates;
            QVERIFY(generation.readPrompt("ab ", &gates).has_value());
            gates.kept.clear();
            Outcome outcome;
            while (outcome.stop == StopReason::None) {
                const auto token = generation.next(&gates);
                QVERIFY(token.has_value());
                outcome.text += token->text;
                outcome.tokens.push_back(token->token);
                outcome.stop = token->stop;
            }
            QCOMPARE(outcome.tokens.size(), std::size_t{60});
            different += outcome.text != unbound.text;
            QString spaced = QString::fromStdString("ab " + outcome.text.substr(0)).simplified();
            for (const QString& phrase : phrases) {
                const QRegularExpression found("\\b" + phrase.simplified().toLower());
                QVERIFY2(!spaced.mid(3).contains(found), qPrintable(spaced));
            }
            // As if only these tokens had ever been read.
            std::vector<int> read{m_bytes->documentSeparator(), 'a', 'b'};
            read.insert(read.end(), outcome.tokens.begin(), outcome.tokens.end() - 1);
            QCOMPARE(generation.state().position(), std::int64_t(read.size()));
            State state(model->config());
            KeepGates wanted;
            for (std::size_t i = 0; i < read.size(); ++i)
                QVERIFY(session.decode(state, read[i], {}, i < 3 ? nullptr : &wanted).has_value());
            QCOMPARE(gates.kept.size(), wanted.kept.size());
            for (std::size_t i = 0; i < wanted.kept.size(); ++i)
                QVERIFY(std::abs(gates.kept[i] - wanted.kept[i]) < 1e-4f);
            for (std::size_t i = 0; i < state.values().size(); ++i)
                QVERIFY(std::abs(state.values()[i] - generation.state().values()[i]) < 1e-3f);
        }
        QVERIFY(different > 0);
    }

    void whatWaitsIsNotKeptWhenStopped() {
        GenerationSettings settings;
        settings.bannedPhrases = {" Day left for good"};
        settings.sampler.temperature = 0;
        const WordTokenizer tokenizer({"Mr.", " Day", " left"});
        const auto model = support::scriptedModel({2, -1, 3, 4, 0}, m_folder.path().toStdString());
        Session session(model, m_pool);
        StateCache cache;
        {
            Generation generation(session, tokenizer, settings, &cache);
            QVERIFY(generation.readPrompt("").has_value());
            QCOMPARE(generation.next()->text, std::string("Mr."));
            QVERIFY(!generation.tryNext()->has_value());
            QVERIFY(!generation.tryNext()->has_value());
            QVERIFY(!generation.hasCertain());
        }
        QCOMPARE(cache.along(std::vector<int>{0, 2, 3, 4}).front()->key.tokens, std::uint64_t{2});
    }

    void biasesAreForTexts() {
        GenerationSettings settings;
        settings.textBiases = {{"left", 90}, {"Mr", 5}};
        settings.maxTokens = 1;
        QCOMPARE(written({"Mr.", " Day", " left"}, settings).text, std::string(" left"));
        settings.textBiases = {{"Mr.", -std::numeric_limits<float>::infinity()}};
        QVERIFY(written({"Mr.", " Day", " left"}, settings).text != "Mr.");
    }
};

QTEST_GUILESS_MAIN(GenerationStopsTest)
#include "generation_stops_test.moc"
