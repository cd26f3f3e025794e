// row_ticker.h: labels the heatmap's rows: layers, what of a layer they are about, or numbers of channels. Of
// several rows per layer, where not all labels fit, those at the beginning of a layer.
// Threads: GUI thread only.
#pragma once

#include <qcustomplot.h>

namespace ui {

class GateGrid;

class RowTicker : public QCPAxisTickerFixed {
public:
    explicit RowTicker(const GateGrid& grid);

protected:
    double getTickStep(const QCPRange& range) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar, int precision) override;

private:
    const GateGrid& m_grid;
};

} // namespace ui
