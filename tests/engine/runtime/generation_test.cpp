// Continuations: token healing, stop strings, the end of a document, seeds, cancelling, vocabularies, and the
// prompt cache underneath. The scripted model follows a table from token to token; the random one only has to
// be a model.
#include "engine/runtime/generation.h"
#include "tests/engine/runtime/generated_words.h"
#include "tests/support/model_writer.h"
#include "tests/support/scripted_model.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <set>

using namespace engine;
using namespace test;

class GenerationTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<ThreadPool> m_pool = std::make_shared<ThreadPool>(2);
    std::unique_ptr<const Tokenizer> m_bytes = makeByteTokenizer();

    static GenerationSettings greedy(int maxTokens = 50) {
        GenerationSettings settings;
        settings.sampler.temperature = 0;
        settings.maxTokens = maxTokens;
        return settings;
    }

    // Follows `text` byte by byte, then the separator; each byte may appear once.
    std::shared_ptr<const Model> scriptFor(const std::string& text) {
        std::vector<int> successors(256, -1);
        int last = m_bytes->documentSeparator();
        for (const char byte : text) {
            successors[static_cast<std::size_t>(last)] = static_cast<unsigned char>(byte);
            last = static_cast<unsigned char>(byte);
        }
        successors[static_cast<std::size_t>(last)] = m_bytes->documentSeparator();
        return support::scriptedModel(successors, m_folder.path().toStdString());
    }

    Outcome generate(const std::shared_ptr<const Model>& model, const Tokenizer& tokenizer,
                     const std::string& prompt, const GenerationSettings& settings) {
        Session session(model, m_pool);
        Generation generation(session, tokenizer, settings);
        if (!generation.readPrompt(prompt))
            return {};
        return run(generation);
    }

    std::shared_ptr<const Model> randomModel(int vocabulary = 256) {
        ModelConfig config = support::smallConfig(Architecture::Rwkv6, support::allEnhancements()[1]);
        config.vocabulary = vocabulary;
        return *Model::random(config, {}, 3);
    }

