#include "engine/runtime/state/state_cache.h"

#include "tests/support/model_writer.h"

#include <QTest>

#include <algorithm>
#include <numeric>

using namespace engine;

namespace {

constexpr auto kInterval = StateCache::kSnapshotInterval;

std::vector<int> text(std::size_t length, int first = 0) {
    std::vector<int> tokens(length);
    std::iota(tokens.begin(), tokens.end(), first);
    return tokens;
}

} // namespace

class StateCacheTest : public QObject {
    Q_OBJECT

    const ModelConfig m_config = support::smallConfig(Architecture::Rwkv6);

    // Its first value tells states apart.
    [[nodiscard]] State stateAfter(std::size_t tokens, float mark) const {
        State state(m_config);
        state.advance(static_cast<std::int64_t>(tokens));
        state.values()[0] = mark;
        return state;
    }

    // Reads as the engine does: from what is known, with snapshots at the interval and at the end. Returns
    // how many tokens had to be read.
    std::size_t read(StateCache& cache, std::span<const int> tokens, float mark) const {
        State state(m_config);
        std::vector<float> logits(4);
        const std::size_t known = cache.restore(tokens, state, logits);
        for (std::size_t at = known; at < tokens.size();) {
            const std::size_t count = std::min(kInterval - at % kInterval, tokens.size() - at);
            cache.read(tokens.subspan(at, count));
            at += count;
            cache.keep(stateAfter(at, mark),
                       at == tokens.size() ? std::span<const float>(logits) : std::span<const float>());
        }
        return tokens.size() - known;
    }

private slots:
    void theLongestKnownPrefixIsFound() {
        StateCache cache;
        const auto story = text(3 * kInterval + 40);
        QCOMPARE(read(cache, story, 1), story.size());
        QCOMPARE(read(cache, story, 2), std::size_t{0});
        const std::vector<int> shorter(story.begin(), story.end() - 20);
        QCOMPARE(read(cache, shorter, 3), std::size_t{20});
        auto longer = story;
        longer.push_back(7);
        QCOMPARE(read(cache, longer, 4), std::size_t{1});
        State state(m_config);
        std::vector<float> logits(4);
        QCOMPARE(cache.restore(story, state, logits), story.size());
        QCOMPARE(state.values()[0], 1.0f); // the one that was kept first, not read anew
        QCOMPARE(state.position(), static_cast<std::int64_t>(story.size()));
    }

    // The case: 20,000 tokens, one of them changed.
    void anEditInTheMiddleReplaysLessThanAnInterval() {
        StateCache cache;
        const auto story = text(20000);
        QCOMPARE(read(cache, story, 1), story.size());
        auto edited = story;
        edited[10000] = -5;
        const std::size_t replayed = read(cache, edited, 2);
        QVERIFY(replayed <= edited.size() - 10000 + kInterval);
        QVERIFY(replayed >= edited.size() - 10000);
        const auto found = cache.along(edited);
        QCOMPARE(found.front()->key.tokens, edited.size());
        QCOMPARE(found.back()->key.tokens, kInterval);
        QVERIFY(cache.along(std::span(edited).first(kInterval - 1)).empty());
        QCOMPARE(read(cache, story, 3), std::size_t{0});  // the edit taken back
        QCOMPARE(read(cache, edited, 4), std::size_t{0}); // and made again
    }

    void theEndWithoutLogitsIsNotEnough() {
        StateCache cache;
        const auto story = text(kInterval + 10);
        cache.read(std::span(story).first(kInterval));
        cache.keep(stateAfter(kInterval, 1));
        cache.read(std::span(story).subspan(kInterval));
        cache.keep(stateAfter(story.size(), 2));
        State state(m_config);
        std::vector<float> logits(4, 9.0f);
        QCOMPARE(cache.restore(story, state, logits), kInterval);
        QCOMPARE(logits.front(), 9.0f);
        cache.read(std::span(story).subspan(kInterval));
        const std::vector<float> known{1, 2, 3, 4};
        cache.keep(stateAfter(story.size(), 2), known);
        QCOMPARE(cache.restore(story, state, logits), story.size());
        QVERIFY(logits == known);
    }

    void theBudgetIsKept() {
        const std::size_t size = State(m_config).byteSize();
        StateCache cache(3 * size + 100);
        const auto story = text(10 * kInterval);
        State state(m_config);
        for (std::size_t i = 0; i < 10; ++i) {
            cache.read(std::span(story).subspan(i * kInterval, kInterval));
            cache.keep(stateAfter((i + 1) * kInterval, float(i)));
            QVERIFY(cache.byteSize() <= 3 * size);
        }
        // The end of the text is what is left.
        QCOMPARE(cache.restore(std::span(story).first(9 * kInterval + 5), state, {}), 9 * kInterval);
        QCOMPARE(cache.restore(std::span(story).first(7 * kInterval), state, {}), std::size_t{0});
        // One snapshot is kept however small the budget is.
        StateCache tiny(1);
        tiny.read(std::span(story).first(kInterval));
        tiny.keep(stateAfter(kInterval, 1));
        QCOMPARE(tiny.restore(story, state, {}), kInterval);
    }

