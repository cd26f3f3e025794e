#include "engine/fitting/fit_batches.h"

#include <algorithm>
#include <cassert>

namespace engine {

FitBatches::FitBatches(std::span<const int> row, std::size_t begin, std::size_t end, int sequences,
                       int window, int warmUp)
    : m_row(row)
    , m_begin(begin)
    , m_end(end)
    , m_sequences(sequences)
    , m_window(window)
    , m_warmUp(warmUp) {
    assert(begin >= 1 && begin < end && end <= row.size());
    const auto shares = static_cast<std::size_t>(sequences), step = static_cast<std::size_t>(window);
    const std::size_t longest = (end - begin + shares - 1) / shares + static_cast<std::size_t>(warmUp);
    m_count = static_cast<int>((longest + step - 1) / step);
}

void FitBatches::batch(int index, std::span<int> inputs, std::span<int> targets) const {
    const auto shares = static_cast<std::size_t>(m_sequences), window = static_cast<std::size_t>(m_window);
    for (std::size_t s = 0; s < shares; ++s) {
        const std::size_t first = m_begin + (m_end - m_begin) * s / shares;
        const std::size_t last = m_begin + (m_end - m_begin) * (s + 1) / shares;
        // The token before is needed, too.
        const std::size_t start = first - std::min(first - 1, static_cast<std::size_t>(m_warmUp));
        for (std::size_t t = 0; t < window; ++t) {
            const std::size_t at = start + static_cast<std::size_t>(index) * window + t, to = s * window + t;
            inputs[to] = m_row[std::min(at, last) - 1];
            targets[to] = at >= first && at < last ? m_row[at] : -1;
        }
    }
}

} // namespace engine
