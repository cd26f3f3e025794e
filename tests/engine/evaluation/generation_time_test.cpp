// generation_time_test.cpp: what is timed, and that it can be stopped. How long it takes nobody can promise.
#include "engine/evaluation/generation_time.h"

#include <QTest>

using namespace engine;

class GenerationTimeTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<const Model> m_model;
    std::unique_ptr<const Tokenizer> m_tokenizer = makeByteTokenizer();
    const std::vector<std::string> m_prompts{"One.", "One and two.", "One, two and three."};

    std::vector<TimedModel> one(Session& session) const { return {{&session, m_tokenizer.get()}}; }

private slots:
    void initTestCase() {
        ModelConfig config;
        config.architecture = Architecture::Rwkv6;
        config.layers = 2;
        config.width = 64;
        config.vocabulary = 256;
        auto model = Model::random(config, {}, 5);
        QVERIFY(model);
        m_model = *model;
    }

    void everyPromptIsTimed() {
        Session session(m_model, std::make_shared<ThreadPool>(1));
        GenerationTimeOptions options;
        options.generatedTokens = 7;
        std::vector<std::size_t> seen;
        options.progress = [&](std::size_t done) { seen.push_back(done); };
        const auto times = measureGenerationTimes(one(session), m_prompts, options);
        QVERIFY(times);
        QCOMPARE(seen, (std::vector<std::size_t>{1, 2, 3}));
        QCOMPARE(times->size(), std::size_t{1});
        const GenerationTimes& only = times->front();
        QCOMPARE(only.prompts, std::size_t{3});
        QCOMPARE(only.generatedTokens, 7);
        QCOMPARE(only.promptTokens, 13.0); // 12 bytes and the separator
        for (const Estimate& time : {only.forwardSeconds, only.generationSeconds})
            QVERIFY(time.value > 0 && time.interval.low <= time.value && time.value <= time.interval.high);
        QCOMPARE(only.forwardRatio.value, 1.0);
        QCOMPARE(only.generationRatio.interval.high, 1.0);
    }

    // A model of sixteen times the layers takes longer than the one it is compared with.
    void modelsAreComparedPromptByPrompt() {
        ModelConfig config = m_model->config();
        config.layers = 32;
        const auto deep = Model::random(config, {}, 6);
        QVERIFY(deep);
        Session first(m_model, std::make_shared<ThreadPool>(1)),
            second(*deep, std::make_shared<ThreadPool>(1));
        const std::vector<TimedModel> both{{&first, m_tokenizer.get()}, {&second, m_tokenizer.get()}};
        const auto times = measureGenerationTimes(both, m_prompts);
        QVERIFY(times && times->size() == 2);
        QCOMPARE((*times)[0].forwardRatio.value, 1.0);
        QVERIFY((*times)[1].generationRatio.value > 1.5);
        QVERIFY((*times)[1].forwardRatio.interval.low <= (*times)[1].forwardRatio.value);
    }

    void itCanBeStopped() {
        Session session(m_model, std::make_shared<ThreadPool>(1));
        std::stop_source stop;
        GenerationTimeOptions options;
        options.stop = stop.get_token();
        options.progress = [&](std::size_t) { stop.request_stop(); };
        const auto times = measureGenerationTimes(one(session), m_prompts, options);
        QVERIFY(!times);
        QCOMPARE(times.error().code, ErrorCode::Cancelled);
    }

    void aPromptThatIsNoTextIsRefused() {
        Session session(m_model, std::make_shared<ThreadPool>(1));
        const std::vector<std::string> broken{"abc\xFF"};
        const auto times = measureGenerationTimes(one(session), broken);
        QVERIFY(!times);
        QCOMPARE(times.error().code, ErrorCode::InvalidText);
    }
};

QTEST_GUILESS_MAIN(GenerationTimeTest)
#include "generation_time_test.moc"
