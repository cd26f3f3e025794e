// The draw on the emulated device against the sampler on the processor: same logits, settings, history and
// uniform number. Where they differ, a change by a millionth of the settings or of the uniform number must
// make them equal.
#include "tests/engine/cuda/draw_comparison.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

using namespace engine;
using namespace support;

class TokenDrawTest : public QObject {
    Q_OBJECT

private slots:
    void init() { cuda_emulation::reset(); }

    void equalsTheSampler_data() {
        QTest::addColumn<int>("vocabulary");
        QTest::addColumn<QByteArray>("kind");
        for (const char* kind : {"like text", "broad", "flat", "a ladder", "ties", "peaked", "damaged"})
            for (const int vocabulary : {5, 97, 2000})
                QTest::addRow("%d, %s", vocabulary, kind) << vocabulary << QByteArray(kind);
        QTest::newRow("one token") << 1 << QByteArray("broad");
        for (const char* kind : {"like text", "ties"})
            QTest::addRow("8192, %s", kind) << 8192 << QByteArray(kind);
        QTest::newRow("65536, like text") << 65536 << QByteArray("like text");
    }

    void equalsTheSampler() {
        QFETCH(int, vocabulary);
        QFETCH(QByteArray, kind);
        cuda::DrawMemory memory;
        int incomplete = 0, atBorders = 0;
        std::uint64_t seed = 0;
        for (const NamedSettings& named : allSettings()) {
            Case c{someLogits(kind, vocabulary, ++seed), named.settings, {}};
            c.settings.seed = seed;
            Random random(seed + 1000);
            for (int i = 0; i < 60; ++i)
                c.history.push_back(static_cast<int>(random.below(static_cast<std::uint64_t>(vocabulary))));
            const DrawnToken device = onDevice(c, memory);
            if (!device.isComplete) {
                ++incomplete;
                QVERIFY2(vocabulary > cuda::kMostDrawCandidates, named.name);
                continue;
            }
            const QString wrong = difference(onProcessor(c), device);
            if (wrong.isEmpty())
                continue;
            QVERIFY2(isExplained(c, device), qPrintable(QString(named.name) + ": " + wrong));
            ++atBorders;
        }
        QVERIFY2(atBorders <= 1, qPrintable(QString::number(atBorders)));
        // Only typical without top-k.
        if (kind == "like text")
            QVERIFY2(incomplete <= 4, qPrintable(QString::number(incomplete)));
    }

    void nothingLeft() {
        cuda::DrawMemory memory;
        for (const float temperature : {0.0f, 1.0f})
            for (const float logit : {-kInfinity, kNaN}) {
                Case c = caseOf(std::vector<float>(2100, logit), temperature);
                QCOMPARE(onDevice(c, memory).token, 0);
                c.settings.bannedTokens = {0, 1, 2, 4};
                const DrawnToken lowest = onDevice(c, memory);
                QVERIFY(lowest.isComplete);
                QCOMPARE(lowest.token, 3);
                QCOMPARE(lowest.probability, 1.0f);
                QCOMPARE(lowest.bestCount, 1);
                QCOMPARE(lowest.bestTokens[0], 3);
                c.logits[4] = 5; // banned
                QCOMPARE(onDevice(c, memory).token, 3);
                c.logits[2099] = -1e30f; // the only one
                QCOMPARE(onDevice(c, memory).token, 2099);
            }
        Case c = caseOf({1, 2, 3}, 1);
        c.settings.bannedTokens = {2, 1, 0};
        QCOMPARE(onDevice(c, memory).token, 0);
    }

