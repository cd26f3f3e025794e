#include "engine/core/work_claims.h"

#include <cassert>

namespace engine {

namespace {

constexpr std::uint64_t share(std::uint64_t begin, std::uint64_t end) { return end << 32 | begin; }
constexpr std::uint64_t beginOf(std::uint64_t share) { return share & 0xFFFFFFFFu; }
constexpr std::uint64_t endOf(std::uint64_t share) { return share >> 32; }

} // namespace

void WorkClaims::deal(int count, int threads) {
    assert(count >= 0 && threads > 0);
    if (threads > m_room) {
        m_shares = std::make_unique<Share[]>(static_cast<std::size_t>(threads));
        m_room = threads;
    }
    m_threads = threads;
    const auto pieces = static_cast<std::uint64_t>(count), all = static_cast<std::uint64_t>(threads);
    for (std::uint64_t i = 0; i < all; ++i) // whoever starts the team makes this known to it
        m_shares[i].left.store(share(pieces * i / all, pieces * (i + 1) / all), std::memory_order_relaxed);
}

std::optional<int> WorkClaims::next(int thread) {
    assert(thread >= 0 && thread < m_threads);
    for (int i = 0; i < m_threads; ++i) {
        auto& left = m_shares[static_cast<std::size_t>((thread + i) % m_threads)].left;
        std::uint64_t old = left.load(std::memory_order_relaxed);
        while (beginOf(old) < endOf(old)) {
            const bool isOwn = i == 0;
            const std::uint64_t rest =
                isOwn ? share(beginOf(old) + 1, endOf(old)) : share(beginOf(old), endOf(old) - 1);
            if (left.compare_exchange_weak(old, rest, std::memory_order_relaxed))
                return static_cast<int>(isOwn ? beginOf(old) : endOf(old) - 1);
        }
    }
    return std::nullopt;
}

} // namespace engine
