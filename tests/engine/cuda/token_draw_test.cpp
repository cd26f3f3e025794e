// The draw on the emulated device against the sampler on the processor: same logits, settings, history and
// uniform number. Where they differ, a change by a millionth of the settings or of the uniform number must
// make them equal.
#include "engine/operations/draw/draw_memory.h"
#include "engine/operations/draw/token_draw.h"
#include "engine/sampling/sampler.h"
#include "tests/support/cuda_emulation/cuda_emulation.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

using namespace engine;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kBorder = 1e-6;
constexpr double kTolerance = 1e-5; // of probabilities, as a share

struct Case {
    std::vector<float> logits;
    SamplerSettings settings;
    std::vector<int> history;
};

struct HostDraw {
    int token = 0;
    float probability = 0;
    std::vector<Candidate> candidates; // most likely first
};

HostDraw onProcessor(const Case& c) {
    Sampler sampler(c.settings);
    for (const int token : c.history)
        sampler.observe(token);
    std::vector<float> logits = c.logits;
    HostDraw drawn;
    drawn.token = sampler.sample(logits);
    drawn.probability = sampler.drawnProbability();
    drawn.candidates = sampler.candidates();
    return drawn;
}

std::vector<TokenPenalty> penaltiesOf(const Case& c) {
    const SamplerSettings& s = c.settings;
    if (s.repetitionPenalty == 1 && s.presencePenalty == 0 && s.frequencyPenalty == 0)
        return {};
    std::map<int, double> weights;
    for (const int token : c.history) {
        for (auto& [seen, weight] : weights)
            weight *= static_cast<double>(s.penaltyDecay);
        weights[token] += 1;
    }
    std::vector<TokenPenalty> penalties;
    for (const auto& [token, weight] : weights)
        penalties.push_back({token, static_cast<float>(s.presencePenalty + s.frequencyPenalty * weight)});
    return penalties;
}

DrawnToken onDevice(const Case& c, cuda::DrawMemory& memory) {
    cuda::DeviceArray<float> logits(c.logits.size(), "testing");
    cuda::check(
        cudaMemcpy(logits.data(), c.logits.data(), c.logits.size() * sizeof(float), cudaMemcpyHostToDevice),
        "testing");
    const std::vector<TokenPenalty> penalties = penaltiesOf(c);
    const SamplerSettings& s = c.settings;
    TokenDraw op;
    op.vocabulary = static_cast<int>(c.logits.size());
    op.logits = logits.data();
    op.temperature = s.temperature;
    op.topK = s.topK;
    op.topP = s.topP;
    op.minP = s.minP;
    op.typical = s.typical;
    op.repetitionPenalty = s.repetitionPenalty;
    op.penalties = penalties;
    op.banned = s.bannedTokens;
    op.uniform = Random(s.seed).uniform();
    const DrawnToken drawn = cuda::drawToken(op, memory, cuda::Stream{});
    if (std::memcmp(logits.data(), c.logits.data(), c.logits.size() * sizeof(float)) != 0)
        qFatal("the logits were changed");
    return drawn;
}

bool isNear(double a, double b, double share) { return std::abs(a - b) <= share * std::max(a, b); }

// What is wrong; empty for nothing.
QString difference(const HostDraw& host, const DrawnToken& device) {
    if (device.token != host.token)
        return QStringLiteral("token %1, not %2").arg(device.token).arg(host.token);
    if (!isNear(device.probability, host.probability, kTolerance))
        return QStringLiteral("probability %1, not %2").arg(device.probability).arg(host.probability);
    const std::size_t best = std::min(host.candidates.size(), kDrawnBest);
    if (device.bestCount != static_cast<int>(best))
        return QStringLiteral("%1 best ones, not %2").arg(device.bestCount).arg(best);
    for (std::size_t i = 0; i < best; ++i) {
        const auto found = std::find_if(host.candidates.begin(), host.candidates.end(),
                                        [&](const Candidate& c) { return c.token == device.bestTokens[i]; });
        if (found == host.candidates.end() ||
            !isNear(device.bestProbabilities[i], found->probability, kTolerance) ||
            !isNear(found->probability, host.candidates[i].probability, kBorder))
            return QStringLiteral("place %1: %2 with %3, not %4 with %5")
                .arg(i)
                .arg(device.bestTokens[i])
                .arg(device.bestProbabilities[i])
                .arg(host.candidates[i].token)
                .arg(host.candidates[i].probability);
    }
    return {};
}

// Whether the uniform number is so near to where one candidate ends that the device may well have drawn its
// own.
bool liesBetween(const Case& c, HostDraw host, const DrawnToken& device) {
    std::sort(host.candidates.begin(), host.candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.token < b.token; });
    const double uniform = Random(c.settings.seed).uniform();
    double before = 0;
    for (const Candidate& candidate : host.candidates) {
        const double after = before + static_cast<double>(candidate.probability);
        if (candidate.token == device.token)
            return uniform > before - kBorder && uniform < after + kBorder;
        before = after;
    }
    return false;
}

bool isExplained(const Case& c, const DrawnToken& device) {
    for (const double change : {0.0, -kBorder, kBorder}) {
        Case near = c;
        for (float* value : {&near.settings.topP, &near.settings.minP, &near.settings.typical})
            if (*value > 0 && *value < 1)
                *value = static_cast<float>(static_cast<double>(*value) * (1 + change));
        HostDraw host = onProcessor(near);
        if (host.token != device.token && liesBetween(near, host, device)) {
            host.token = device.token;
            for (const Candidate& candidate : host.candidates)
                if (candidate.token == device.token)
                    host.probability = candidate.probability;
        }
        if (difference(host, device).isEmpty())
            return true;
    }
    return false;
}

