// Sparse attention through whole models of random weights: reading in pieces, copies of a state, the limit of
// the cache, and what a saved state brings back.
#include "engine/runtime/session.h"
#include "engine/runtime/state/state_cache.h"
#include "engine/runtime/state/state_file.h"
#include "tests/support/model_writer.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <algorithm>

using namespace engine;

namespace {

constexpr int kVocabulary = 96;

ModelConfig sparseConfig() {
    ModelConfig config = support::smallConfig(Architecture::Rwkv7);
    config.layers = 4;
    config.sparse = {.blocks = 2, .chunk = 8, .chunks = 3, .cacheLimit = 0, .isHalf = false};
    return config;
}

std::shared_ptr<const Model> randomModel(const ModelConfig& config) {
    auto model = Model::random(config, {}, 5);
    return model ? *model : nullptr;
}

std::vector<int> text(std::size_t length, int seed = 1) {
    std::vector<int> tokens(length);
    unsigned value = static_cast<unsigned>(seed);
    for (int& token : tokens) {
        value = value * 1664525u + 1013904223u;
        token = static_cast<int>(value >> 16) % kVocabulary;
    }
    return tokens;
}

std::size_t pagesOf(const State& state) {
    std::size_t pages = 0;
    state.attention().forEachPage([&](const void*, std::size_t) { ++pages; });
    return pages;
}

class Reader {
public:
    explicit Reader(const ModelConfig& config)
        : m_model(randomModel(config))
        , m_session(m_model, std::make_shared<ThreadPool>(1)) {}

    [[nodiscard]] State newState() const { return State(m_model->config()); }
    // The logits after the last of `tokens`, read `piece` at a time; 0: one by one as they are written.
    std::vector<float> read(State& state, std::span<const int> tokens, std::size_t piece) {
        std::vector<float> logits(kVocabulary);
        while (!tokens.empty()) {
            const auto next = tokens.first(std::min(tokens.size(), std::max<std::size_t>(piece, 1)));
            const auto done = piece == 0 ? m_session.decode(state, next.front(), logits)
                                         : m_session.prefill(state, next, logits);
            if (!done)
                qFatal("%s", done.error().message.c_str());
            tokens = tokens.subspan(next.size());
        }
        return logits;
    }
    std::vector<float> read(std::span<const int> tokens, std::size_t piece) {
        State state = newState();
        return read(state, tokens, piece);
    }

private:
    std::shared_ptr<const Model> m_model;
    Session m_session;
};

bool areNear(std::span<const float> found, std::span<const float> expected, double share = 1e-5) {
    const auto result = support::compare(found, expected);
    if (!result.isWithinShare(share))
        qWarning("%s", result.describe().c_str());
    return result.isWithinShare(share);
}

} // namespace

class SparseAttentionTest : public QObject {
    Q_OBJECT

private slots:
    void piecesOfAnySizeGiveTheSame_data() {
        QTest::addColumn<int>("limit");
        QTest::newRow("all chunks kept") << 0;
        QTest::newRow("five chunks kept") << 40;
        QTest::newRow("one chunk kept") << 8;
    }
    void piecesOfAnySizeGiveTheSame() {
        QFETCH(int, limit);
        ModelConfig config = sparseConfig();
        config.sparse.cacheLimit = limit;
        Reader reader(config);
        const auto tokens = text(150);
        State whole = reader.newState();
        const auto expected = reader.read(whole, tokens, tokens.size());
        for (const std::size_t piece : {0, 1, 3, 8, 13, 64}) {
            State state = reader.newState();
            QVERIFY(areNear(reader.read(state, tokens, piece), expected));
            QCOMPARE(pagesOf(state), pagesOf(whole));
            // Which chunks are kept does not depend on it either.
            for (int block = 0; block < 2; ++block)
                for (std::size_t i = 0; i < state.attention().chunkCount(block); ++i)
                    QCOMPARE(state.attention().chunkOf(block, i, 150).number,
                             whole.attention().chunkOf(block, i, 150).number);
        }
    }