private slots:
    void endsWithTheDocument() {
        const auto model = scriptFor("abcdefg");
        const auto outcome = generate(model, *m_bytes, "ab", greedy());
        QCOMPARE(outcome.text, std::string("cdefg"));
        QCOMPARE(outcome.stop, StopReason::DocumentEnd);
        GenerationSettings endless = greedy(20);
        endless.stopAtDocumentEnd = false;
        const auto longer = generate(model, *m_bytes, "ab", endless);
        QCOMPARE(longer.stop, StopReason::MaxTokens);
        QCOMPARE(longer.tokens.size(), std::size_t{20});
        for (const int token : longer.tokens)
            QVERIFY(token != m_bytes->documentSeparator());
    }

    void anEmptyPromptStartsADocument() {
        const auto outcome = generate(scriptFor("abcdefg"), *m_bytes, "", greedy());
        QCOMPARE(outcome.text, std::string("abcdefg"));
    }

    void stopsBeforeAStopStringAcrossTokens_data() {
        QTest::addColumn<QStringList>("stops");
        QTest::addColumn<QString>("expected");
        QTest::addColumn<bool>("isStopped");
        QTest::newRow("one byte") << QStringList{"e"} << "cd" << true;
        QTest::newRow("several tokens") << QStringList{"efg"} << "cd" << true;
        QTest::newRow("at the start") << QStringList{"cd"} << "" << true;
        QTest::newRow("the earliest counts") << QStringList{"hij", "fg"} << "cde" << true;
        QTest::newRow("a false start is given back") << QStringList{"efx", "hz"} << "cdefghij" << false;
        QTest::newRow("begun at the end of the document") << QStringList{"jk"} << "cdefghij" << false;
        QTest::newRow("empty strings never stop") << QStringList{""} << "cdefghij" << false;
    }

    void stopsBeforeAStopStringAcrossTokens() {
        QFETCH(QStringList, stops);
        QFETCH(QString, expected);
        QFETCH(bool, isStopped);
        GenerationSettings settings = greedy();
        for (const QString& stop : stops)
            settings.stopStrings.push_back(stop.toStdString());
        const auto outcome = generate(scriptFor("abcdefghij"), *m_bytes, "ab", settings);
        QCOMPARE(QString::fromStdString(outcome.text), expected);
        QCOMPARE(outcome.stop, isStopped ? StopReason::StopString : StopReason::DocumentEnd);
    }

    void textThatCouldStopIsHeldBackNoLongerThanNeeded() {
        GenerationSettings settings = greedy();
        settings.stopStrings = {"deX"};
        const auto outcome = generate(scriptFor("abcdefg"), *m_bytes, "ab", settings);
        // The first token repeats the healed "b".
        QCOMPARE(outcome.pieces, (std::vector<std::string>{"", "c", "d", "e", "f", "g", ""}));
    }

    void charactersAppearWhole() {
        const std::string text = "a\xC3\xA9z"; // é takes two tokens
        const auto outcome = generate(scriptFor(text), *m_bytes, "a", greedy());
        QCOMPARE(outcome.pieces, (std::vector<std::string>{"", "", "\xC3\xA9", "z", ""}));
        const auto cut = generate(scriptFor("a\xC3"), *m_bytes, "a", greedy());
        QCOMPARE(cut.text, std::string("\xEF\xBF\xBD")); // U+FFFD for what never became whole
    }

    void healingFinishesTheLastWord() {
        const WordTokenizer words({"on", "ce", "once", "one", " ", "upon", "!"});
        const auto id = [&](std::string_view word) {
            for (int token = 2; token < words.vocabularySize(); ++token)
                if (words.bytes(token) == word)
                    return token;
            return -1;
        };
        std::vector<int> successors(static_cast<std::size_t>(words.vocabularySize()), -1);
        successors[static_cast<std::size_t>(id("upon"))] = 0;
        successors[0] = id("once"); // the document starts with "once", whatever half of it was typed
        successors[static_cast<std::size_t>(id("on"))] = id("!");
        successors[static_cast<std::size_t>(id("once"))] = id(" ");
        successors[static_cast<std::size_t>(id(" "))] = id("upon");
        const auto model = support::scriptedModel(successors, m_folder.path().toStdString());
        QVERIFY(model != nullptr);
        Session session(model, m_pool);
        Generation generation(session, words, greedy());
        QVERIFY(generation.readPrompt("on").has_value());
        QCOMPARE(generation.promptTokens(), (std::vector<int>{0, id("on")}));
        const auto outcome = run(generation);
        QCOMPARE(outcome.text, std::string("ce upon")); // not "on" + "!"
        QCOMPARE(outcome.tokens.front(), id("once"));
    }

    void healingKeepsToThePrompt() {
        const auto model = randomModel();
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            GenerationSettings settings;
            settings.sampler.seed = seed;
            settings.maxTokens = 3;
            Session session(model, m_pool);
            Generation generation(session, *m_bytes, settings);
            QVERIFY(generation.readPrompt("Ink").has_value());
            const auto first = generation.next();
            QVERIFY(first.has_value());
            QCOMPARE(first->token, int{'k'}); // the only token that starts with what was taken back
            QVERIFY(first->text.empty());
        }
    }

    void theSameSeedGivesTheSameText() {
        const auto model = randomModel();
        const auto text = [&](std::uint64_t seed) {
            GenerationSettings settings;
            settings.sampler.seed = seed;
            settings.sampler.temperature = 1.5f;
            settings.maxTokens = 40;
            return generate(model, *m_bytes, "A story", settings).tokens;
        };
        QCOMPARE(text(1), text(1));
        std::set<std::vector<int>> different;
        for (std::uint64_t seed = 0; seed < 5; ++seed)
            different.insert(text(seed));
        QCOMPARE(different.size(), std::size_t{5});
    }

    void paddingRowsAreNeverSampled() {
        std::vector<int> successors(301, -1);
        successors['b'] = 300; // which no tokenizer knows
        const auto model = support::scriptedModel(successors, m_folder.path().toStdString(), 320);
        Session session(model, m_pool);
        State state(model->config());
        std::vector<float> logits(320);
        QVERIFY(session.decode(state, 'b', logits).has_value());
        QCOMPARE(std::ranges::max_element(logits) - logits.begin(), std::ptrdiff_t{300});
        GenerationSettings settings = greedy(10);
        settings.stopAtDocumentEnd = false;
        const auto outcome = generate(model, *m_bytes, "ab", settings);
        QCOMPARE(outcome.tokens.size(), std::size_t{10});
        for (const int token : outcome.tokens)
            QVERIFY(token < m_bytes->vocabularySize());
    }

    void unsampledTokensAreNeverSampled() {
        const WordTokenizer words({"a", "b"});
        const auto model = support::scriptedModel(std::vector<int>(4, 1), m_folder.path().toStdString());
        const auto outcome = generate(model, words, "a", greedy(10));
        for (const int token : outcome.tokens)
            QVERIFY(token != 1);
    }

    void aLargerVocabularyThanTheModelsIsRefused() {
        const auto model = randomModel(200);
        QCOMPARE(checkVocabulary(model->config(), *m_bytes).error().code, ErrorCode::VocabularyMismatch);
        QVERIFY(checkVocabulary(randomModel(300)->config(), *m_bytes).has_value());
        Session session(model, m_pool);
        Generation generation(session, *m_bytes, {});
        QCOMPARE(generation.readPrompt("a").error().code, ErrorCode::VocabularyMismatch);
    }

    void wrongUseIsRefused() {
        Session session(randomModel(), m_pool);
        Generation early(session, *m_bytes, {});
        QCOMPARE(early.next().error().code, ErrorCode::InvalidArgument);
        Generation none(session, *m_bytes, greedy(0));
        QCOMPARE(none.readPrompt("a").error().code, ErrorCode::InvalidArgument);
        GenerationSettings bad;
        bad.sampler.temperature = -1;
        Generation invalid(session, *m_bytes, bad);
        QCOMPARE(invalid.readPrompt("a").error().code, ErrorCode::InvalidArgument);
        Generation ended(session, *m_bytes, greedy(1));
        QVERIFY(ended.readPrompt("a").has_value());
        QCOMPARE(ended.next()->stop, StopReason::MaxTokens);
        QCOMPARE(ended.next().error().code, ErrorCode::InvalidArgument);
        Generation broken(session, *m_bytes, greedy());
        QCOMPARE(broken.readPrompt("\xC3").error().code, ErrorCode::InvalidText);
    }

    void readingCanBeCancelled() {
        Session session(randomModel(), m_pool);
        Generation generation(session, *m_bytes, greedy());
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(generation.readPrompt("a long story", nullptr, stop.get_token()).error().code,
                 ErrorCode::Cancelled);
        QCOMPARE(generation.next().error().code, ErrorCode::InvalidArgument);
    }

    void aStoppedReadingGoesOnWhereItWasStopped() {
        const auto model = randomModel();
        Session session(model, m_pool);
        StateCache cache;
        const std::string story(1000, 'a');
        std::stop_source stop;
        std::vector<std::size_t> known;
        const auto note = [&](std::size_t now, std::size_t total) {
            QCOMPARE(total, story.size()); // and the separator, without the last one, which is taken back
            known.push_back(now);
            if (known.size() == 3)
                stop.request_stop();
        };
        {
            Generation generation(session, *m_bytes, greedy(), &cache);
            QCOMPARE(generation.readPrompt(story, nullptr, stop.get_token(), note).error().code,
                     ErrorCode::Cancelled);
        }
        const std::size_t chunk = std::min(session.chunk(), StateCache::kSnapshotInterval);
        QVERIFY(known == (std::vector<std::size_t>{0, chunk, 2 * chunk}));
        known.clear();
        Generation generation(session, *m_bytes, greedy(), &cache);
        QVERIFY(generation
                    .readPrompt(story, nullptr, {},
                                [&known](std::size_t now, std::size_t) { known.push_back(now); })
                    .has_value());
        QCOMPARE(known.front(), 2 * chunk);
        QCOMPARE(generation.promptTokensRead(), story.size() - 2 * chunk);
    }

    void everyTokenReadIsReported() {
        const auto model = randomModel();
        Session session(model, m_pool);
        CountTokens sink(static_cast<std::size_t>(model->config().width));
        GenerationSettings settings = greedy(5);
        settings.stopAtDocumentEnd = false;
        Generation generation(session, *m_bytes, settings);
        QVERIFY(generation.readPrompt("Inkgate", &sink).has_value());
        QCOMPARE(sink.tokens, std::size_t{7}); // separator and six letters; the seventh was taken back
        for (int i = 0; i < 5; ++i)
            QVERIFY(generation.next(&sink).has_value());
        QCOMPARE(sink.tokens, std::size_t{7 + 4}); // the last sampled token has not been read
        QCOMPARE(generation.state().position(), std::int64_t{11});
    }

    void aCachedPromptGivesTheSameText() {
        const auto model = randomModel();
        const auto width = static_cast<std::size_t>(model->config().width);
        std::string prompt;
        for (int i = 0; i < 90; ++i)
            prompt += "Once " + std::to_string(i) + ' '; // some 700 bytes, as many tokens
        GenerationSettings settings;
        settings.maxTokens = 30;
        settings.sampler.temperature = 0;
        settings.stopAtDocumentEnd = false;
        const auto without = generate(model, *m_bytes, prompt, settings);

        StateCache cache;
        Session session(model, m_pool);
        const auto generateCached = [&](const std::string& text, std::size_t& tokensRead) {
            CountTokens sink(width);
            Generation generation(session, *m_bytes, settings, &cache);
            if (!generation.readPrompt(text, &sink))
                return Outcome();
            tokensRead = sink.tokens;
            return run(generation);
        };
        std::size_t read = 0;
        const auto first = generateCached(prompt, read);
        QCOMPARE(first.tokens, without.tokens);
        QCOMPARE(read, prompt.size());
        const auto again = generateCached(prompt, read); // trying again reads nothing
        QCOMPARE(again.tokens, without.tokens);
        QCOMPARE(read, std::size_t{0});

        // Going on from where the generation ended reads what it had sampled last and what was typed since.
        std::string continued = prompt;
        for (std::size_t i = 1; i < again.tokens.size(); ++i) // the first repeats the healed byte
            continued += m_bytes->bytes(again.tokens[i]);
        if (findInvalidUtf8(continued) == std::string::npos) {
            const auto more = generateCached(continued + " and", read);
            QVERIFY2(read <= 5, qPrintable(QString::number(read)));
            QCOMPARE(more.tokens, generate(model, *m_bytes, continued + " and", settings).tokens);
        }
        // A change near the end replays less than an interval and the change.
        const std::string changed = prompt.substr(0, prompt.size() - 40) + "the end";
        const auto other = generateCached(changed, read);
        QVERIFY2(read <= StateCache::kSnapshotInterval + 7, qPrintable(QString::number(read)));
        QCOMPARE(other.tokens, generate(model, *m_bytes, changed, settings).tokens);
        // The earlier version is still known.
        QCOMPARE(generateCached(prompt, read).tokens, without.tokens);
        QCOMPARE(read, std::size_t{0});
        // Something else entirely reads all of it.
        const auto fresh = generateCached("Another story", read);
        QCOMPARE(read, std::string("Another story").size());
        QCOMPARE(fresh.tokens, generate(model, *m_bytes, "Another story", settings).tokens);
    }
};

QTEST_GUILESS_MAIN(GenerationTest)
#include "generation_test.moc"
