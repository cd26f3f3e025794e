#include "engine/trace/chunk_recorder.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

namespace engine {

ChunkRecorder::ChunkRecorder(int blocks, Consumer consumer, std::int64_t first, GateSink* gates)
    : m_blocks(blocks)
    , m_consumer(std::move(consumer))
    , m_position(first)
    , m_gates(gates) {
    assert(blocks > 0);
}

void ChunkRecorder::add(const ChosenChunks& chosen) {
    const auto rows = static_cast<std::size_t>(chosen.tokens) * static_cast<std::size_t>(chosen.heads);
    const std::size_t headSize = chosen.pairs.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto pairs = chosen.pairs.subspan(row * headSize, headSize);
        for (std::size_t i = 0; i + 1 < headSize && pairs[i] >= 0; i += 2) {
            const auto page = static_cast<std::size_t>(pairs[i]);
            assert(page < chosen.numbers.size());
            const std::int64_t number = chosen.numbers[page];
            const auto at = std::ranges::lower_bound(m_found, number, {}, &ChosenChunk::chunk);
            if (at != m_found.end() && at->chunk == number)
                ++at->heads;
            else
                m_found.insert(at, {number, 1});
        }
        if ((row + 1) % static_cast<std::size_t>(chosen.heads) == 0) {
            packChoices(m_found, m_frames.tokens[row / static_cast<std::size_t>(chosen.heads)]);
            m_found.clear();
        }
    }
}

void ChunkRecorder::chunks(const ChosenChunks& chosen) {
    assert(chosen.tokens > 0 && chosen.heads > 0);
    try {
        if (chosen.block == 0) {
            m_frames = ChunkFrames{m_position, {}};
            m_frames.tokens.resize(static_cast<std::size_t>(chosen.tokens));
            m_nextBlock = 0;
        }
        if (chosen.block == m_nextBlock &&
            m_frames.tokens.size() == static_cast<std::size_t>(chosen.tokens)) {
            add(chosen);
            ++m_nextBlock;
        } else {
            m_nextBlock = -1;
        }
    } catch (const std::bad_alloc&) {
        m_found.clear();
        m_nextBlock = -1;
    }
    if (chosen.block + 1 != m_blocks)
        return;
    // The tokens have been read whether or not their choices were kept.
    m_position += chosen.tokens;
    if (m_nextBlock == m_blocks)
        m_consumer(std::move(m_frames));
    m_nextBlock = -1;
}

} // namespace engine