    void theCacheKeepsToItsLimit() {
        ModelConfig config = sparseConfig();
        config.sparse.cacheLimit = 5 * 8 + 3; // five chunks
        Reader reader(config);
        State state = reader.newState();
        (void)reader.read(state, text(300), 64);
        const std::int64_t chunks = (300 + 7) / 8;
        for (int block = 0; block < 2; ++block) {
            QCOMPARE(state.attention().chunkCount(block), std::size_t{6}); // and the own one
            QCOMPARE(state.attention().chunkOf(block, 5, 300).number, chunks - 1);
            QCOMPARE(state.attention().chunkOf(block, 4, 300).number, chunks - 2); // the newest complete one
            QCOMPARE(state.attention().chunkOf(block, 5, 300).tokens, 300 % 8);
        }
    }

    // A choice of many chunks reads what full attention reads, and a limit that is not reached changes
    // nothing.
    void oneChunkOfManyIsNotAll() {
        ModelConfig config = sparseConfig();
        const auto tokens = text(100);
        const auto few = Reader(config).read(tokens, 100);
        config.sparse.cacheLimit = 1000;
        QVERIFY(Reader(config).read(tokens, 100) == few);
        config.sparse.chunks = 100;
        const auto all = Reader(config).read(tokens, 100);
        QVERIFY(!support::compare(few, std::span<const float>(all)).isWithinShare(1e-3));
        // Chunks that hold all of the text.
        config.sparse.chunk = 200;
        QVERIFY(areNear(Reader(config).read(tokens, 100), all));
    }

    void halvesAreNearFloats() {
        ModelConfig config = sparseConfig();
        const auto tokens = text(60);
        const auto floats = Reader(config).read(tokens, 60);
        config.sparse.isHalf = true;
        QVERIFY(areNear(Reader(config).read(tokens, 60), floats, 5e-3));
        QVERIFY(areNear(Reader(config).read(tokens, 60), Reader(config).read(tokens, 0)));
    }

    void copiesShareTheirPages() {
        Reader reader(sparseConfig());
        State state = reader.newState();
        (void)reader.read(state, text(45), 45);
        StateCache cache;
        const auto tokens = text(45);
        std::vector<float> logits(kVocabulary);
        State none = reader.newState();
        (void)cache.restore(tokens, none, logits);
        cache.read(tokens);
        cache.keep(state, logits);
        const std::size_t one = cache.byteSize();
        QVERIFY(one > pagesOf(state) * sizeof(float));
        // Another snapshot four tokens later has the same pages, and one more of each block after that.
        const auto more = text(8, 7);
        (void)reader.read(state, std::span(more).first(3), 3);
        cache.read(std::span(more).first(3));
        cache.keep(state, logits);
        QCOMPARE(cache.byteSize(), one + state.byteSize() + logits.size() * sizeof(float));
        cache.clear();
        QCOMPARE(cache.byteSize(), std::size_t{0});
    }

    // Two ways on from one snapshot, in turns, in the middle of a chunk and at its end.
    void branchesDoNotDisturbEachOther() {
        Reader reader(sparseConfig());
        for (const std::size_t length : {40, 43, 47}) {
            const auto beginning = text(length);
            State first = reader.newState();
            (void)reader.read(first, beginning, 16);
            State second = first;
            const State snapshot = first;
            const auto a = text(20, 11), b = text(20, 12);
            for (std::size_t i = 0; i < a.size(); ++i) {
                (void)reader.read(first, std::span(a).subspan(i, 1), 0);
                (void)reader.read(second, std::span(b).subspan(i, 1), 0);
            }
            const auto alone = [&](const std::vector<int>& rest) {
                State state = reader.newState();
                (void)reader.read(state, beginning, 16);
                (void)reader.read(state, rest, 0);
                return state;
            };
            QVERIFY(first == alone(a));
            QVERIFY(second == alone(b));
            State again = snapshot;
            (void)reader.read(again, a, 0);
            QVERIFY(again == first);
            QVERIFY(!(first == second));
        }
    }

