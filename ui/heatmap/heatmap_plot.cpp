#include "ui/heatmap/heatmap_plot.h"

#include "ui/heatmap/gate_grid.h"
#include "ui/heatmap/row_ticker.h"
#include "ui/heatmap/token_ticker.h"
#include "ui/theme/colour_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ui {

namespace {

constexpr int kTopMargin = 10;                                        // room for the legend's highest number
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN(); // drawn as page

QCPColorGradient sequentialGradient() {
    QCPColorGradient gradient;
    gradient.clearColorStops();
    for (const auto& [position, colour] : sequentialStops()) {
        gradient.setColorStopAt(position, colour);
    }
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    return gradient;
}

} // namespace

HeatmapPlot::HeatmapPlot(const GateGrid& grid, QWidget* parent)
    : QCustomPlot(parent)
    , m_grid(grid)
    , m_map(new QCPColorMap(xAxis, yAxis))
    , m_scale(new QCPColorScale(this)) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumHeight(110);
    setAccessibleName(tr("Gate heatmap"));
    setAccessibleDescription(
        tr("How far each layer’s gate was open at each token. Arrow keys move from cell to cell, Enter "
           "opens a layer, Escape goes back."));
    const int labelSpacing = fontMetrics().height();
    xAxis->setTicker(QSharedPointer<TokenTicker>::create(m_grid, *xAxis, labelSpacing));
    xAxis->setTickLabelRotation(60);
    xAxis->setSubTicks(false);
    xAxis->setTickLength(0, 2);
    yAxis->setTicker(QSharedPointer<RowTicker>::create(m_grid));
    yAxis->setSubTicks(false);
    yAxis->setTickLength(0, 2);
    yAxis->setLabel(tr("layer"));
    xAxis->grid()->setVisible(false);
    yAxis->grid()->setVisible(false);
    axisRect()->setMinimumMargins(QMargins(0, kTopMargin, 0, 0));

    plotLayout()->addElement(0, 1, m_scale);
    m_scale->setType(QCPAxis::atRight);
    m_scale->setBarWidth(10);
    m_scale->setRangeDrag(false);
    m_scale->setRangeZoom(false);
    m_scale->axis()->setSubTicks(false);
    m_scale->axis()->ticker()->setTickCount(3);
    m_map->setColorScale(m_scale);
    m_map->setGradient(sequentialGradient());
    m_map->setInterpolate(false);
    m_map->setDataRange(QCPRange(0, 1));
    auto* margins = new QCPMarginGroup(this);
    axisRect()->setMarginGroup(QCP::msBottom | QCP::msTop, margins);
    m_scale->setMarginGroup(QCP::msBottom | QCP::msTop, margins);

    addLayer(QStringLiteral("marks"));
    layer(QStringLiteral("marks"))->setMode(QCPLayer::lmBuffered);
    m_hoverItem = new QCPItemRect(this);
    m_lockItem = new QCPItemRect(this);
    for (QCPItemRect* const item : {m_hoverItem, m_lockItem}) {
        item->setLayer(QStringLiteral("marks"));
        item->setBrush(Qt::NoBrush);
        item->setVisible(false);
        item->setClipToAxisRect(true);
    }
    m_frame.setSingleShot(true);
    m_frame.setInterval(kFrameMs);
    connect(&m_frame, &QTimer::timeout, this, &HeatmapPlot::draw);
}

void HeatmapPlot::setColours(const Colours& colours) {
    setBackground(colours.page);
    QFont small = font();
    small.setPointSizeF(std::max(7.0, small.pointSizeF() - 1.5));
    for (QCPAxis* const axis : {xAxis, yAxis, m_scale->axis()}) {
        axis->setBasePen(Qt::NoPen);
        axis->setTickPen(colours.border);
        axis->setTickLabelColor(colours.quietInk);
        axis->setLabelColor(colours.quietInk);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
    }
    for (QCPAxis* const axis : m_scale->axis()->axisRect()->axes()) {
        axis->setBasePen(Qt::NoPen);
    }
    // Marks lie on blue as well as on yellow: a strong line in the theme's ink or paper, whichever is not in
    // the scale.
    m_hoverItem->setPen(QPen(QColor(0xff, 0xff, 0xff, 0xd0), 1.2));
    m_lockItem->setPen(QPen(QColor(0xe2, 0x4a, 0x33), 2));
    m_mapIsDirty = true;
    schedule();
}

void HeatmapPlot::setValueRange(ValueRange range) {
    m_range = range;
    m_mapIsDirty = true;
    schedule();
}

void HeatmapPlot::gridGrew(int firstColumn) {
    m_filledEnd = std::min(m_filledEnd, firstColumn);
    m_mapIsDirty = true;
    schedule();
}

void HeatmapPlot::gridReplaced(bool startOver) {
    m_refill = true;
    m_mapIsDirty = true;
    if (startOver) {
        m_isFollowing = true;
        m_first = 0;
    }
    schedule();
}

void HeatmapPlot::setHovered(std::optional<GateCell> cell) {
    if (m_hovered != cell) {
        m_hovered = cell;
        m_marksAreDirty = true;
        schedule();
    }
}

void HeatmapPlot::setLocked(std::optional<GateCell> cell) {
    if (m_locked != cell) {
        m_locked = cell;
        m_marksAreDirty = true;
        schedule();
    }
}

void HeatmapPlot::reveal(int column) {
    if (column < m_first || column >= m_first + m_count) {
        scrollTo(column - m_count / 2);
    }
}

