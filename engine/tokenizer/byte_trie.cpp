#include "engine/tokenizer/byte_trie.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace engine {

ByteTrie::ByteTrie(const std::vector<std::string>& strings)
    : m_nodes(1)
    , m_byPair(65536, 0) {
    std::vector<std::int32_t> order(strings.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
        return strings[static_cast<std::size_t>(a)] < strings[static_cast<std::size_t>(b)];
    });

    // A node stands for the sorted strings [begin, end) that share their first `depth` bytes.
    struct Range {
        std::size_t begin, end, depth;
    };
    std::vector<Range> ranges{{0, order.size(), 0}};
    const auto text = [&](std::size_t i) -> const std::string& {
        return strings[static_cast<std::size_t>(order[i])];
    };
    for (std::size_t node = 0; node < ranges.size(); ++node) {
        auto [begin, end, depth] = ranges[node];
        if (begin < end && text(begin).size() == depth) {
            if (depth > 0)
                m_nodes[node].index = order[begin];
            while (begin < end && text(begin).size() == depth)
                ++begin;
        }
        m_nodes[node].firstChild = static_cast<std::uint32_t>(m_nodes.size());
        while (begin < end) {
            const char byte = text(begin)[depth];
            std::size_t next = begin;
            while (next < end && text(next)[depth] == byte)
                ++next;
            ++m_nodes[node].children;
            m_nodes.push_back({0, 0, static_cast<unsigned char>(byte), -1});
            ranges.push_back({begin, next, depth + 1});
            begin = next;
        }
    }
    for (std::size_t pair = 0; pair < m_byPair.size(); ++pair)
        if (const std::uint32_t first = child(0, static_cast<unsigned char>(pair >> 8)))
            m_byPair[pair] = child(first, static_cast<unsigned char>(pair & 255));
}

std::uint32_t ByteTrie::child(std::uint32_t node, unsigned char byte) const {
    const auto begin = m_nodes.begin() + m_nodes[node].firstChild;
    const auto end = begin + m_nodes[node].children;
    const auto found =
        std::lower_bound(begin, end, byte, [](const Node& n, unsigned char b) { return n.byte < b; });
    return found != end && found->byte == byte ? static_cast<std::uint32_t>(found - m_nodes.begin()) : 0;
}

ByteTrie::Match ByteTrie::longest(std::string_view text) const {
    if (m_nodes.empty() || text.empty())
        return {};
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    Match match;
    std::uint32_t node = text.size() >= 2 ? m_byPair[static_cast<std::size_t>(at(0)) << 8 | at(1)] : 0;
    std::size_t depth = 2;
    if (node == 0 || m_nodes[node].index < 0) {
        const std::uint32_t single = child(0, at(0));
        if (single != 0 && m_nodes[single].index >= 0)
            match = {m_nodes[single].index, 1};
    }
    while (node != 0) {
        if (m_nodes[node].index >= 0)
            match = {m_nodes[node].index, depth};
        if (depth == text.size())
            break;
        node = child(node, at(depth++));
    }
    return match;
}

} // namespace engine
