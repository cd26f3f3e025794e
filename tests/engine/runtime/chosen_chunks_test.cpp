// What sparse blocks chose, as sinks are told: through models of random weights, however a text is read, with
// pages that have gone, and of tokens alone that stand.
#include "engine/runtime/held_gates.h"
#include "engine/runtime/session.h"
#include "engine/trace/chunk_recorder.h"
#include "tests/support/model_writer.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace engine;

namespace {

constexpr int kVocabulary = 96;
constexpr int kChunk = 16;

ModelConfig sparseConfig(const EnhancementConfig& enhancement = {}) {
    ModelConfig config = support::smallConfig(Architecture::Rwkv7, enhancement);
    config.layers = 4;
    config.sparse = {.blocks = 2, .chunk = kChunk, .chunks = 3, .cacheLimit = 0, .isHalf = false};
    return config;
}

std::vector<int> text(std::size_t length) {
    std::vector<int> tokens(length);
    unsigned value = 1;
    for (int& token : tokens) {
        value = value * 1664525u + 1013904223u;
        token = static_cast<int>(value >> 16) % kVocabulary;
    }
    return tokens;
}

using TokenChoices = std::vector<BlockChoices>;

struct Told {
    std::vector<TokenChoices> tokens;
    std::int64_t next = 0; // position behind them
    bool areInOrder = true;

    void take(const ChunkFrames& frames) {
        areInOrder = areInOrder && frames.first == next;
        for (const auto& packed : frames.tokens)
            tokens.push_back(unpackChoices(packed).value_or(TokenChoices()));
        next = frames.first + static_cast<std::int64_t>(frames.tokens.size());
    }
};

// `piece` tokens at a time; 0: one by one as they are written.
Told read(const ModelConfig& config, std::span<const int> tokens, std::size_t piece, State* end = nullptr) {
    const auto model = Model::random(config, {}, 5);
    Told told;
    if (!model)
        return told;
    Session session(*model, std::make_shared<ThreadPool>(2));
    ChunkRecorder recorder(config.sparse.blocks, [&](ChunkFrames&& frames) { told.take(frames); });
    State state((*model)->config());
    std::vector<float> logits(kVocabulary);
    while (!tokens.empty()) {
        const auto next = tokens.first(std::min(tokens.size(), std::max<std::size_t>(piece, 1)));
        const auto done = piece == 0 ? session.decode(state, next.front(), logits, &recorder)
                                     : session.prefill(state, next, logits, &recorder);
        if (!done)
            qFatal("%s", done.error().message.c_str());
        tokens = tokens.subspan(next.size());
    }
    if (end != nullptr)
        *end = state;
    return told;
}

// Sums the shares by chunk, as votes do.
class ShareSums final : public GateSink {
public:
    void gates(int, std::span<const float>) override {}
    void chunks(const ChosenChunks& chosen) override {
        auto& sums = shares[static_cast<std::size_t>(chosen.block)];
        const std::size_t headSize = chosen.pairs.size() / static_cast<std::size_t>(chosen.tokens) /
                                     static_cast<std::size_t>(chosen.heads);
        for (std::size_t i = 0; i + 1 < chosen.pairs.size(); i += 2)
            if (i % headSize + 1 < headSize && chosen.pairs[i] >= 0) {
                const auto chunk = chosen.numbers[static_cast<std::size_t>(chosen.pairs[i])];
                sums.resize(std::max(sums.size(), static_cast<std::size_t>(chunk) + 1));
                sums[static_cast<std::size_t>(chunk)] += chosen.pairs[i + 1];
            }
    }
    std::array<std::vector<float>, 2> shares;
};

class KeptRows final : public GateSink {
public:
    void gates(int layer, std::span<const float> values) override { rows.emplace_back(layer, values[0]); }
    void chunks(const ChosenChunks& chosen) override {
        rows.emplace_back(100 + chosen.block,
                          static_cast<float>(chosen.numbers[static_cast<std::size_t>(chosen.pairs[0])]));
    }
    std::vector<std::pair<int, float>> rows;
};

} // namespace

class ChosenChunksTest : public QObject {
    Q_OBJECT

private slots:
    void everyTokenChoosesAmongTheChunksBeforeItsOwn() {
        const ModelConfig config = sparseConfig();
        const Told told = read(config, text(150), 150);
        QVERIFY(told.areInOrder);
        QCOMPARE(told.tokens.size(), std::size_t{150});
        bool differs = false;
        for (std::size_t t = 0; t < told.tokens.size(); ++t) {
            QCOMPARE(told.tokens[t].size(), std::size_t{2}); // blocks
            const auto own = static_cast<std::int64_t>(t) / kChunk;
            for (const BlockChoices& block : told.tokens[t]) {
                std::int64_t heads = 0;
                for (const ChosenChunk& one : block) {
                    QVERIFY(one.chunk >= 0 && one.chunk < own);
                    QVERIFY(one.heads >= 1 && one.heads <= config.heads);
                    heads += one.heads;
                }
                // k - 1 of each head, or as many as there are.
                QCOMPARE(heads, config.heads * std::min<std::int64_t>(2, own));
                differs = differs || block.size() > 2; // heads choose for themselves
            }
        }
        QVERIFY(differs);
    }

