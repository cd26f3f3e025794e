#include "engine/evaluation/gates/gate_sums.h"

#include <numeric>

namespace engine {

GateSums::GateSums(const GateLayout& layout)
    : m_layout(layout)
    , m_rows(static_cast<std::size_t>(layout.rows())) {}

void GateSums::expectSeparator() { m_cellOf.push_back(kSeparator); }

void GateSums::expect(std::span<const TokenLabel> tokens) {
    const std::size_t before = m_paragraphs.size();
    for (const TokenLabel& token : tokens) {
        const std::size_t paragraph = before + token.paragraph;
        if (paragraph >= m_paragraphs.size())
            m_paragraphs.resize(paragraph + 1);
        m_cellOf.push_back(sumsFor(paragraph, token.tokenClass));
    }
}

std::size_t GateSums::sumsFor(std::size_t paragraph, TokenClass tokenClass) {
    for (Cell& cell : m_paragraphs[paragraph]) {
        if (cell.tokenClass == tokenClass) {
            ++cell.tokens;
            return cell.sums;
        }
    }
    m_paragraphs[paragraph].push_back({tokenClass, 1, m_sums.size()});
    m_sums.resize(m_sums.size() + m_rows, 0.0);
    return m_sums.size() - m_rows;
}

void GateSums::gates(int layer, std::span<const float> values) {
    const auto width = static_cast<std::size_t>(m_layout.rowWidth);
    const auto rows = static_cast<std::size_t>(m_layout.rowsPerLayer);
    const std::size_t tokens = values.size() / (rows * width);
    for (std::size_t i = 0; i < tokens && m_first + i < m_cellOf.size(); ++i) {
        const std::size_t sums = m_cellOf[m_first + i];
        if (sums == kSeparator)
            continue;
        for (std::size_t row = 0; row < rows; ++row) {
            const auto gates = values.subspan((i * rows + row) * width, width);
            m_sums[sums + static_cast<std::size_t>(layer) * rows + row] +=
                std::accumulate(gates.begin(), gates.end(), 0.0) / static_cast<double>(width);
        }
    }
    if (layer + 1 == m_layout.layers)
        m_first += tokens;
}

std::int64_t GateSums::tokensOf(TokenClass tokenClass) const {
    std::int64_t tokens = 0;
    for (const auto& cells : m_paragraphs)
        for (const Cell& cell : cells)
            tokens += cell.tokenClass == tokenClass ? cell.tokens : 0;
    return tokens;
}

} // namespace engine