float normal(Random& random) { return static_cast<float>(random.normal()); }

std::vector<float> someLogits(const QByteArray& kind, int vocabulary, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> logits(static_cast<std::size_t>(vocabulary));
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (kind == "like text") { // a few likely ones above a broad heap
            const auto rank = static_cast<float>(i * 7919 % logits.size());
            logits[i] = 12 - 2.2f * std::log(rank + 1) + 0.7f * normal(random);
        } else if (kind == "broad") {
            logits[i] = 3 * normal(random);
        } else if (kind == "flat") {
            logits[i] = 0.01f * normal(random);
        } else if (kind == "a ladder") { // where a wrong border shows
            logits[i] = -0.01f * static_cast<float>(i * 7919 % logits.size());
        } else if (kind == "ties") {
            logits[i] = std::round(2 * normal(random));
        } else if (kind == "peaked") {
            logits[i] = normal(random) + (random.below(logits.size()) < 2 ? 14.0f : -14.0f);
        } else { // damaged
            logits[i] = 3 * normal(random);
            const auto what = random.below(10);
            logits[i] = what == 0 ? kNaN : what == 1 ? -kInfinity : logits[i];
        }
    }
    return logits;
}

struct NamedSettings {
    const char* name;
    SamplerSettings settings;
};

std::vector<NamedSettings> allSettings() {
    SamplerSettings off;
    off.temperature = 1;
    off.topP = 1;
    std::vector<NamedSettings> all;
    const auto add = [&](const char* name, auto change) {
        all.push_back({name, off});
        change(all.back().settings);
    };
    add("no filter", [](SamplerSettings&) {});
    add("the usual", [](SamplerSettings& s) { s.temperature = 0.8f, s.topP = 0.92f; });
    add("greedy", [](SamplerSettings& s) { s.temperature = 0; });
    add("cold", [](SamplerSettings& s) { s.temperature = 1e-6f; });
    add("as cold as can be", [](SamplerSettings& s) { s.temperature = 1e-37f, s.topP = 0.5f; });
    add("hot", [](SamplerSettings& s) { s.temperature = 50; });
    add("hot, top-p", [](SamplerSettings& s) { s.temperature = 3, s.topP = 0.3f; });
    add("top-p 0", [](SamplerSettings& s) { s.topP = 0; });
    add("top-p nearly 1", [](SamplerSettings& s) { s.topP = 0.999f; });
    add("min-p", [](SamplerSettings& s) { s.minP = 0.05f; });
    add("min-p 1", [](SamplerSettings& s) { s.minP = 1; });
    add("top-k 1", [](SamplerSettings& s) { s.topK = 1; });
    add("top-k 40", [](SamplerSettings& s) { s.topK = 40; });
    add("top-k 1000", [](SamplerSettings& s) { s.topK = 1000; });
    add("typical", [](SamplerSettings& s) { s.typical = 0.7f; });
    add("typical of nearly nothing", [](SamplerSettings& s) { s.typical = 1e-4f; });
    add("top-p and min-p", [](SamplerSettings& s) { s.topP = 0.9f, s.minP = 0.02f; });
    add("top-k and top-p", [](SamplerSettings& s) { s.topK = 50, s.topP = 0.8f; });
    add("top-k and typical", [](SamplerSettings& s) { s.topK = 200, s.typical = 0.6f; });
    add("typical and top-p", [](SamplerSettings& s) { s.typical = 0.9f, s.topP = 0.7f; });
    add("typical and min-p", [](SamplerSettings& s) { s.typical = 0.8f, s.minP = 0.1f; });
    add("all filters", [](SamplerSettings& s) {
        s.temperature = 1.3f, s.topK = 300, s.typical = 0.95f, s.topP = 0.9f, s.minP = 0.01f;
    });
    const auto penalise = [](SamplerSettings& s) {
        s.presencePenalty = 0.4f, s.frequencyPenalty = 0.3f, s.repetitionPenalty = 1.2f,
        s.penaltyDecay = 0.99f;
    };
    add("penalties", [&](SamplerSettings& s) { penalise(s), s.topP = 0.9f; });
    add("penalties and bans, greedy",
        [&](SamplerSettings& s) { penalise(s), s.temperature = 0, s.bannedTokens = {0, 3, 4, 31, 32, 96}; });
    add("penalties, bans and all filters", [&](SamplerSettings& s) {
        penalise(s), s.bannedTokens = {1, 2, 3, 5, 8, 1024, 2047};
        s.topK = 100, s.typical = 0.95f, s.topP = 0.9f, s.minP = 0.01f;
    });
    return all;
}

Case caseOf(std::vector<float> logits, float temperature, float topP = 1, std::uint64_t seed = 0) {
    Case c;
    c.logits = std::move(logits);
    c.settings.temperature = temperature;
    c.settings.topP = topP;
    c.settings.seed = seed;
    return c;
}

bool isSame(const DrawnToken& a, const DrawnToken& b) {
    return a.isComplete == b.isComplete && a.token == b.token && a.probability == b.probability &&
           a.bestCount == b.bestCount && a.bestTokens == b.bestTokens &&
           a.bestProbabilities == b.bestProbabilities;
}

} // namespace

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
