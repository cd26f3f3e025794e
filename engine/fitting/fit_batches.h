// fit_batches.h: a stretch of a row of tokens, read by several sequences side by side.
// Each sequence reads a share of its own from beginning to end, window by window, with its state carried; all
// shares are of one length, but for a token.
// Shapes:  inputs and targets [sequences, window]; a target of -1 is not scored.
// Threads: immutable; reentrant.
#pragma once

#include <cstddef>
#include <span>

namespace engine {

class FitBatches {
public:
    // Tokens [begin, end) of `row` are what is predicted; begin >= 1. Each sequence first reads up to
    // `warmUp` tokens before its share, unscored, so that its first tokens are not judged without a context.
    // Keeps a reference to `row`.
    FitBatches(std::span<const int> row, std::size_t begin, std::size_t end, int sequences, int window,
               int warmUp);

    [[nodiscard]] int count() const { return m_count; } // windows until all sequences are through
    // Window `index` of each sequence. Behind a share's end inputs repeat its last token.
    void batch(int index, std::span<int> inputs, std::span<int> targets) const;

private:
    std::span<const int> m_row;
    std::size_t m_begin, m_end;
    int m_sequences, m_window, m_warmUp, m_count;
};

} // namespace engine
