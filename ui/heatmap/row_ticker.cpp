#include "ui/heatmap/row_ticker.h"

#include "ui/heatmap/gate_grid.h"

#include <cmath>

namespace ui {

RowTicker::RowTicker(const GateGrid& grid)
    : m_grid(grid) {
    setTickStep(1);
    setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    setTickCount(8);
}

double RowTicker::getTickStep(const QCPRange& range) {
    const double step = QCPAxisTickerFixed::getTickStep(range);
    const int rows = m_grid.layer() ? 1 : m_grid.rowsOfALayer();
    return step > 1 ? std::ceil(step / rows) * rows : step;
}

QString RowTicker::getTickLabel(double tick, const QLocale& locale, QChar formatChar, int precision) {
    const auto row = static_cast<int>(std::lround(tick));
    if (m_grid.layer() || row < 0 || row >= m_grid.layers()) {
        return QCPAxisTickerFixed::getTickLabel(tick, locale, formatChar, precision);
    }
    return m_grid.layerName(row);
}

} // namespace ui