    void infinityIsTheLargestNumber() {
        cuda::DrawMemory memory;
        for (const float temperature : {0.0f, 1.0f}) {
            Case c = caseOf(std::vector<float>(1500, 1), temperature, 1, 3);
            c.logits[700] = c.logits[1400] = kInfinity;
            c.logits[9] = -std::numeric_limits<float>::max();
            const QString wrong = difference(onProcessor(c), onDevice(c, memory));
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
    }

    void zerosAreEqual() {
        cuda::DrawMemory memory;
        const Case greedy = caseOf({-1, -0.0f, 0.0f}, 0);
        QCOMPARE(onDevice(greedy, memory).token, 1);
        Case first = caseOf({-1, -0.0f, 0.0f}, 1);
        first.settings.topK = 1;
        QCOMPARE(onDevice(first, memory).token, 1);
    }

    void bansChangeBetweenDraws() {
        cuda::DrawMemory memory;
        const std::vector<float> logits = someLogits("broad", 3000, 5);
        const std::vector<std::vector<int>> lists = {{}, {2999}, {2999},         {5, 2999, 5},
                                                     {}, {6},    {6, 3000, 9999}};
        for (const std::vector<int>& banned : lists)
            for (const std::size_t vocabulary : {std::size_t{3000}, std::size_t{1000}}) {
                Case c =
                    caseOf({logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(vocabulary)}, 0);
                c.logits[5] = 100;
                c.logits[6] = 99;
                c.logits.back() = 101;
                c.settings.bannedTokens = banned;
                const QString wrong = difference(onProcessor(c), onDevice(c, memory));
                QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
            }
    }

    // More penalties than a block has threads.
    void aLongHistory() {
        cuda::DrawMemory memory;
        Case c = caseOf(someLogits("broad", 5000, 8), 0.8f, 0.9f);
        c.settings.presencePenalty = 3;
        c.settings.repetitionPenalty = 1.5f;
        for (int token = 0; token < 5000; token += 2)
            c.history.push_back(token);
        for (c.settings.seed = 0; c.settings.seed < 5; ++c.settings.seed) {
            const QString wrong = difference(onProcessor(c), onDevice(c, memory));
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
            c.history.resize(c.history.size() - 500);
        }
    }

    void tooManyCandidatesAreLeftToTheHost() {
        cuda::DrawMemory memory;
        Case c = caseOf(std::vector<float>(8192, 1.5f), 0.8f, 0.9f);
        QVERIFY(!onDevice(c, memory).isComplete);
        c.settings.topK = 5000;
        QVERIFY(!onDevice(c, memory).isComplete);
        c.logits.resize(cuda::kMostDrawCandidates); // all of which fit
        const DrawnToken drawn = onDevice(c, memory);
        QVERIFY(drawn.isComplete);
        QVERIFY(difference(onProcessor(c), drawn).isEmpty());
        const Case huge = caseOf(std::vector<float>(cuda::kDrawSegment * cuda::kDrawSegment + 1, 0), 0);
        QVERIFY(!onDevice(huge, memory).isComplete);
    }

    // Sums are exact, so threads may add in any order.
    void theSameInAnyOrder() {
        for (const NamedSettings& named : allSettings()) {
            Case c{someLogits("like text", 3500, 11), named.settings, {7, 7, 1030, 8}};
            c.settings.seed = 17;
            std::vector<DrawnToken> drawn;
            for (const char* order : {"forward", "reverse", "random:1", "random:2"}) {
                cuda_emulation::setOrder(order);
                cuda::DrawMemory memory;
                drawn.push_back(onDevice(c, memory));
                QVERIFY2(drawn.back().isComplete && isSame(drawn.back(), drawn.front()), named.name);
            }
        }
    }

    void everyTokenIsDrawnByItsShare() {
        cuda::DrawMemory memory;
        const Case c = caseOf({0, 1, -kInfinity, 2, 0.5f}, 1);
        const HostDraw host = onProcessor(c);
        std::vector<int> counts(c.logits.size());
        constexpr int kDraws = 400;
        for (int i = 0; i < kDraws; ++i) {
            Case next = c;
            next.settings.seed = static_cast<std::uint64_t>(i);
            ++counts[static_cast<std::size_t>(onDevice(next, memory).token)];
        }
        for (const Candidate& candidate : host.candidates)
            QVERIFY(std::abs(counts[static_cast<std::size_t>(candidate.token)] -
                             kDraws * candidate.probability) < 4 * std::sqrt(kDraws * candidate.probability));
        QCOMPARE(counts[2], 0);
    }

    void launchesAndCalls() {
        cuda::DrawMemory memory;
        Case c = caseOf(someLogits("broad", 3000, 2), 0.8f, 0.9f);
        c.settings.bannedTokens = {1, 2};
        QVERIFY(onDevice(c, memory).isComplete);
        auto launches = cuda_emulation::launches();
        QVERIFY(onDevice(c, memory).isComplete);
        QCOMPARE(cuda_emulation::launches() - launches, std::uint64_t{4});
        c.settings.temperature = 0;
        launches = cuda_emulation::launches();
        QVERIFY(onDevice(c, memory).isComplete);
        QCOMPARE(cuda_emulation::launches() - launches, std::uint64_t{2});
    }

    void aFullDeviceIsToldAndCanBeUsedAgain() {
        Case c = caseOf(someLogits("broad", 1500, 2), 0.8f, 0.9f);
        c.settings.bannedTokens = {1, 2};
        c.settings.presencePenalty = 1;
        c.history = {4, 5};
        const auto before = cuda_emulation::bytesAllocated();
        for (int calls = 1; calls <= 35; ++calls) {
            cuda::DrawMemory memory;
            cuda_emulation::failAfter(cudaErrorMemoryAllocation, calls);
            try {
                QVERIFY(difference(onProcessor(c), onDevice(c, memory)).isEmpty());
            } catch (const BackendFailure& e) {
                QVERIFY(e.error().code == ErrorCode::OutOfMemory);
            }
            cuda_emulation::reset();
            QVERIFY(difference(onProcessor(c), onDevice(c, memory)).isEmpty());
        }
        QCOMPARE(cuda_emulation::bytesAllocated(), before);
    }
};

QTEST_GUILESS_MAIN(TokenDrawTest)
#include "token_draw_test.moc"
