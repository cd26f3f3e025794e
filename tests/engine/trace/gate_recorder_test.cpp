// gate_recorder_test.cpp: summaries against plain sorting and sums in double, and frames however the tokens
// arrive.
#include "engine/trace/gate_packing.h"
#include "engine/trace/gate_recorder.h"

#include "engine/core/random.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

using namespace engine;

namespace {

std::vector<float> randomGates(Random& random, std::size_t count, double centre, double spread) {
    std::vector<float> gates(count);
    for (float& gate : gates)
        gate = static_cast<float>(1.0 / (1.0 + std::exp(-(centre + spread * random.normal()))));
    return gates;
}

// The plain form: sort, and take the ceil(p n)-th smallest.
double percentile(std::vector<float> gates, double part) {
    std::ranges::sort(gates);
    const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(gates.size()) - 1e-9));
    return static_cast<double>(gates[std::max<std::size_t>(rank, 1) - 1]);
}

} // namespace

class GateRecorderTest : public QObject {
    Q_OBJECT

private slots:
    void summariesAgreeWithPlainDoubles_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<double>("centre");
        QTest::addColumn<double>("spread");
        QTest::newRow("one channel") << 1 << 0.0 << 1.0;
        QTest::newRow("fewer channels than lanes") << 7 << 0.0 << 1.0;
        QTest::newRow("odd") << 257 << -2.0 << 1.0;
        QTest::newRow("usual") << 256 << -2.0 << 0.3;
        QTest::newRow("wide") << 4096 << 0.0 << 2.0;
        QTest::newRow("nearly closed, close together") << 768 << -6.0 << 0.01;
        QTest::newRow("nearly open, close together") << 768 << 6.0 << 0.01;
        QTest::newRow("all equal") << 128 << 0.3 << 0.0;
    }
    void summariesAgreeWithPlainDoubles() {
        QFETCH(int, width);
        QFETCH(double, centre);
        QFETCH(double, spread);
        Random random(5);
        const auto gates = randomGates(random, static_cast<std::size_t>(width), centre, spread);
        std::vector<std::uint8_t> codes(gates.size());
        const GateSummary summary = summariseGates(gates, codes);

        double sum = 0, squares = 0, above = 0;
        for (const float gate : gates)
            sum += static_cast<double>(gate);
        const double mean = sum / width;
        for (std::size_t i = 0; i < gates.size(); ++i) {
            const auto gate = static_cast<double>(gates[i]);
            squares += (gate - mean) * (gate - mean);
            above += gate > 0.5 ? 1 : 0;
            QVERIFY(std::abs(codes[i] / 255.0 - gate) <= 0.5 / 255.0 + 1e-6);
        }
        const double deviation = std::sqrt(squares / width);
        // float32 sums: some 1e-7 of the values' size.
        QVERIFY(std::abs(static_cast<double>(summary.mean) - mean) < 1e-6);
        QVERIFY(std::abs(static_cast<double>(summary.standardDeviation) - deviation) < 1e-6);
        QCOMPARE(static_cast<double>(summary.shareAboveHalf),
                 static_cast<double>(static_cast<float>(above / width)));
        // Rounding keeps the order, so a percentile of codes is the code of the percentile.
        const double half = 0.5 / 255.0 + 1e-6;
        QVERIFY(std::abs(static_cast<double>(summary.percentile10) - percentile(gates, 0.1)) <= half);
        QVERIFY(std::abs(static_cast<double>(summary.median) - percentile(gates, 0.5)) <= half);
        QVERIFY(std::abs(static_cast<double>(summary.percentile90) - percentile(gates, 0.9)) <= half);
    }

    void brokenValuesBecomeTheNearestCode() {
        const float nan = std::numeric_limits<float>::quiet_NaN(),
                    infinity = std::numeric_limits<float>::infinity();
        const std::vector<float> gates{nan, -1.0f, 2.0f, infinity, -infinity, 0.5f};
        std::vector<std::uint8_t> codes(gates.size());
        (void)summariseGates(gates, codes);
        QCOMPARE(codes, (std::vector<std::uint8_t>{0, 0, 255, 255, 0, 128}));
    }

    void framesAreTheSameHoweverTokensArrive_data() {
        QTest::addColumn<std::vector<int>>("batches");
        QTest::newRow("one by one") << std::vector<int>(11, 1);
        QTest::newRow("all at once") << std::vector<int>{11};
        QTest::newRow("a prompt, then one by one") << std::vector<int>{8, 1, 1, 1};
    }
    void framesAreTheSameHoweverTokensArrive() {
        QFETCH(std::vector<int>, batches);
        constexpr int kLayers = 3, kWidth = 40, kTokens = 11;
        Random random(9);
        std::vector<std::vector<float>> gates; // [layer][token, channel]
        for (int layer = 0; layer < kLayers; ++layer)
            gates.push_back(randomGates(random, std::size_t{kTokens} * kWidth, -1.0, 1.0));

        std::vector<GateFrames> received;
        GateRecorder recorder(
            {kLayers, 1, kWidth}, true, [&](GateFrames&& frames) { received.push_back(std::move(frames)); },
            100);
        int begin = 0;
        for (const int count : batches) {
            for (int layer = 0; layer < kLayers; ++layer)
                recorder.gates(layer, std::span(gates[static_cast<std::size_t>(layer)])
                                          .subspan(static_cast<std::size_t>(begin * kWidth),
                                                   static_cast<std::size_t>(count * kWidth)));
            begin += count;
        }
        QCOMPARE(received.size(), batches.size());
        QCOMPARE(recorder.position(), 111);
        int token = 0;
        for (const GateFrames& frames : received) {
            QCOMPARE(frames.first, 100 + token);
            for (int i = 0; i < frames.tokens; ++i, ++token) {
                for (int layer = 0; layer < kLayers; ++layer) {
                    std::vector<std::uint8_t> codes(kWidth);
                    const auto row = std::span(gates[static_cast<std::size_t>(layer)])
                                         .subspan(static_cast<std::size_t>(token * kWidth), kWidth);
                    std::array<std::byte, kPackedSummaryBytes> packed;
                    packSummary(summariseGates(row, codes), packed);
                    const auto summaries = frames.rows().summariesOf(i);
                    QVERIFY(std::ranges::equal(
                        summaries.subspan(static_cast<std::size_t>(layer) * packed.size(), packed.size()),
                        packed));
                    QVERIFY(std::ranges::equal(frames.rows().codesOf(i, layer), codes));
                }
            }
        }
        QCOMPARE(token, kTokens);
    }

    // With a gate for every source a layer has several rows.
    void aLayerOfSeveralRowsIsAsManyInTheFrame() {
        constexpr int kLayers = 2, kSources = 3, kWidth = 5, kTokens = 4;
        constexpr std::size_t kRow = kWidth, kLayer = kSources * kRow;
        Random random(3);
        GateFrames frames;
        GateRecorder recorder({kLayers, kSources, kWidth}, true,
                              [&](GateFrames&& received) { frames = std::move(received); });
        std::vector<std::vector<float>> gates; // [layer][token, source, group]
        for (int layer = 0; layer < kLayers; ++layer)
            recorder.gates(layer, gates.emplace_back(randomGates(random, kTokens * kLayer, -1.0, 1.0)));
        QCOMPARE(frames.tokens, kTokens);
        QCOMPARE(frames.layers, kLayers * kSources);
        QCOMPARE(frames.width, kWidth);
        for (int token = 0; token < kTokens; ++token)
            for (int row = 0; row < frames.layers; ++row) {
                const auto of = std::span(gates[static_cast<std::size_t>(row / kSources)])
                                    .subspan(static_cast<std::size_t>(token) * kLayer +
                                                 static_cast<std::size_t>(row % kSources) * kRow,
                                             kRow);
                std::vector<std::uint8_t> codes(kRow);
                const GateSummary summary = summariseGates(of, codes);
                QVERIFY(std::ranges::equal(frames.rows().codesOf(token, row), codes));
                const auto index = static_cast<std::size_t>(token * frames.layers + row);
                QVERIFY(std::abs(unpackSummary(frames.summaries, index).mean - summary.mean) < 1.0f / 65535);
            }
    }

    void aPackedSummaryKeepsWhatItPromises() {
        for (const float value : {0.0f, 0.1234567f, 1.0f / 3, 0.5f, 0.999f, 1.0f}) {
            const float code = std::round(value * 255) / 255;
            const GateSummary summary{.mean = value,
                                      .standardDeviation = value / 2,
                                      .percentile10 = code,
                                      .median = code,
                                      .percentile90 = code,
                                      .shareAboveHalf = value};
            std::array<std::byte, kPackedSummaryBytes> packed;
            packSummary(summary, packed);
            const GateSummary kept = unpackSummary(packed);
            QVERIFY(std::abs(kept.mean - value) <= 1.0f / 131000.0f);
            QVERIFY(std::abs(kept.standardDeviation - value / 2) <= 1.0f / 131000.0f);
            QVERIFY(std::abs(kept.shareAboveHalf - value) <= 1.0f / 131000.0f);
            QVERIFY(kept.percentile10 == code && kept.median == code && kept.percentile90 == code);
        }
    }

    void withoutCodesOnlySummariesArrive() {
        GateFrames received;
        GateRecorder recorder({1, 1, 16}, false, [&](GateFrames&& frames) { received = std::move(frames); });
        recorder.gates(0, std::vector<float>(32, 0.25f));
        QCOMPARE(received.tokens, 2);
        QVERIFY(received.codes.empty() && received.rows().codesOf(0, 0).empty());
        QVERIFY(std::abs(unpackSummary(received.summaries, 1).mean - 0.25f) < 1.0f / 65535);
    }

    void aBrokenOrderDropsOnlyItsTokens() {
        int received = 0;
        GateRecorder recorder({2, 1, 4}, true, [&](GateFrames&& frames) { received += frames.tokens; });
        const std::vector<float> one(4, 0.5f), two(8, 0.5f);
        recorder.gates(0, two); // cancelled after the first layer
        recorder.gates(0, one);
        recorder.gates(1, two); // another number of tokens
        QCOMPARE(received, 0);
        QCOMPARE(recorder.position(), 2);
        recorder.gates(0, one);
        recorder.gates(1, one);
        QCOMPARE(received, 1);
    }
};

QTEST_GUILESS_MAIN(GateRecorderTest)
#include "gate_recorder_test.moc"
