// channel_codes.h: the codes of a run's channels in the blocks in which they came, so that a long run grows
// without being copied: the blocks are shared with the messages that brought them.
// Threads: values.
#pragma once

#include <QByteArray>
#include <QList>

namespace app {

class ChannelCodes {
public:
    ChannelCodes() = default;
    ChannelCodes(const QByteArray& block); // implicitly, as a single block is the common case

    [[nodiscard]] bool isEmpty() const { return m_blocks.isEmpty(); }
    [[nodiscard]] qsizetype size() const { return m_ends.isEmpty() ? 0 : m_ends.last(); }
    [[nodiscard]] const QList<QByteArray>& blocks() const { return m_blocks; }
    void clear();
    void append(const ChannelCodes& next);

    // 0 <= index < size(). What follows in the same block follows in memory.
    [[nodiscard]] const unsigned char& operator[](qsizetype index) const;

    // The same codes, in whatever blocks.
    friend bool operator==(const ChannelCodes& a, const ChannelCodes& b);

private:
    QList<QByteArray> m_blocks; // none is empty
    QList<qsizetype> m_ends;    // of each block, counted from the first code
};

} // namespace app
