// token_ticker.h: labels the heatmap's columns with the words of their tokens, as many as fit.
// Threads: GUI thread only.
#pragma once

#include <qcustomplot.h>

namespace ui {

class GateGrid;

class TokenTicker : public QCPAxisTicker {
public:
    // `spacing`: least distance of two labels in pixels.
    TokenTicker(const GateGrid& grid, const QCPAxis& axis, int spacing);

    void generate(const QCPRange& range, const QLocale& locale, QChar formatChar, int precision,
                  QVector<double>& ticks, QVector<double>* subTicks, QVector<QString>* tickLabels) override;

private:
    const GateGrid& m_grid;
    const QCPAxis& m_axis;
    int m_spacing;
};

} // namespace ui