void HeatmapPlot::scrollTo(int firstColumn) {
    const int most = std::max(0, m_grid.columns() - m_count);
    m_isFollowing = firstColumn >= most;
    setSight(std::clamp(firstColumn, 0, most), m_count);
}

void HeatmapPlot::setSight(int first, int count) {
    if (first == m_first && count == m_count) {
        return;
    }
    m_first = first;
    m_count = count;
    m_refill = true;
    m_mapIsDirty = true;
    schedule();
    emit sightChanged();
}

// --- drawing -------------------------------------------------

void HeatmapPlot::schedule() {
    if (isVisible() && !m_frame.isActive()) {
        m_frame.start();
    }
}

void HeatmapPlot::showEvent(QShowEvent* event) {
    QCustomPlot::showEvent(event);
    schedule();
}

void HeatmapPlot::draw() {
    if (m_mapIsDirty) {
        m_mapIsDirty = false;
        m_marksAreDirty = false;
        if (m_isFollowing) {
            // Moves on by an eighth of the view at a time: the map stands still in between and only new cells
            // are written.
            const int columns = m_grid.columns();
            if (columns > m_first + m_count || columns < m_first) {
                const int stride = std::max(1, m_count / 8);
                const int least = std::max(0, columns - m_count);
                setSight((least + stride - 1) / stride * stride, m_count);
                m_isFollowing = true;
                m_frame.stop();
                m_mapIsDirty = false;
            }
        }
        fillMap();
        fitValueRange();
        xAxis->setRange(m_first - 0.5, m_first + m_count - 0.5);
        yAxis->setRange(-0.5, std::max(1, m_grid.rows()) - 0.5);
        const bool showsChannels = m_grid.layer().has_value();
        yAxis->setLabel(showsChannels ? tr("channel") : tr("layer"));
        place(*m_hoverItem, m_hovered);
        place(*m_lockItem, m_locked);
        replot(QCustomPlot::rpQueuedReplot);
        ++m_framesDrawn;
    } else if (m_marksAreDirty) {
        drawMarks();
    }
}

void HeatmapPlot::drawMarks() {
    m_marksAreDirty = false;
    place(*m_hoverItem, m_hovered);
    place(*m_lockItem, m_locked);
    layer(QStringLiteral("marks"))->replot();
}

void HeatmapPlot::place(QCPItemRect& item, const std::optional<GateCell>& cell) {
    item.setVisible(cell.has_value());
    if (!cell) {
        return;
    }
    const bool isColumn = cell->row < 0;
    const double bottom = isColumn ? -0.5 : cell->row - 0.5;
    const double top = isColumn ? m_grid.rows() - 0.5 : cell->row + 0.5;
    item.topLeft->setCoords(cell->column - 0.5, top);
    item.bottomRight->setCoords(cell->column + 0.5, bottom);
}

void HeatmapPlot::fillMap() {
    const int rows = std::max(1, m_grid.rows());
    const int end = std::min(m_grid.columns(), m_first + m_count);
    QCPColorMapData* const data = m_map->data();
    if (m_refill || data->keySize() != m_count || data->valueSize() != rows) {
        m_refill = false;
        data->setSize(m_count, rows);
        data->setRange(QCPRange(m_first, m_first + m_count - 1), QCPRange(0, rows - 1));
        data->fill(kNothing);
        m_filledEnd = m_first;
    }
    for (int column = std::max(m_first, m_filledEnd); column < end; ++column) {
        for (int row = 0; row < m_grid.rows(); ++row) {
            data->setCell(column - m_first, row, static_cast<double>(m_grid.value(column, row)));
        }
        m_cellsWritten += m_grid.rows();
    }
    m_filledEnd = std::max(m_first, end);
}

void HeatmapPlot::fitValueRange() {
    QCPRange range(0, 1);
    if (m_range == ValueRange::Automatic && m_filledEnd > m_first) {
        double least = std::numeric_limits<double>::max();
        double most = std::numeric_limits<double>::lowest();
        for (int column = 0; column < m_filledEnd - m_first; ++column) {
            for (int row = 0; row < m_grid.rows(); ++row) {
                const double value = m_map->data()->cell(column, row);
                least = std::min(least, value);
                most = std::max(most, value);
            }
        }
        constexpr double kLeastSpan = 1e-3; // a flat map stays one colour instead of showing rounding
        if (most >= least) {
            range = QCPRange(least, std::max(most, least + kLeastSpan));
        }
    }
    m_map->setDataRange(range);
}

// --- places -------------------------------------------------

QRect HeatmapPlot::plotArea() const { return axisRect()->rect(); }

std::optional<GateCell> HeatmapPlot::cellAt(const QPointF& point) const {
    if (!plotArea().contains(point.toPoint())) {
        return std::nullopt;
    }
    const GateCell cell{static_cast<int>(std::lround(xAxis->pixelToCoord(point.x()))),
                        static_cast<int>(std::lround(yAxis->pixelToCoord(point.y())))};
    const bool exists =
        cell.column >= 0 && cell.column < m_grid.columns() && cell.row >= 0 && cell.row < m_grid.rows();
    return exists ? std::optional(cell) : std::nullopt;
}

QPointF HeatmapPlot::pointOf(const GateCell& cell) const {
    return {xAxis->coordToPixel(cell.column), yAxis->coordToPixel(cell.row)};
}

} // namespace ui
