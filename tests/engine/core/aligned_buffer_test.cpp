#include "engine/core/aligned_buffer.h"

#include <QTest>

#include <cstdint>
#include <limits>
#include <utility>

using engine::AlignedBuffer;

class AlignedBufferTest : public QObject {
    Q_OBJECT

private slots:
    void startsAlignedAndZero() {
        for (const std::size_t size : {1, 7, 64, 1000, 5 << 20}) { // the last one in huge pages
            const AlignedBuffer<float> buffer(size);
            QCOMPARE(buffer.size(), size);
            QCOMPARE(buffer.byteSize(), size * sizeof(float));
            QCOMPARE(reinterpret_cast<std::uintptr_t>(buffer.data()) % engine::kBufferAlignment,
                     std::uintptr_t{0});
            for (const float value : buffer.span())
                QVERIFY(value == 0.0f);
        }
    }

    void copiesAreIndependent() {
        AlignedBuffer<int> original(3);
        original[1] = 5;
        AlignedBuffer<int> copy = original;
        original[1] = 6;
        QCOMPARE(copy[1], 5);
        copy = original; // same size: into the memory it has
        QCOMPARE(copy[1], 6);
        copy = AlignedBuffer<int>(8);
        QCOMPARE(copy.size(), std::size_t{8});
        const AlignedBuffer<int>& self = original;
        original = self;
        QCOMPARE(original[1], 6);
    }

    void movesLeaveTheMemoryInPlace() {
        AlignedBuffer<int> original(3);
        const int* const data = original.data();
        const AlignedBuffer<int> moved = std::move(original);
        QCOMPARE(moved.data(), data);
    }

    void ensureGrowsAndNeverShrinks() {
        AlignedBuffer<int> buffer;
        QVERIFY(buffer.empty());
        buffer.ensure(10);
        QCOMPARE(buffer.size(), std::size_t{10});
        buffer.ensure(4);
        QCOMPARE(buffer.size(), std::size_t{10});
        buffer.resize(0);
        QVERIFY(buffer.empty());
    }

    void impossibleSizesThrow() {
        AlignedBuffer<double> buffer(2);
        QVERIFY_EXCEPTION_THROWN(buffer.resize(std::numeric_limits<std::size_t>::max() / 8), std::bad_alloc);
        QCOMPARE(buffer.size(), std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(AlignedBufferTest)
#include "aligned_buffer_test.moc"
