#include "engine/runtime/state/attention_cache.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace engine {

namespace {

// A page with zeros where no token of the first `tokens` stands, so that equal texts have equal pages.
template <class Stored> void clearBeyond(const AttentionShape& shape, std::span<float> page, int tokens) {
    auto* const stored = reinterpret_cast<Stored*>(page.data() + shape.width());
    for (int head = 0; head < shape.heads; ++head) {
        for (int token = tokens; token < shape.tiles() * kKeyTile; ++token)
            for (int n = 0; n < shape.headSize; ++n)
                stored[shape.keyAt(head, token, n)] = Stored{};
        std::fill(stored + shape.valueAt(head, tokens, 0), stored + shape.valueAt(head, shape.chunk, 0),
                  Stored{});
    }
    if (tokens < shape.chunk)
        std::fill_n(page.begin(), shape.width(), 0.0f);
}

} // namespace

AttentionPage::AttentionPage(Backend& backend, std::span<const float> values, std::int64_t chunk, int filled)
    : m_chunk(chunk)
    , m_filled(filled) {
    if (backend.isHost()) {
        m_host.resize(values.size());
        std::ranges::copy(values, m_host.data());
    } else {
        m_device = backend.placeState(values);
    }
}

AttentionPage::AttentionPage(std::size_t floats, std::int64_t chunk, int filled)
    : m_host(floats)
    , m_chunk(chunk)
    , m_filled(filled) {}

bool AttentionPage::isIn(const Backend& backend) const {
    return backend.isHost() ? m_device == nullptr : m_device != nullptr && backend.owns(*m_device);
}

void AttentionPage::toHost(std::span<float> out) const {
    if (m_device != nullptr)
        m_device->toHost(out);
    else
        std::copy_n(m_host.data(), out.size(), out.begin());
}

AttentionCache::AttentionCache(const ModelConfig& config)
    : m_layout(config)
    , m_config(config.sparse)
    , m_blocks(m_layout.sparseBlocks)
    , m_views(m_layout.sparseBlocks) {}

AttentionCache::Page AttentionCache::copyOf(const AttentionPage& page, Backend& backend, int filled) const {
    AlignedBuffer<float> values(m_layout.attention.pageFloats());
    page.toHost(values.span());
    return std::make_shared<AttentionPage>(backend, values.span(), page.chunk(), filled);
}

// Of those before the one that was just completed, which stays; its votes make place for those of that one.
void AttentionCache::dropOne(Block& block, Backend& backend, float* votes) const {
    std::vector<float> counts(m_layout.votes);
    backend.toHost(votes, counts);
    const auto fewest = std::ranges::min_element(counts); // of equal ones the first
    block.complete.erase(block.complete.begin() + (fewest - counts.begin()));
    std::rotate(fewest, fewest + 1, counts.end());
    counts.back() = 0;
    backend.fromHost(counts, votes);
}

void AttentionCache::beginChunk(Block& block, Backend& backend, std::int64_t chunk, float* votes) const {
    if (block.own != nullptr) {
        // First, so that there is a place in the votes for the one that was completed.
        if (m_layout.votes > 0 && block.complete.size() == m_layout.votes)
            dropOne(block, backend, votes);
        block.complete.push_back(std::move(block.own));
    }
    const std::size_t floats = m_layout.attention.pageFloats();
    if (backend.isHost()) {
        block.own = std::make_shared<AttentionPage>(floats, chunk, 0);
    } else {
        const AlignedBuffer<float> zeros(floats);
        block.own = std::make_shared<AttentionPage>(backend, zeros.span(), chunk, 0);
    }
}

void AttentionCache::place(Block& block, Backend& backend) const {
    for (Page& page : block.complete)
        if (!page->isIn(backend))
            page = copyOf(*page, backend, m_config.chunk);
    block.pointers.clear();
    block.numbers.clear();
    for (const Page& page : block.complete) {
        block.pointers.push_back(page->values());
        block.numbers.push_back(page->chunk());
    }
}

void AttentionCache::claim(Block& block, Backend& backend, int from, int to) const {
    if (!block.own->isIn(backend))
        block.own = copyOf(*block.own, backend, from);
    if (block.own->claim(from, to))
        return;
    if (block.own.use_count() > 1)
        block.own = copyOf(*block.own, backend, from);
    block.own->setFilled(to);
}

