// byte_trie.h: finds the longest of many byte strings that a text begins with.
// Layout:  nodes in breadth-first order; the children of a node lie side by side, sorted by byte. The first
//          two bytes, where nodes have many children, go through a table.
// Threads: immutable after construction; any number of readers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

class ByteTrie {
public:
    struct Match {
        int index = -1; // in the list given to the constructor
        std::size_t length = 0;
    };

    ByteTrie() = default;
    // Empty strings match nothing. Of equal strings the first counts.
    explicit ByteTrie(const std::vector<std::string>& strings);

    // The longest string that `text` begins with; index -1 for none. Time: the length of the longest string
    // at most.
    [[nodiscard]] Match longest(std::string_view text) const;

private:
    struct Node {
        std::uint32_t firstChild = 0;
        std::uint16_t children = 0;
        unsigned char byte = 0; // that leads here
        std::int32_t index = -1;
    };

    [[nodiscard]] std::uint32_t child(std::uint32_t node, unsigned char byte) const;

    std::vector<Node> m_nodes;           // [0] is the root
    std::vector<std::uint32_t> m_byPair; // [65536] node of the first two bytes, 0 for none
};

} // namespace engine
