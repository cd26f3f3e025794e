// chunk_readers.h: which tokens of a window read which of its complete chunks, in one head: the choices of
// sparse attention, sorted by chunk, so that all readers of a chunk share its products.
// Threads: a value's owner.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace engine {

class ChunkReaders {
public:
    ChunkReaders(int tokens, int chunk, int most)
        : m_chunks(tokens / chunk)
        , m_most(most)
        , m_chosen(static_cast<std::size_t>(tokens) * static_cast<std::size_t>(most))
        , m_counts(static_cast<std::size_t>(tokens))
        , m_readers(m_chosen.size())
        , m_begins(static_cast<std::size_t>(m_chunks) + 1) {}

    [[nodiscard]] int chunks() const { return m_chunks; } // complete ones

    // Where a token's choices go [most], and their number.
    [[nodiscard]] int* chosen(int token) {
        return m_chosen.data() + static_cast<std::size_t>(token) * static_cast<std::size_t>(m_most);
    }
    void setCount(int token, int count) { m_counts[static_cast<std::size_t>(token)] = count; }

    // After all tokens have chosen.
    void sort() {
        std::vector<int> places(m_begins.size());
        for (std::size_t t = 0; t < m_counts.size(); ++t)
            for (int j = 0; j < m_counts[t]; ++j)
                ++places[static_cast<std::size_t>(chosen(static_cast<int>(t))[j])];
        int begin = 0;
        for (std::size_t i = 0; i < places.size(); ++i) {
            m_begins[i] = begin;
            begin += places[i];
            places[i] = m_begins[i];
        }
        for (std::size_t t = 0; t < m_counts.size(); ++t)
            for (int j = 0; j < m_counts[t]; ++j) {
                int& place = places[static_cast<std::size_t>(chosen(static_cast<int>(t))[j])];
                m_readers[static_cast<std::size_t>(place++)] = static_cast<int>(t);
            }
    }

    // Tokens of later chunks that read chunk i, in their order.
    [[nodiscard]] std::span<const int> of(int i) const {
        const auto at = static_cast<std::size_t>(i);
        return std::span(m_readers).subspan(static_cast<std::size_t>(m_begins[at]),
                                            static_cast<std::size_t>(m_begins[at + 1] - m_begins[at]));
    }

private:
    int m_chunks, m_most;
    std::vector<int> m_chosen;  // [T,most]
    std::vector<int> m_counts;  // [T]
    std::vector<int> m_readers; // [T most] sorted by chunk
    std::vector<int> m_begins;  // [chunks + 1]
};

} // namespace engine
