#include "engine/runtime/state/state_cache.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace engine {

namespace {

// Steele, Lea and Flood's mixing function of SplitMix64: every bit of the input changes half of the output's.
std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

// How often a place can be halved and still is one at the interval; 0 for places elsewhere.
int roundness(std::uint64_t tokens) {
    return tokens % StateCache::kSnapshotInterval == 0
               ? 1 + std::countr_zero(tokens / StateCache::kSnapshotInterval)
               : 0;
}

// What the environment asks for, in bytes; 0 for nothing.
std::size_t wantedBudget() {
    constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() >> 20;
    const char* const named = std::getenv("INKGATE_STATE_CACHE");
    const std::string_view text = named != nullptr ? named : "";
    std::size_t megabytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), megabytes);
    const bool isNumber = error == std::errc() && end == text.data() + text.size() && megabytes <= kMost;
    return isNumber ? megabytes << 20 : 0;
}

} // namespace

PrefixKey PrefixKey::followedBy(int token) const {
    const auto value = static_cast<std::uint64_t>(token) + 1;
    return {mixed(first ^ value), mixed(second + value * 0x9E3779B97F4A7C15u), tokens + 1};
}

std::size_t StateCache::defaultBudget() {
    if (const std::size_t wanted = wantedBudget(); wanted > 0)
        return wanted;
    constexpr std::size_t kLeast = std::size_t{256} << 20;
    constexpr std::size_t kMost = std::size_t{4} << 30;
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    const long pageBytes = ::sysconf(_SC_PAGESIZE);
    if (pages <= 0 || pageBytes <= 0)
        return kLeast;
    return std::clamp(static_cast<std::size_t>(pages) * static_cast<std::size_t>(pageBytes) / 8, kLeast,
                      kMost);
}

StateCache::StateCache(std::size_t byteBudget)
    : m_byteBudget(byteBudget) {}

std::size_t StateCache::restore(std::span<const int> tokens, State& state, std::span<float> logits) {
    m_position = PrefixKey();
    PrefixKey key;
    auto best = m_snapshots.end();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        key = key.followedBy(tokens[i]);
        const auto found = m_byKey.find(key);
        if (found == m_byKey.end())
            continue;
        // All along the way are in use; those further on count as used later.
        const auto snapshot = found->second;
        m_snapshots.splice(m_snapshots.begin(), m_snapshots, snapshot);
        const bool isWhole = i + 1 == tokens.size();
        const bool isComplete =
            !isWhole || (!snapshot->logits.empty() && snapshot->logits.size() == logits.size());
        if (isComplete && snapshot->state.sharesBaseWith(state))
            best = snapshot;
    }
    if (best == m_snapshots.end())
        return 0;
    state = best->state.inShapeOf(state);
    if (best->key.tokens == tokens.size())
        std::ranges::copy(best->logits, logits.begin());
    m_position = best->key;
    return static_cast<std::size_t>(best->key.tokens);
}

std::vector<const StateCache::Snapshot*> StateCache::along(std::span<const int> tokens) const {
    std::vector<const Snapshot*> found;
    PrefixKey key;
    for (const int token : tokens) {
        key = key.followedBy(token);
        if (const auto snapshot = m_byKey.find(key); snapshot != m_byKey.end())
            found.push_back(&*snapshot->second);
    }
    std::ranges::reverse(found);
    return found;
}

void StateCache::read(std::span<const int> tokens) {
    for (const int token : tokens)
        m_position = m_position.followedBy(token);
}

void StateCache::keep(const State& state, std::span<const float> logits) {
    assert(state.position() == static_cast<std::int64_t>(m_position.tokens));
    if (m_position.tokens == 0)
        return;
    const auto found = m_byKey.find(m_position);
    if (found != m_byKey.end()) {
        // The state is the same; logits may have become known.
        Snapshot& known = *found->second;
        m_snapshots.splice(m_snapshots.begin(), m_snapshots, found->second);
        if (known.state.sharesBaseWith(state) && (logits.empty() || !known.logits.empty()))
            return;
        discount(known);
        m_snapshots.pop_front();
        m_byKey.erase(found);
    }
    insert(m_position, state, {logits.begin(), logits.end()});
}

void StateCache::insert(const PrefixKey& key, State state, std::vector<float> logits) {
    if (m_byKey.contains(key))
        return;
    m_snapshots.push_front({key, std::move(state), std::move(logits)});
    count(m_snapshots.front());
    m_byKey.emplace(key, m_snapshots.begin());
    while (m_bytes > m_byteBudget && m_snapshots.size() > 1)
        dropOne();
}

void StateCache::count(const Snapshot& snapshot) {
    m_bytes += snapshot.byteSize();
    snapshot.state.attention().forEachPage([this](const void* page, std::size_t bytes) {
        if (++m_pages[page] == 1)
            m_bytes += bytes;
    });
}

void StateCache::discount(const Snapshot& snapshot) {
    m_bytes -= snapshot.byteSize();
    snapshot.state.attention().forEachPage([this](const void* page, std::size_t bytes) {
        const auto known = m_pages.find(page);
        if (--known->second > 0)
            return;
        m_pages.erase(known);
        m_bytes -= bytes;
    });
}

void StateCache::dropOne() {
    auto snapshot = std::prev(m_snapshots.end());
    auto dropped = snapshot;
    for (std::size_t older = m_snapshots.size() / 2; older > 1; --older) {
        --snapshot;
        if (roundness(snapshot->key.tokens) < roundness(dropped->key.tokens))
            dropped = snapshot;
    }
    discount(*dropped);
    m_byKey.erase(dropped->key);
    m_snapshots.erase(dropped);
}

void StateCache::clear() {
    m_position = PrefixKey();
    m_byKey.clear();
    m_snapshots.clear();
    m_pages.clear();
    m_bytes = 0;
}

} // namespace engine
