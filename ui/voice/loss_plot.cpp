#include "ui/voice/loss_plot.h"

#include <algorithm>

namespace ui {

namespace {

constexpr double kMargin = 0.08;     // of the range, above and below
constexpr double kLeastRange = 0.05; // nats: noise should not look like a fall

} // namespace

LossPlot::LossPlot(QWidget* parent)
    : QCustomPlot(parent)
    , m_learned(addGraph())
    , m_heldOut(addGraph())
    , m_base(addGraph()) {
    setMinimumHeight(170);
    setAccessibleName(tr("Loss of the text"));
    xAxis->setRange(0, 100);
    xAxis->setLabel(tr("per cent of the work"));
    yAxis->setLabel(tr("loss"));
    yAxis->setNumberFormat(QStringLiteral("f"));
    yAxis->setNumberPrecision(2);
    m_learned->setName(tr("text it learns from"));
    m_heldOut->setName(tr("held-out tenth"));
    m_heldOut->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, 6));
    m_base->setName(tr("held-out tenth, without the voice"));
    legend->setVisible(true);
    legend->setBrush(Qt::NoBrush);
    legend->setBorderPen(Qt::NoPen);
    axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignTop | Qt::AlignRight);
}

void LossPlot::setColours(const Colours& colours) {
    setBackground(colours.window);
    for (QCPAxis* const axis : {xAxis, yAxis}) {
        axis->setLabelColor(colours.quietInk);
        axis->setTickLabelColor(colours.quietInk);
        axis->setBasePen(QPen(colours.border));
        axis->setTickPen(QPen(colours.border));
        axis->setSubTickPen(Qt::NoPen);
        axis->grid()->setPen(QPen(colours.border, 0, Qt::DotLine));
    }
    legend->setTextColor(colours.quietInk);
    legend->setFont(font());
    m_learned->setPen(QPen(colours.quietInk, 1));
    m_heldOut->setPen(QPen(colours.accent, 2));
    m_base->setPen(QPen(colours.accent, 1, Qt::DashLine));
    replot();
}

void LossPlot::showProgress(const app::VoiceProgress& progress) {
    double least = 1e300, most = -1e300;
    const auto fill = [&](QCPGraph* graph, const QList<QPointF>& points) {
        QVector<double> x, y;
        for (const QPointF& point : points) {
            x.append(100 * point.x());
            y.append(point.y());
            least = std::min(least, point.y());
            most = std::max(most, point.y());
        }
        graph->setData(x, y, true);
    };
    fill(m_learned, progress.learnedLosses);
    fill(m_heldOut, progress.heldOutLosses);
    QList<QPointF> base;
    if (!progress.heldOutLosses.isEmpty())
        base = {{0, progress.heldOutLosses.first().y()}, {1, progress.heldOutLosses.first().y()}};
    fill(m_base, base);
    if (least <= most) {
        const double range = std::max(kLeastRange, most - least);
        yAxis->setRange(least - kMargin * range, least + (1 + kMargin) * range);
    }
    replot();
}

} // namespace ui
