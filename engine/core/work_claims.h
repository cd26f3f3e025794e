// work_claims.h: pieces of work for the threads of a team, so that they end together. Each thread goes
// through a share of its own from the front, since pieces that follow one another mostly stand for memory
// that does, which is fetched ahead; then it takes pieces from the back of what the others have left.
// Threads: deal() from one at a time, when no other is at work; next() from all.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace engine {

class WorkClaims {
public:
    // Pieces 0 .. count - 1 for threads 0 .. threads - 1. Allocates only for more threads than ever before;
    // may throw std::bad_alloc.
    void deal(int count, int threads);

    // A piece that no thread has got yet; nothing when there are none left.
    [[nodiscard]] std::optional<int> next(int thread);

private:
    struct alignas(64) Share {
        std::atomic<std::uint64_t> left{0}; // first piece, and in the upper half the one behind the last
    };

    std::unique_ptr<Share[]> m_shares;
    int m_room = 0, m_threads = 0;
};

} // namespace engine
