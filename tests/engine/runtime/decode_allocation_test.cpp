// Decoding a token and drawing the next one allocates nothing: every kind of model and of weights, alone and
// in batches.
#include "engine/runtime/session.h"
#include "engine/sampling/sampler.h"
#include "tests/support/model_writer.h"

#include <QTest>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};

} // namespace

// Vectors, maps and functions get their memory here.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size > 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace engine;

namespace {

constexpr std::size_t kSequences = 3;

class CountGates final : public GateSink {
public:
    void gates(int, std::span<const float> values) override { m_count += values.size(); }

private:
    std::size_t m_count = 0;
};

class Writer {
public:
    Writer(std::shared_ptr<const Model> model, const SamplerSettings& settings)
        : m_vocabulary(model->config().vocabulary)
        , m_session(model, std::make_shared<ThreadPool>(2)) {
        for (std::size_t i = 0; i < kSequences; ++i) {
            m_states.emplace_back(model->config());
            m_samplers.emplace_back(settings);
            m_logits.emplace_back(static_cast<std::size_t>(m_vocabulary));
            for (int token = 0; token < m_vocabulary; ++token) // each is remembered from its first time on
                m_samplers.back().observe(token);
            (void)m_samplers.back().sample(m_logits.back()); // all alike: as many candidates as there can be
        }
    }

    // One token alone, then one of every sequence together, the first of them without its gate.
    bool step() {
        if (!m_session.decode(m_states[0], m_tokens[0], m_logits[0], &m_sink))
            return false;
        m_tokens[0] = m_samplers[0].sample(m_logits[0]);
        std::array<DecodeStep, kSequences> steps;
        for (std::size_t i = 0; i < kSequences; ++i)
            steps[i] = {&m_states[i], m_tokens[i], m_logits[i], &m_sink, i > 0};
        if (!m_session.decodeTogether(steps))
            return false;
        for (std::size_t i = 0; i < kSequences; ++i)
            m_tokens[i] = m_samplers[i].sample(m_logits[i]);
        return true;
    }

private:
    int m_vocabulary;
    Session m_session;
    std::vector<State> m_states;
    std::vector<Sampler> m_samplers;
    std::vector<std::vector<float>> m_logits;
    std::array<int, kSequences> m_tokens{};
    CountGates m_sink;
};

} // namespace

class DecodeAllocationTest : public QObject {
    Q_OBJECT

private slots:
    void aTokenAllocatesNothing_data() {
        QTest::addColumn<int>("architecture");
        QTest::addColumn<int>("enhancement");
        QTest::addColumn<int>("type");
        const std::pair<const char*, WeightType> types[] = {{"f32", WeightType::Float32},
                                                            {"f16", WeightType::Float16},
                                                            {"bf16", WeightType::BFloat16},
                                                            {"q8", WeightType::Q8},
                                                            {"q4", WeightType::Q4}};
        const auto enhancements = support::allEnhancements();
        for (const Architecture architecture :
             {Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7})
            for (std::size_t i = 0; i < enhancements.size(); ++i)
                for (const auto& [typeName, type] : types)
                    QTest::addRow("%s %s %s", std::string(name(architecture)).c_str(),
                                  describe(enhancements[i]).c_str(), typeName)
                        << static_cast<int>(architecture) << static_cast<int>(i) << static_cast<int>(type);
    }

    // Within a chunk.
    void aTokenOfSparseAttentionAllocatesNothing() {
        ModelConfig config = support::smallConfig(Architecture::Rwkv7);
        config.layers = 4;
        config.sparse = {.blocks = 2, .chunk = 8, .chunks = 3, .cacheLimit = 40};
        const auto model = Model::random(config, {}, 7);
        QVERIFY(model);
        Session session(*model, std::make_shared<ThreadPool>(2));
        State state((*model)->config());
        std::vector<float> logits(static_cast<std::size_t>(config.vocabulary));
        for (int i = 0; i < 161; ++i)
            QVERIFY(session.decode(state, i % 90, logits).has_value());
        const std::size_t before = allocations;
        for (int i = 0; i < 7; ++i)
            if (!session.decode(state, i, logits))
                QFAIL("a token failed");
        QCOMPARE(allocations - before, std::size_t{0});
    }

    void aTokenAllocatesNothing() {
        QFETCH(int, architecture);
        QFETCH(int, enhancement);
        QFETCH(int, type);
        const auto config =
            support::smallConfig(static_cast<Architecture>(architecture),
                                 support::allEnhancements()[static_cast<std::size_t>(enhancement)]);
        const auto model = Model::random(config, {static_cast<WeightType>(type)}, 7);
        QVERIFY(model);
        SamplerSettings everything;
        everything.topK = 40;
        everything.typical = 0.98f;
        everything.topP = 0.95f;
        everything.minP = 0.01f;
        everything.repetitionPenalty = 1.1f;
        for (const SamplerSettings& settings : {SamplerSettings(), everything}) {
            Writer writer(*model, settings);
            for (int i = 0; i < 40; ++i)
                QVERIFY(writer.step());
            const std::size_t before = allocations;
            for (int i = 0; i < 40; ++i)
                if (!writer.step())
                    QFAIL("a token failed");
            QCOMPARE(allocations - before, std::size_t{0});
        }
    }
};

QTEST_GUILESS_MAIN(DecodeAllocationTest)
#include "decode_allocation_test.moc"
