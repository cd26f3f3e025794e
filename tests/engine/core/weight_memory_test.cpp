#include "engine/core/aligned_buffer.h"
#include "engine/core/weight_memory.h"

#include <QTest>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

using engine::allocateWeights;

namespace {

struct Piece {
    std::shared_ptr<std::byte> memory;
    std::size_t bytes;
    int mark;

    Piece(std::size_t size, int value)
        : memory(allocateWeights(size))
        , bytes(size)
        , mark(value) {
        std::memset(memory.get(), mark, bytes);
    }
    [[nodiscard]] bool isWhole() const {
        return std::all_of(memory.get(), memory.get() + bytes,
                           [this](std::byte b) { return b == static_cast<std::byte>(mark); });
    }
};

} // namespace

class WeightMemoryTest : public QObject {
    Q_OBJECT

private slots:
    // More than two regions, from single bytes to matrices that stand alone.
    void piecesAreAlignedAndApart() {
        std::vector<Piece> pieces;
        std::size_t sum = 0;
        for (int i = 0; sum < (std::size_t{80} << 20); ++i) {
            const std::size_t bytes =
                i % 7 == 6 ? std::size_t{9} << 20 : std::size_t{1} + i * 40'009u % 3'000'000u;
            pieces.emplace_back(bytes, i % 251);
            sum += bytes;
            QCOMPARE(reinterpret_cast<std::uintptr_t>(pieces.back().memory.get()) % engine::kBufferAlignment,
                     std::uintptr_t{0});
        }
        QVERIFY(std::ranges::all_of(pieces, &Piece::isWhole));
        // What is left lives on without the others.
        for (std::size_t i = 0; i < pieces.size(); i += 2)
            pieces[i].memory.reset();
        for (std::size_t i = 1; i < pieces.size(); i += 2)
            QVERIFY(pieces[i].isWhole());
    }

    void threadsShareRegions() {
        std::vector<std::vector<Piece>> pieces(4);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&own = pieces[static_cast<std::size_t>(t)], t] {
                for (int i = 0; i < 200; ++i)
                    own.emplace_back(1 + (t * 7919u + i * 104'729u) % 200'000u, 1 + t);
            });
        for (std::thread& thread : threads)
            thread.join();
        for (const auto& own : pieces)
            QVERIFY(std::ranges::all_of(own, &Piece::isWhole));
    }

    void whatCannotBeHadThrows() {
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(allocateWeights(std::size_t{1} << 60)), std::bad_alloc);
        QVERIFY(Piece(100, 3).isWhole()); // and nothing is locked
    }
};

QTEST_GUILESS_MAIN(WeightMemoryTest)
#include "weight_memory_test.moc"
