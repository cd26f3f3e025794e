#include "ui/editor/layout/block_heights.h"

#include <algorithm>
#include <utility>

namespace ui {

namespace {

int countEstimates(const std::vector<BlockHeights::Block>& blocks) {
    return static_cast<int>(
        std::count_if(blocks.begin(), blocks.end(), [](const auto& block) { return !block.isExact; }));
}

} // namespace

void BlockHeights::assign(std::vector<Block> blocks) {
    m_blocks = std::move(blocks);
    m_estimates = countEstimates(m_blocks);
    m_isSummed = false;
}

void BlockHeights::replace(int first, int removed, const std::vector<Block>& blocks) {
    if (removed == 1 && blocks.size() == 1) {
        set(first, blocks.front());
        return;
    }
    const auto from = m_blocks.begin() + first;
    m_blocks.insert(m_blocks.erase(from, from + removed), blocks.begin(), blocks.end());
    m_estimates = countEstimates(m_blocks);
    m_isSummed = false;
}

void BlockHeights::set(int block, const Block& value) {
    Block& current = m_blocks[static_cast<std::size_t>(block)];
    m_estimates += static_cast<int>(current.isExact) - static_cast<int>(value.isExact);
    const int difference = value.height - std::exchange(current, value).height;
    if (difference != 0 && m_isSummed) {
        for (std::size_t i = static_cast<std::size_t>(block) + 1; i < m_sums.size(); i += i & -i) {
            m_sums[i] += difference;
        }
    }
}

void BlockHeights::sumUp() const {
    if (m_isSummed) {
        return;
    }
    m_sums.assign(m_blocks.size() + 1, 0);
    for (std::size_t i = 1; i < m_sums.size(); ++i) {
        m_sums[i] += m_blocks[i - 1].height;
        if (const std::size_t above = i + (i & -i); above < m_sums.size()) {
            m_sums[above] += m_sums[i];
        }
    }
    m_isSummed = true;
}

int BlockHeights::top(int block) const {
    sumUp();
    int sum = 0;
    for (auto i = static_cast<std::size_t>(block); i > 0; i -= i & -i) {
        sum += m_sums[i];
    }
    return sum;
}

int BlockHeights::blockAt(int y) const {
    sumUp();
    std::size_t step = 1;
    while (step * 2 < m_sums.size()) {
        step *= 2;
    }
    // Walks down the tree to the last block that begins at or above y.
    std::size_t block = 0;
    for (; step > 0; step /= 2) {
        if (block + step < m_sums.size() && m_sums[block + step] <= y) {
            block += step;
            y -= m_sums[block];
        }
    }
    return std::clamp(static_cast<int>(block), 0, std::max(count() - 1, 0));
}

} // namespace ui
