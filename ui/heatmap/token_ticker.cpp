#include "ui/heatmap/token_ticker.h"

#include "ui/heatmap/gate_grid.h"

#include <algorithm>
#include <cmath>

namespace ui {

namespace {

constexpr qsizetype kLongestLabel = 9;

} // namespace

TokenTicker::TokenTicker(const GateGrid& grid, const QCPAxis& axis, int spacing)
    : m_grid(grid)
    , m_axis(axis)
    , m_spacing(spacing) {}

void TokenTicker::generate(const QCPRange& range, const QLocale& /*locale*/, QChar /*formatChar*/,
                           int /*precision*/, QVector<double>& ticks, QVector<double>* subTicks,
                           QVector<QString>* tickLabels) {
    ticks.clear();
    if (subTicks != nullptr) {
        subTicks->clear();
    }
    const double pixelsPerColumn = m_axis.axisRect()->width() / std::max(range.size(), 1.0);
    const int step = std::max(1, static_cast<int>(std::ceil(m_spacing / std::max(pixelsPerColumn, 0.01))));
    // Multiples of the step, so that labels stay on their tokens while the view moves.
    const int first = std::max(0, static_cast<int>(std::ceil(range.lower / step)) * step);
    const int last = std::min(static_cast<int>(std::floor(range.upper)), m_grid.columns() - 1);
    for (int column = first; column <= last; column += step) {
        ticks.append(column);
    }
    if (tickLabels != nullptr) {
        tickLabels->clear();
        for (const double tick : ticks) {
            QString text = m_grid.tokenText(static_cast<int>(tick));
            if (text.size() > kLongestLabel) {
                text = text.left(kLongestLabel - 1) + QChar(0x2026);
            }
            tickLabels->append(text);
        }
    }
}

} // namespace ui
