#include "app/generation/channel_codes.h"

#include <algorithm>

namespace app {

ChannelCodes::ChannelCodes(const QByteArray& block) {
    if (block.isEmpty())
        return;
    m_blocks.append(block);
    m_ends.append(block.size());
}

void ChannelCodes::clear() {
    m_blocks.clear();
    m_ends.clear();
}

void ChannelCodes::append(const ChannelCodes& next) {
    const qsizetype before = size();
    m_blocks += next.m_blocks;
    for (const qsizetype end : next.m_ends)
        m_ends.append(before + end);
}

const unsigned char& ChannelCodes::operator[](qsizetype index) const {
    // Blocks mostly have the same size, so the guess mostly holds.
    qsizetype block = index * m_blocks.size() / size();
    const auto begin = [this](qsizetype i) { return i == 0 ? 0 : m_ends[i - 1]; };
    if (index < begin(block) || index >= m_ends[block])
        block = std::ranges::upper_bound(m_ends, index) - m_ends.begin();
    return reinterpret_cast<const unsigned char*>(m_blocks[block].constData())[index - begin(block)];
}

bool operator==(const ChannelCodes& a, const ChannelCodes& b) {
    return a.size() == b.size() && (a.m_blocks == b.m_blocks || a.m_blocks.join() == b.m_blocks.join());
}

} // namespace app
