#include "engine/runtime/prompt_cache.h"

#include <algorithm>
#include <cassert>

namespace engine {

PromptCache::PromptCache(std::size_t byteBudget)
    : m_byteBudget(byteBudget) {}

std::size_t PromptCache::restore(std::span<const int> tokens, State& state, std::span<float> logits) {
    const auto difference = std::ranges::mismatch(m_tokens, tokens).in1;
    forgetAfter(static_cast<std::size_t>(difference - m_tokens.begin()));
    for (auto it = m_snapshots.rbegin(); it != m_snapshots.rend(); ++it) {
        const auto& [read, snapshot] = *it;
        if (snapshot.state.byteSize() != state.byteSize())
            continue;
        const bool isWhole = read == tokens.size();
        if (isWhole && (snapshot.logits.empty() || snapshot.logits.size() != logits.size()))
            continue;
        state = snapshot.state;
        if (isWhole)
            std::ranges::copy(snapshot.logits, logits.begin());
        const std::size_t restored = read;
        forgetAfter(restored);
        return restored;
    }
    clear();
    return 0;
}

void PromptCache::read(std::span<const int> tokens) {
    m_tokens.insert(m_tokens.end(), tokens.begin(), tokens.end());
}

void PromptCache::keep(const State& state, std::span<const float> logits) {
    assert(state.position() == static_cast<std::int64_t>(m_tokens.size()));
    if (m_tokens.empty())
        return;
    Snapshot& kept = m_snapshots[m_tokens.size()];
    m_bytes -= kept.byteSize();
    kept.state = state;
    kept.logits.assign(logits.begin(), logits.end());
    m_bytes += kept.byteSize();
    while (m_bytes > m_byteBudget && m_snapshots.size() > 1) {
        m_bytes -= m_snapshots.begin()->second.byteSize();
        m_snapshots.erase(m_snapshots.begin());
    }
}

void PromptCache::forgetAfter(std::size_t tokens) {
    m_tokens.resize(std::min(tokens, m_tokens.size()));
    for (auto it = m_snapshots.upper_bound(tokens); it != m_snapshots.end(); it = m_snapshots.erase(it))
        m_bytes -= it->second.byteSize();
}

void PromptCache::clear() { forgetAfter(0); }

} // namespace engine
