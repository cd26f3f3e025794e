// continuation_test.cpp: texts that are continued together are those that each gives alone; the weights of
// one session are read once for all of them.
#include "engine/runtime/continuation.h"
#include "engine/runtime/state/state_cache.h"
#include "tests/support/model_writer.h"

#include <QTemporaryDir>
#include <QTest>

#include <list>

using namespace engine;

namespace {

class CountingTokenizer final : public Tokenizer {
public:
    Expected<std::vector<int>> encode(std::string_view text) const override {
        ++encoded;
        return m_bytes->encode(text);
    }
    std::string_view bytes(int token) const override { return m_bytes->bytes(token); }
    int vocabularySize() const override { return m_bytes->vocabularySize(); }
    int documentSeparator() const override { return m_bytes->documentSeparator(); }
    std::span<const int> unsampledTokens() const override { return m_bytes->unsampledTokens(); }
    std::string_view kind() const override { return m_bytes->kind(); }

    mutable int encoded = 0;

private:
    std::unique_ptr<const Tokenizer> m_bytes = makeByteTokenizer();
};

class Collector final : public ContinuationObserver {
public:
    Collector(Session& session, const Tokenizer& tokenizer, const GenerationSettings& settings,
              StateCache* cache = nullptr)
        : continuation(session, tokenizer, settings, cache, *this) {}

    void reading(std::size_t /*known*/, std::size_t /*total*/) override { ++readings; }
    void promptRead(const Generation& generation) override { tokensRead = generation.promptTokensRead(); }
    void generated(const GeneratedToken& token) override {
        tokens.push_back(token.token);
        if (stopAfter > 0 && static_cast<int>(tokens.size()) == stopAfter)
            stop.request_stop();
    }

    std::vector<int> tokens;
    std::size_t tokensRead = 0;
    int readings = 0, stopAfter = 0;
    std::stop_source stop;
    Continuation continuation;
};

} // namespace

class ContinuationTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<ThreadPool> m_pool = std::make_shared<ThreadPool>(2);
    std::shared_ptr<const Model> m_base, m_gated; // which share their weights
    CountingTokenizer m_tokenizer;

    static GenerationSettings settings(int tokens, bool usesEnhancement = true) {
        GenerationSettings settings;
        settings.sampler.seed = 5;
        settings.maxTokens = tokens;
        settings.stopAtDocumentEnd = false;
        settings.usesEnhancement = usesEnhancement;
        return settings;
    }

    std::vector<int> alone(const std::shared_ptr<const Model>& model, int tokens) {
        Session session(model, m_pool);
        Collector collector(session, m_tokenizer, settings(tokens));
        Continuation* const one = &collector.continuation;
        return continueTogether({&one, 1}, kPrompt, {}) ? collector.tokens : std::vector<int>();
    }

    static constexpr const char* kPrompt = "Once upon a time";

private slots:
    void initTestCase() {
        ModelConfig config = support::smallConfig(Architecture::Rwkv6, support::allEnhancements()[1]);
        config.vocabulary = 256;
        support::FileTensors base, gate;
        for (auto& [name, tensor] : support::randomTensors(config, 4))
            (name.starts_with("enhance.") ? gate : base)[name] = tensor;
        const auto path = [this](const char* name) { return m_folder.filePath(name).toStdString(); };
        QVERIFY(support::writeTensors(base, {}, path("base.safetensors")));
        QVERIFY(support::writeTensors(gate, support::enhancementMetadata(config.enhancement),
                                      path("gate.safetensors")));
        m_base = *Model::load(path("base.safetensors"), {});
        m_gated = *Model::withGate(m_base, path("gate.safetensors"));
    }

    void baseAndGatedInOneSessionAreReadTogether() {
        const auto base = alone(m_base, 30), gated = alone(m_gated, 20);
        QCOMPARE(base.size(), std::size_t{30});
        QVERIFY(!std::equal(gated.begin(), gated.end(), base.begin()));
        m_tokenizer.encoded = 0;
        Session session(m_gated, m_pool);
        Collector first(session, m_tokenizer, settings(30, false)),
            second(session, m_tokenizer, settings(20));
        Continuation* const both[] = {&first.continuation, &second.continuation};
        QVERIFY(continueTogether(both, kPrompt, {}));
        QCOMPARE(first.tokens, base);
        QCOMPARE(second.tokens, gated);
        QCOMPARE(m_tokenizer.encoded, 1);
        QVERIFY(first.readings > 0);
        QCOMPARE(first.continuation.stopReason(), StopReason::MaxTokens);
        QCOMPARE(first.continuation.tokens(), 30);
        QVERIFY(first.continuation.promptSeconds() > 0 && first.continuation.writingSeconds() > 0);
        // Two prompts, and one call per token of the longer text; the last one drawn is not read.
        QCOMPARE(session.calls(), std::uint64_t{2 + 29});
    }

    void modelsInSessionsOfTheirOwnTakeTurns() {
        const auto base = alone(m_base, 10), gated = alone(m_gated, 25);
        Session one(m_base, m_pool), other(m_gated, m_pool);
        Collector first(one, m_tokenizer, settings(10)), second(other, m_tokenizer, settings(25));
        Continuation* const both[] = {&first.continuation, &second.continuation};
        QVERIFY(continueTogether(both, kPrompt, {}));
        QCOMPARE(first.tokens, base);
        QCOMPARE(second.tokens, gated);
    }

    // What the base has read alone it need not read again under the gate, and the other way round.
    void aBasesStatesAreItsOwnUnderAGate() {
        const auto base = alone(m_base, 12);
        StateCache cache;
        Session own(m_base, m_pool), shared(m_gated, m_pool);
        const auto tokensRead = [&](Session& session) {
            Collector collector(session, m_tokenizer, settings(12, &session == &own), &cache);
            Continuation* const one = &collector.continuation;
            if (!continueTogether({&one, 1}, kPrompt, {}) || collector.tokens != base)
                return std::size_t{999};
            return collector.tokensRead;
        };
        QVERIFY(tokensRead(own) > 10);
        QCOMPARE(tokensRead(shared), std::size_t{0});
        cache.clear();
        QVERIFY(tokensRead(shared) > 10);
        QCOMPARE(tokensRead(own), std::size_t{0});
    }

    void aStopLeavesWhatWasWritten() {
        Session session(m_base, m_pool);
        Collector collector(session, m_tokenizer, settings(1000));
        collector.stopAfter = 7;
        Continuation* const one = &collector.continuation;
        const auto done = continueTogether({&one, 1}, kPrompt, collector.stop.get_token());
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::Cancelled);
        QCOMPARE(collector.tokens.size(), std::size_t{7});
        QCOMPARE(collector.continuation.stopReason(), StopReason::None);
        QVERIFY(!collector.continuation.hasFailed());
    }

    void theOneThatFailsIsKnown() {
        Session session(m_base, m_pool);
        GenerationSettings odd = settings(5);
        odd.sampler.temperature = -1;
        Collector first(session, m_tokenizer, settings(5)), second(session, m_tokenizer, odd);
        Continuation* const both[] = {&first.continuation, &second.continuation};
        const auto done = continueTogether(both, kPrompt, {});
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::InvalidArgument);
        QVERIFY(!first.continuation.hasFailed());
        QVERIFY(second.continuation.hasFailed());
    }
};

QTEST_GUILESS_MAIN(ContinuationTest)
#include "continuation_test.moc"