    void aSavedStateGoesOnAsIfItHadNot_data() {
        QTest::addColumn<int>("length");
        QTest::addColumn<bool>("isHalf");
        for (const int length : {0, 1, 8, 45, 48})
            for (const bool isHalf : {false, true})
                QTest::addRow("%d tokens, %s", length, isHalf ? "f16" : "f32") << length << isHalf;
    }
    void aSavedStateGoesOnAsIfItHadNot() {
        QFETCH(int, length);
        QFETCH(bool, isHalf);
        ModelConfig config = sparseConfig();
        config.sparse.isHalf = isHalf;
        config.sparse.cacheLimit = 24;
        Reader reader(config);
        State state = reader.newState();
        (void)reader.read(state, text(static_cast<std::size_t>(length)), 16);
        const auto bytes = writeState(state, {}, "owner", StatePrecision::Float32);
        QVERIFY2(bytes.has_value(), bytes ? "" : bytes.error().message.c_str());
        auto read = readState(*bytes, config, "owner");
        QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
        QVERIFY(read->state == state);
        const auto rest = text(30, 3);
        QVERIFY(reader.read(read->state, rest, 0) == reader.read(state, rest, 0));
        QVERIFY(read->state == state);

        // Cut short or of other settings, it is refused.
        for (std::size_t size = 0; size < bytes->size(); size += size < 100 ? 1 : 997)
            QVERIFY(!readState(std::span(*bytes).first(size), config, "owner"));
        ModelConfig other = config;
        other.sparse.chunk = 16;
        QVERIFY(!readState(*bytes, other, "owner"));
        QVERIFY(!readState(*bytes, support::smallConfig(Architecture::Rwkv7), "owner"));
    }

    void aStateThatIsTooLargeIsNotSaved() {
        ModelConfig config = sparseConfig();
        config.sparse.chunk = 1024;
        Reader reader(config);
        State state = reader.newState();
        AttentionCache::Chunk chunk{0, 1024, std::vector<float>(state.attention().shape().pageFloats())};
        const auto chunks =
            static_cast<std::int64_t>(kMostPageBytes / chunk.values.size() / sizeof(float)) + 1;
        for (; chunk.number < chunks; ++chunk.number)
            state.attention().add(0, chunk);
        state.advance(chunks * 1024);
        const auto bytes = writeState(state, {}, "owner", StatePrecision::Float32);
        QVERIFY(!bytes && bytes.error().message.find("read again") != std::string::npos);
    }

    // What was given up leaves nothing behind.
    void aCancelledReadLeavesTheStateAsItWas() {
        const auto model = randomModel(sparseConfig());
        Session session(model, std::make_shared<ThreadPool>(1));
        State state(model->config());
        QVERIFY(session.prefill(state, text(21), {}).has_value());
        const State before = state;
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!session.prefill(state, text(30, 2), {}, nullptr, stop.get_token()).has_value());
        QVERIFY(state == before);
        std::vector<float> found(kVocabulary), expected(kVocabulary);
        State other = before;
        QVERIFY(session.prefill(state, text(9, 3), found).has_value());
        QVERIFY(session.prefill(other, text(9, 3), expected).has_value());
        QVERIFY(found == expected);
    }

    // docs/spec/rwkv-x.md section 3: of a longer text that is given at once, a piece sees itself alone.
    void thePackageReadsAPromptInPieces() {
        ModelConfig config = sparseConfig();
        config.sparse.mode = SparseAttentionMode::Package;
        Reader reader(config);
        const auto tokens = text(24);
        const auto short1 = reader.read(tokens, 24);
        config.sparse.mode = SparseAttentionMode::PerHead;
        QVERIFY(areNear(short1, Reader(config).read(tokens, 24))); // within k chunks all is seen
        const auto longer = text(40);
        QVERIFY(!areNear(reader.read(longer, 40), Reader(config).read(longer, 40), 1e-3));
        QVERIFY(!areNear(reader.read(longer, 40), reader.read(longer, 0), 1e-3));
    }
};

QTEST_GUILESS_MAIN(SparseAttentionTest)
#include "sparse_attention_test.moc"
