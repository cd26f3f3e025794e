// block_heights.h: how high the blocks of a page are, and so where each of them begins. Most blocks of a long
// text have not been laid out: their heights are estimates until they are. Heights are whole pixels, so that
// sums are exact and nothing in sight moves by half a pixel when a block above it becomes known.
// Cost: n blocks put in or out cost a pass over all (10 microseconds for a novel), all else a few steps.
// Threads: a value.
#pragma once

#include <QtGlobal>

#include <vector>

namespace ui {

class BlockHeights {
public:
    struct Block {
        int height = 0;           // in device-independent pixels
        bool isExact = false;     // laid out, not estimated
        bool isFormatted = false; // its formats (block_formats.h) are on it
    };

    [[nodiscard]] int count() const { return static_cast<int>(m_blocks.size()); }
    [[nodiscard]] const Block& operator[](int block) const {
        return m_blocks[static_cast<std::size_t>(block)];
    }
    // Blocks whose heights are estimates.
    [[nodiscard]] int estimates() const { return m_estimates; }

    // All blocks at once.
    void assign(std::vector<Block> blocks);
    // `blocks` come in the place of `removed` blocks from `first` on.
    void replace(int first, int removed, const std::vector<Block>& blocks);
    void set(int block, const Block& value);

    // Where a block begins, from the top of the first; top(count()) is the height of all.
    [[nodiscard]] int top(int block) const;
    [[nodiscard]] int total() const { return top(count()); }
    // The block at a height; the first above all, the last below.
    [[nodiscard]] int blockAt(int y) const;

private:
    void sumUp() const;

    std::vector<Block> m_blocks;
    int m_estimates = 0;
    // A Fenwick tree: m_sums[i] holds the heights of the (i & -i) blocks that end before block i.
    mutable std::vector<int> m_sums;
    mutable bool m_isSummed = false;
};

} // namespace ui
