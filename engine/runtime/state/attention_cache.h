// attention_cache.h: the keys and values that a sequence of an RWKV-X model has read, in pages of one chunk.
// Pages that are full never change, and copies of a state share them. The page of the chunk that is being
// read is shared, too: it only grows, and who wants to add other tokens where somebody has added some already
// gets a copy of what stood there before. So a snapshot costs its flat part alone.
// Source:  docs/spec/rwkv-x.md sections 4 and 5.
// Limit:   SparseAttentionConfig::cacheLimit. Beyond it, when a chunk begins, a complete one goes: that
//          which was given the fewest votes (of equal ones the oldest), but never the newest.
// Memory:  each page in that of the backend which works on it; pages that stand elsewhere are copied.
// Errors:  BackendFailure where a device is involved; std::bad_alloc.
// Threads: a value. Sharing pages with copies in other threads is safe.
#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/state_memory.h"
#include "engine/core/aligned_buffer.h"
#include "engine/model/config.h"
#include "engine/model/state_layout.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace engine {

// The text that a step is part of, as the package `rwkv-x` reads it: at once.
struct ReadCall {
    std::int64_t begin = 0;  // tokens before it
    std::int64_t tokens = 1; // 1: a token that is decoded
};

class AttentionPage {
public:
    // In the memory of `backend`.
    AttentionPage(Backend& backend, std::span<const float> values, std::int64_t chunk, int filled);
    // In the host's, of zeros.
    AttentionPage(std::size_t floats, std::int64_t chunk, int filled);

    [[nodiscard]] bool isIn(const Backend& backend) const;
    [[nodiscard]] float* values() { return m_device ? m_device->values() : m_host.data(); }
    void toHost(std::span<float> out) const;
    [[nodiscard]] std::int64_t chunk() const { return m_chunk; } // number within the text

    // Whether tokens [from, to) are the caller's to write: nobody has written there.
    [[nodiscard]] bool claim(int from, int to) { return m_filled.compare_exchange_strong(from, to); }
    // By the only owner.
    void setFilled(int tokens) { m_filled = tokens; }

private:
    AlignedBuffer<float> m_host; // empty if it stands on a device
    std::unique_ptr<StateMemory> m_device;
    std::int64_t m_chunk = 0;
    std::atomic<int> m_filled = 0;
};

// Of all sparse blocks.
class AttentionCache {
public:
    AttentionCache() = default;
    explicit AttentionCache(const ModelConfig& config);

    // Makes room for `tokens` tokens, which do not go beyond their chunk, in the blocks behind layers
    // [firstLayer, endLayer). `state` is all of the flat state in the memory of `backend`, whose votes are
    // read and moved. Valid until the next call, for all blocks.
    [[nodiscard]] std::span<const AttentionPages> prepare(Backend& backend, int firstLayer, int endLayer,
                                                          std::int64_t position, int tokens,
                                                          const ReadCall& call, float* state);

    // What a block holds of a text of `position` tokens.
    struct Chunk {
        std::int64_t number = 0;
        int tokens = 0;
        std::vector<float> values; // a page, of which places of later tokens are zero
    };
    [[nodiscard]] const AttentionShape& shape() const { return m_layout.attention; }
    [[nodiscard]] const SparseAttentionConfig& config() const { return m_config; }
    [[nodiscard]] int blocks() const { return static_cast<int>(m_blocks.size()); }
    // Complete ones and the one that is being read, which of a text of whole chunks is full.
    [[nodiscard]] std::size_t chunkCount(int block) const;
    [[nodiscard]] Chunk chunkOf(int block, std::size_t index, std::int64_t position) const;
    // In order; the last one may be incomplete.
    void add(int block, const Chunk& chunk);

    [[nodiscard]] bool holdsSameAs(const AttentionCache& other, std::int64_t position) const;

    // Each page's identity and bytes.
    void forEachPage(const std::function<void(const void*, std::size_t)>& visit) const;

private:
    using Page = std::shared_ptr<AttentionPage>;
    struct Block {
        std::vector<Page> complete;
        Page own;
        std::vector<float*> pointers;      // of `complete`
        std::vector<std::int64_t> numbers; // the same
    };

    void beginChunk(Block& block, Backend& backend, std::int64_t chunk, float* votes) const;
    void dropOne(Block& block, Backend& backend, float* votes) const;
    void place(Block& block, Backend& backend) const;
    void claim(Block& block, Backend& backend, int from, int to) const;
    [[nodiscard]] AttentionPages seenBy(const Block& block, std::int64_t position,
                                        const ReadCall& call) const;
    [[nodiscard]] Page copyOf(const AttentionPage& page, Backend& backend, int filled) const;

    // They point into the cache that they are of, so a copy begins with none.
    struct Views : std::vector<AttentionPages> {
        using std::vector<AttentionPages>::vector;
        Views(const Views& other)
            : std::vector<AttentionPages>(other.size()) {}
        Views(Views&&) noexcept = default;
        Views& operator=(const Views& other) {
            assign(other.size(), {});
            return *this;
        }
        Views& operator=(Views&&) noexcept = default;
        ~Views() = default;
    };

    StateLayout m_layout;
    SparseAttentionConfig m_config;
    std::vector<Block> m_blocks;
    Views m_views;
};

} // namespace engine
