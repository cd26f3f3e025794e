// chunk_frame_test.cpp: the bytes of choices come back as they went in, and others are refused.
#include "engine/trace/chunk_frame.h"

#include "engine/core/random.h"

#include <QTest>

using namespace engine;

class ChunkFrameTest : public QObject {
    Q_OBJECT

private slots:
    void choicesComeBack() {
        const std::vector<BlockChoices> blocks{
            {}, {{0, 1}}, {{3, 2}, {4, 40}, {500, 1}}, {{127, 128}, {1'000'000'000'000, 3}}, {}};
        std::vector<std::byte> packed;
        for (const BlockChoices& block : blocks)
            packChoices(block, packed);
        const auto found = unpackChoices(packed);
        QVERIFY(found);
        QVERIFY(*found == blocks);
        QVERIFY(unpackChoices({})->empty());
    }

    void theBytesAreFixed() {
        std::vector<std::byte> packed;
        packChoices({{3, 2}, {4, 40}, {300, 1}}, packed);
        packChoices({}, packed);
        const std::vector<int> expected{3, 3, 2, 0, 40, 0xA7, 0x02, 1, 0}; // 300 is 295 behind 5
        QCOMPARE(packed.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QCOMPARE(std::to_integer<int>(packed[i]), expected[i]);
    }

    void whatIsCutShortOrWrongIsRefused() {
        std::vector<std::byte> packed;
        packChoices({{3, 2}, {300, 40}}, packed);
        for (std::size_t size = 1; size < packed.size(); ++size)
            QVERIFY(!unpackChoices(std::span(packed).first(size)));
        QVERIFY(!unpackChoices(std::vector{std::byte{1}, std::byte{3}, std::byte{0}})); // no heads
        QVERIFY(!unpackChoices(std::vector(20, std::byte{0xFF})));
        // Whatever the bytes are, nothing happens.
        Random random(3);
        for (int i = 0; i < 20'000; ++i) {
            std::vector<std::byte> bytes(random.below(24));
            for (std::byte& byte : bytes)
                byte = static_cast<std::byte>(random.below(i % 2 == 0 ? 256 : 6));
            if (const auto found = unpackChoices(bytes))
                for (const BlockChoices& block : *found)
                    for (const ChosenChunk& one : block)
                        QVERIFY(one.chunk >= 0 && one.heads > 0);
        }
    }
};

QTEST_GUILESS_MAIN(ChunkFrameTest)
#include "chunk_frame_test.moc"