    // Ten times as long as the budget: wherever the writer goes back to, less than half of what was read
    // before it is read again, near the end less than an interval.
    void theBeginningOfALongTextKeepsSnapshotsFarApart() {
        const std::size_t size = State(m_config).byteSize();
        StateCache cache(40 * (size + 4 * sizeof(float)));
        const std::size_t intervals = 400;
        const auto story = text(intervals * kInterval);
        read(cache, story, 1);
        for (std::size_t place = 64; place < intervals; place += 7) {
            std::vector<int> edited(story.begin(),
                                    story.begin() + static_cast<std::ptrdiff_t>(place * kInterval));
            edited.back() = -5;
            const auto found = cache.along(edited);
            QVERIFY2(!found.empty(), qPrintable(QString::number(place)));
            QVERIFY2(found.front()->key.tokens * 2 >= edited.size(), qPrintable(QString::number(place)));
            if (place + 15 > intervals)
                QVERIFY(found.front()->key.tokens + kInterval >= edited.size());
        }
    }

    void whatIsUsedStays() {
        const std::size_t size = State(m_config).byteSize();
        StateCache cache(4 * size + 200);
        State state(m_config);
        const auto first = text(kInterval, 1000);
        cache.read(first);
        cache.keep(stateAfter(kInterval, 1));
        for (int i = 2; i < 10; ++i) {
            cache.restore({}, state, {});
            const auto other = text(kInterval, 1000 * i);
            cache.read(other);
            cache.keep(stateAfter(kInterval, float(i)));
            auto next = first;
            next.push_back(5);
            QCOMPARE(cache.restore(next, state, {}), kInterval);
        }
    }

    void statesOfOtherSizesAreNotReturned() {
        StateCache cache;
        const auto story = text(kInterval);
        cache.read(story);
        cache.keep(stateAfter(kInterval, 1));
        ModelConfig other = m_config;
        ++other.layers;
        State foreign(other);
        auto longer = story;
        longer.push_back(1);
        QCOMPARE(cache.restore(longer, foreign, {}), std::size_t{0});
        cache.clear();
        State state(m_config);
        QCOMPARE(cache.restore(longer, state, {}), std::size_t{0});
        QCOMPARE(cache.byteSize(), std::size_t{0});
    }

    // Of a base, in a session with a gate and back: every layer's part stands in its place.
    void aBasesStateIsReturnedInTheShapeAskedFor() {
        const StateLayout layout(m_config);
        State base(m_config);
        base.advance(static_cast<std::int64_t>(kInterval));
        for (std::size_t i = 0; i < layout.size(); ++i)
            base.values()[i] = static_cast<float>(i);
        StateCache cache;
        const auto story = text(kInterval);
        cache.read(story);
        cache.keep(base);
        auto longer = story;
        longer.push_back(1);

        const auto config = support::smallConfig(Architecture::Rwkv6, support::allEnhancements()[5]);
        const StateLayout gatedLayout(config);
        QVERIFY(gatedLayout.enhancementRows > 1);
        State gated(config);
        QCOMPARE(cache.restore(longer, gated, {}), kInterval);
        QCOMPARE(gated.position(), base.position());
        QVERIFY(gated.fits(config));
        for (std::size_t layer = 0; layer < layout.layers; ++layer)
            for (std::size_t i = 0; i < gatedLayout.layerSize(); ++i) {
                const float expected =
                    i < layout.layerSize() ? base.values()[layer * layout.layerSize() + i] : 0.0f;
                QCOMPARE(gated.values()[layer * gatedLayout.layerSize() + i], expected);
            }
        QVERIFY(gated.inShapeOf(base) == base);
    }

    void theEnvironmentLimitsTheBudget() {
        qunsetenv("INKGATE_STATE_CACHE");
        const std::size_t usual = StateCache::defaultBudget();
        QVERIFY(usual >= std::size_t{256} << 20);
        for (const char* const wrong : {"", "0", "-1", "many", "3 MiB", "99999999999999999999"}) {
            qputenv("INKGATE_STATE_CACHE", wrong);
            QCOMPARE(StateCache::defaultBudget(), usual);
        }
        qputenv("INKGATE_STATE_CACHE", "3");
        QCOMPARE(StateCache::defaultBudget(), std::size_t{3} << 20);
        qunsetenv("INKGATE_STATE_CACHE");
    }

    void keysTellOrderAndLengthApart() {
        const auto key = [](std::initializer_list<int> tokens) {
            PrefixKey result;
            for (const int token : tokens)
                result = result.followedBy(token);
            return result;
        };
        QVERIFY(key({1, 2}) == key({1, 2}));
        QVERIFY(key({1, 2}) != key({2, 1}));
        QVERIFY(key({0}) != key({0, 0}));
        QVERIFY(key({}) != key({0}));
    }
};

QTEST_GUILESS_MAIN(StateCacheTest)
#include "state_cache_test.moc"
