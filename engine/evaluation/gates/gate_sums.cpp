#include "engine/evaluation/gates/gate_sums.h"

#include <numeric>

namespace engine {

GateSums::GateSums(std::size_t layers, std::size_t width)
    : m_layers(layers)
    , m_width(width) {}

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
    m_sums.resize(m_sums.size() + m_layers, 0.0);
    return m_sums.size() - m_layers;
}

void GateSums::gates(int layer, std::span<const float> values) {
    const std::size_t tokens = values.size() / m_width;
    for (std::size_t i = 0; i < tokens && m_first + i < m_cellOf.size(); ++i) {
        const std::size_t sums = m_cellOf[m_first + i];
        if (sums == kSeparator)
            continue;
        const auto channels = values.subspan(i * m_width, m_width);
        m_sums[sums + static_cast<std::size_t>(layer)] +=
            std::accumulate(channels.begin(), channels.end(), 0.0) / static_cast<double>(m_width);
    }
    if (static_cast<std::size_t>(layer) + 1 == m_layers)
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