    // The votes in the state are the sums of what was told.
    void sharesAreTheVotesOfTheState() {
        ModelConfig config = sparseConfig();
        config.sparse.cacheLimit = 20 * kChunk; // more than there are
        const auto model = Model::random(config, {}, 5);
        QVERIFY(model);
        Session session(*model, std::make_shared<ThreadPool>(1));
        State state(config);
        ShareSums sums;
        QVERIFY(session.prefill(state, text(150), {}, &sums));
        const StateLayout layout(config);
        for (std::size_t block = 0; block < 2; ++block) {
            const auto votes = std::as_const(state).values().subspan(layout.votesOf(block), layout.votes);
            QVERIFY(sums.shares[block].size() >= 7);
            for (std::size_t chunk = 0; chunk < sums.shares[block].size(); ++chunk)
                QVERIFY(std::abs(votes[chunk] - sums.shares[block][chunk]) <= 1e-4f * (1 + votes[chunk]));
        }
    }

    void piecesOfAnySizeAndWritingTellTheSame() {
        const auto tokens = text(150);
        const Told whole = read(sparseConfig(), tokens, tokens.size());
        for (const std::size_t piece : {0, 1, 5, 16, 64}) {
            const Told told = read(sparseConfig(), tokens, piece);
            QVERIFY(told.areInOrder);
            QVERIFY(told.tokens == whole.tokens);
        }
    }

    // A place among the pages is not the number of a chunk when some have gone.
    void chunksKeepTheirNumbersWhenOthersGo() {
        ModelConfig config = sparseConfig();
        config.sparse.cacheLimit = 4 * kChunk;
        State state(config);
        const Told told = read(config, text(300), 0, &state);
        QCOMPARE(told.tokens.size(), std::size_t{300});
        bool isPlace = true;
        for (int block = 0; block < 2; ++block) {
            std::vector<std::int64_t> kept;
            for (std::size_t i = 0; i + 1 < state.attention().chunkCount(block); ++i) {
                kept.push_back(state.attention().chunkOf(block, i, 300).number);
                isPlace = isPlace && kept.back() == static_cast<std::int64_t>(i);
            }
            for (const ChosenChunk& one : told.tokens.back()[static_cast<std::size_t>(block)])
                QVERIFY(std::ranges::find(kept, one.chunk) != kept.end());
        }
        QVERIFY(!isPlace);
    }

    // With an enhancement, switched off as well; and nothing of a model without sparse blocks.
    void gatesGoOnBesideThem() {
        for (const bool usesEnhancement : {true, false}) {
            const ModelConfig config = sparseConfig(support::allEnhancements()[1]);
            const auto model = Model::random(config, {}, 5);
            QVERIFY(model);
            Session session(*model, std::make_shared<ThreadPool>(1));
            State state(config);
            std::size_t tokens = 0;
            KeptRows gates;
            ChunkRecorder recorder(
                2, [&](ChunkFrames&& frames) { tokens += frames.tokens.size(); }, 0, &gates);
            QVERIFY(session.prefill(state, text(40), {}, &recorder, {}, usesEnhancement));
            QCOMPARE(tokens, std::size_t{40});
            QCOMPARE(gates.rows.empty(), !usesEnhancement);
        }
        const ModelConfig plain = support::smallConfig(Architecture::Rwkv7);
        const auto model = Model::random(plain, {}, 5);
        QVERIFY(model);
        Session session(*model, std::make_shared<ThreadPool>(1));
        State state(plain);
        ChunkRecorder recorder(2, [](ChunkFrames&&) { QFAIL("no sparse blocks"); });
        QVERIFY(session.prefill(state, text(40), {}, &recorder));
        QCOMPARE(recorder.position(), 0);
    }

    // Of tokens that are taken back nobody hears.
    void whatIsTakenBackIsNotTold_data() {
        QTest::addColumn<bool>("hasGates");
        QTest::newRow("plain") << false;
        QTest::newRow("with gates") << true;
    }
    void whatIsTakenBackIsNotTold() {
        QFETCH(bool, hasGates);
        KeptRows rows;
        HeldGates held;
        held.setTarget(&rows);
        const auto token = [&](int chunk) {
            const float gate = static_cast<float>(chunk);
            const std::vector<float> pairs{0.0f, 0.5f};
            const std::vector<std::int64_t> numbers{chunk};
            for (int layer = 0; hasGates && layer < 2; ++layer)
                held.gates(layer, {&gate, 1});
            for (int block = 0; block < 2; ++block)
                held.chunks({block, 1, 1, pairs, numbers});
        };
        held.goBack(10);
        held.passUntil(10);
        for (const int chunk : {10, 11, 12, 13})
            token(chunk);
        QVERIFY(rows.rows.empty());
        held.passUntil(12);
        held.goBack(13);
        token(23); // in the place of 13
        held.passUntil(15);
        token(24);
        std::vector<std::pair<int, float>> expected;
        for (const float chunk : {10.0f, 11.0f, 12.0f, 23.0f, 24.0f}) {
            for (int layer = 0; hasGates && layer < 2; ++layer)
                expected.emplace_back(layer, chunk);
            expected.emplace_back(100, chunk);
            expected.emplace_back(101, chunk);
        }
        QVERIFY(rows.rows == expected);
    }
};

QTEST_GUILESS_MAIN(ChosenChunksTest)
#include "chosen_chunks_test.moc"
