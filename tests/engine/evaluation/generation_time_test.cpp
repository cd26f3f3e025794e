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
        const auto times = measureGenerationTimes(session, *m_tokenizer, m_prompts, options);
        QVERIFY(times);
        QCOMPARE(seen, (std::vector<std::size_t>{1, 2, 3}));
        QCOMPARE(times->prompts, std::size_t{3});
        QCOMPARE(times->generatedTokens, 7);
        QCOMPARE(times->promptTokens, 13.0); // 12 bytes and the separator
        for (const Estimate& time : {times->forwardSeconds, times->generationSeconds})
            QVERIFY(time.value > 0 && time.interval.low <= time.value && time.value <= time.interval.high);
    }

    void itCanBeStopped() {
        Session session(m_model, std::make_shared<ThreadPool>(1));
        std::stop_source stop;
        GenerationTimeOptions options;
        options.stop = stop.get_token();
        options.progress = [&](std::size_t) { stop.request_stop(); };
        const auto times = measureGenerationTimes(session, *m_tokenizer, m_prompts, options);
        QVERIFY(!times);
        QCOMPARE(times.error().code, ErrorCode::Cancelled);
    }

    void aPromptThatIsNoTextIsRefused() {
        Session session(m_model, std::make_shared<ThreadPool>(1));
        const std::vector<std::string> broken{"abc\xFF"};
        const auto times = measureGenerationTimes(session, *m_tokenizer, broken);
        QVERIFY(!times);
        QCOMPARE(times.error().code, ErrorCode::InvalidText);
    }
};

QTEST_GUILESS_MAIN(GenerationTimeTest)
#include "generation_time_test.moc"