AttentionPages AttentionCache::seenBy(const Block& block, std::int64_t position, const ReadCall& call) const {
    AttentionPages pages{.complete = block.pointers,
                         .own = block.own->values(),
                         .filled = static_cast<int>(position % m_config.chunk),
                         .chosen = m_config.chunks - 1,
                         .numbers = block.numbers};
    if (m_config.mode == SparseAttentionMode::PerHead)
        return pages;
    pages.chosen = m_config.chunks;
    pages.isShared = true;
    const std::int64_t chunk = m_config.chunk;
    if (call.tokens == 1 || call.begin + call.tokens <= chunk * m_config.chunks)
        return pages; // of a short text, these are all
    // Pieces from the call's first token on, each of which sees itself.
    const std::int64_t begin = call.begin + (position - call.begin) / chunk * chunk;
    const auto first = std::ranges::find_if(block.complete,
                                            [&](const Page& page) { return page->chunk() >= begin / chunk; });
    pages.firstPage = static_cast<int>(first - block.complete.begin());
    pages.firstToken = static_cast<int>(begin % chunk);
    return pages;
}

std::span<const AttentionPages> AttentionCache::prepare(Backend& backend, int firstLayer, int endLayer,
                                                        std::int64_t position, int tokens,
                                                        const ReadCall& call, float* state) {
    if (m_blocks.empty())
        return {};
    const auto filled = static_cast<int>(position % m_config.chunk);
    assert(filled + tokens <= m_config.chunk);
    for (std::size_t b = m_layout.sparseBlocksBefore(static_cast<std::size_t>(firstLayer));
         b < m_layout.sparseBlocksBefore(static_cast<std::size_t>(endLayer)); ++b) {
        Block& block = m_blocks[b];
        const auto isElsewhere = [&](const Page& page) { return !page->isIn(backend); };
        const bool begins = filled == 0;
        if (begins)
            beginChunk(block, backend, position / m_config.chunk, state + m_layout.votesOf(b));
        if (begins || block.pointers.size() != block.complete.size() ||
            std::ranges::any_of(block.complete, isElsewhere))
            place(block, backend);
        claim(block, backend, filled, filled + tokens);
        m_views[b] = seenBy(block, position, call);
    }
    return m_views;
}

std::size_t AttentionCache::chunkCount(int block) const {
    const Block& wanted = m_blocks[static_cast<std::size_t>(block)];
    return wanted.complete.size() + (wanted.own != nullptr ? 1 : 0);
}

AttentionCache::Chunk AttentionCache::chunkOf(int block, std::size_t index, std::int64_t position) const {
    const Block& wanted = m_blocks[static_cast<std::size_t>(block)];
    const bool isOwn = index == wanted.complete.size();
    const AttentionPage& page = isOwn ? *wanted.own : *wanted.complete[index];
    Chunk chunk{page.chunk(), m_config.chunk, {}};
    if (isOwn)
        chunk.tokens = static_cast<int>(position - page.chunk() * m_config.chunk);
    chunk.values.resize(m_layout.attention.pageFloats());
    page.toHost(chunk.values);
    if (m_layout.attention.isHalf)
        clearBeyond<std::uint16_t>(m_layout.attention, chunk.values, chunk.tokens);
    else
        clearBeyond<float>(m_layout.attention, chunk.values, chunk.tokens);
    return chunk;
}

void AttentionCache::add(int block, const Chunk& chunk) {
    Block& wanted = m_blocks[static_cast<std::size_t>(block)];
    if (wanted.own != nullptr)
        wanted.complete.push_back(std::move(wanted.own));
    wanted.own = std::make_shared<AttentionPage>(chunk.values.size(), chunk.number, chunk.tokens);
    std::ranges::copy(chunk.values, wanted.own->values());
}

bool AttentionCache::holdsSameAs(const AttentionCache& other, std::int64_t position) const {
    for (int block = 0; block < blocks(); ++block) {
        if (chunkCount(block) != other.chunkCount(block))
            return false;
        for (std::size_t i = 0; i < chunkCount(block); ++i) {
            const Block& mine = m_blocks[static_cast<std::size_t>(block)];
            const Block& others = other.m_blocks[static_cast<std::size_t>(block)];
            const bool isOwn = i == mine.complete.size();
            if ((isOwn ? mine.own : mine.complete[i]) == (isOwn ? others.own : others.complete[i]))
                continue;
            const Chunk found = chunkOf(block, i, position), expected = other.chunkOf(block, i, position);
            if (found.number != expected.number || found.tokens != expected.tokens ||
                std::memcmp(found.values.data(), expected.values.data(),
                            found.values.size() * sizeof(float)) != 0)
                return false;
        }
    }
    return true;
}

void AttentionCache::forEachPage(const std::function<void(const void*, std::size_t)>& visit) const {
    const std::size_t bytes = m_layout.attention.pageFloats() * sizeof(float);
    for (const Block& block : m_blocks) {
        for (const Page& page : block.complete)
            visit(page.get(), bytes);
        if (block.own != nullptr)
            visit(block.own.get(), bytes);
    }
}

} // namespace engine
