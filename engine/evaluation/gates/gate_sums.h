// gate_sums.h: takes the gates of a text while a model reads it and adds them up by paragraph, class of token
// and row (engine/model/gate_layout.h: of most enhancements, layer).
// Threads: used by the thread that runs the model.
#pragma once

#include "engine/backend/gate_sink.h"
#include "engine/evaluation/gates/token_class.h"
#include "engine/model/gate_layout.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

class GateSums final : public GateSink {
public:
    // What one class of tokens has in one paragraph. Most paragraphs lack most classes.
    struct Cell {
        TokenClass tokenClass = TokenClass::Other;
        std::int64_t tokens = 0;
        std::size_t sums = 0; // where they begin, see sumsOf()
    };

    explicit GateSums(const GateLayout& layout);

    // What is going to be read: a document's separator, which counts for nothing, and then its tokens.
    void expectSeparator();
    void expect(std::span<const TokenLabel> tokens);

    void gates(int layer, std::span<const float> values) override;

    // Whether the gates of all layers of everything expected have come.
    [[nodiscard]] bool isComplete() const { return m_first == m_cellOf.size(); }
    [[nodiscard]] std::size_t rows() const { return m_rows; }
    [[nodiscard]] std::size_t paragraphs() const { return m_paragraphs.size(); }
    [[nodiscard]] std::span<const Cell> cellsOf(std::size_t paragraph) const {
        return m_paragraphs[paragraph];
    }
    // [rows]: sums over the cell's tokens of the mean gate of the row.
    [[nodiscard]] std::span<const double> sumsOf(const Cell& cell) const {
        return std::span<const double>(m_sums).subspan(cell.sums, m_rows);
    }
    [[nodiscard]] std::int64_t tokensOf(TokenClass tokenClass) const;

private:
    static constexpr std::size_t kSeparator = static_cast<std::size_t>(-1);

    [[nodiscard]] std::size_t sumsFor(std::size_t paragraph, TokenClass tokenClass);

    GateLayout m_layout;
    std::size_t m_rows;
    std::vector<std::vector<Cell>> m_paragraphs;
    std::vector<double> m_sums;        // [cells, rows]
    std::vector<std::size_t> m_cellOf; // [tokens expected]: where its cell's sums begin, or kSeparator
    std::size_t m_first = 0;           // the token whose layers come next
};

} // namespace engine
