#include "app/engine_thread/gate_conversion.h"
#include "app/generation/gate_frames.h"
#include "engine/trace/gate_packing.h"

#include <QTest>

using namespace app;

namespace {

// Tokens first .. first + tokens - 1, 2 layers, 3 channels.
engine::GateFrames engineFrames(std::int64_t first, int tokens) {
    engine::GateFrames frames{
        .first = first, .tokens = tokens, .layers = 2, .width = 3, .summaries = {}, .codes = {}};
    for (int token = 0; token < tokens; ++token) {
        for (int layer = 0; layer < 2; ++layer) {
            const std::size_t end = frames.summaries.size();
            frames.summaries.resize(end + engine::kPackedSummaryBytes);
            engine::packSummary(
                {.mean = 0.123456F + 0.01F * static_cast<float>(first + token),
                 .standardDeviation = 0.2F,
                 .percentile10 = 0.1F,
                 .median = 0.5F,
                 .percentile90 = 0.9F,
                 .shareAboveHalf = 1.0F / 3.0F},
                std::span(frames.summaries).subspan(end).first<engine::kPackedSummaryBytes>());
            for (int channel = 0; channel < 3; ++channel)
                frames.codes.push_back(static_cast<std::uint8_t>((first + token) * 16 + layer * 4 + channel));
        }
    }
    return frames;
}

} // namespace

class GateFramesTest : public QObject {
    Q_OBJECT

private slots:
    void promptTokensAreLeftOut() {
        const GateFrames frames = toRunFrames(engineFrames(8, 5), 10);
        QCOMPARE(frames.firstToken, 0);
        QCOMPARE(frames.tokenCount(), 3);
        QCOMPARE(static_cast<unsigned char>(frames.channelCodes[0]), 10 * 16);
        QCOMPARE(toRunFrames(engineFrames(2, 3), 10).tokenCount(), 0);
        QCOMPARE(toRunFrames(engineFrames(14, 2), 10).firstToken, 4);
    }

    void summariesAreThoseThatWereRecorded() {
        const engine::GateFrames recorded = engineFrames(0, 4);
        const GateFrames frames = toRunFrames(recorded, 0);
        QVERIFY(frames.summaries == QByteArrayView(reinterpret_cast<const char*>(recorded.summaries.data()),
                                                   static_cast<qsizetype>(recorded.summaries.size())));
        QVERIFY(std::abs(frames.at(0, 0).mean - 0.123456F) < 1.0F / 65535);
        QVERIFY(std::abs(frames.at(0, 1).median - 0.5F) < 0.51F / 255); // half a step
    }

    void framesJoinOnlyWithoutGaps() {
        GateFrames frames = toRunFrames(engineFrames(0, 2), 0);
        QVERIFY(frames.append(toRunFrames(engineFrames(2, 3), 0)));
        QCOMPARE(frames, toRunFrames(engineFrames(0, 5), 0));
        const GateFrames before = frames;
        QVERIFY(!frames.append(toRunFrames(engineFrames(7, 1), 0)));
        GateFrames withoutChannels = toRunFrames(engineFrames(5, 1), 0);
        withoutChannels.channelCodes.clear();
        QVERIFY(!frames.append(withoutChannels));
        QCOMPARE(frames, before);
        QVERIFY(frames.append(GateFrames{}));
    }

    void aLayerIsCutOutOfAllChannels() {
        GateFrames frames = toRunFrames(engineFrames(0, 1), 0); // in two blocks
        QVERIFY(frames.append(toRunFrames(engineFrames(1, 2), 0)));
        const ChannelMap map = channelsOfLayer(frames, 1);
        QCOMPARE(map.tokens, 3);
        QCOMPARE(map.width, 3);
        for (int token = 0; token < 3; ++token)
            QCOMPARE(map.at(token, 1), static_cast<float>(token * 16 + 4 + 1) / 255.0F);
        QCOMPARE(channelsOfLayer(frames, 2).tokens, 0);
        GateFrames withoutChannels = frames;
        withoutChannels.channelCodes.clear();
        QCOMPARE(channelsOfLayer(withoutChannels, 1).tokens, 0);
    }
};

QTEST_GUILESS_MAIN(GateFramesTest)
#include "gate_frames_test.moc"
